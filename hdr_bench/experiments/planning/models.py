"""Estimators of trials, created as the suite describes them and seeded, and the libraries that determine results."""

import inspect
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Any

import cloudpickle
from sklearn.base import MetaEstimatorMixin
from sklearn.pipeline import Pipeline, make_pipeline

from hdr_bench.class_cache import is_instance
from hdr_bench.error_text import describe_error
from hdr_bench.estimators import make_estimator, make_transformer
from hdr_bench.estimators.engines import engine_packages
from hdr_bench.estimators.foreign.calls import read_attribute
from hdr_bench.estimators.foreign.copying import copy_unfitted
from hdr_bench.estimators.foreign.libraries import LIBRARIES, library_of, open_seeds, settings_for
from hdr_bench.estimators.foreign.parameters import estimators_among
from hdr_bench.estimators.saving import installed_versions, libraries_of
from hdr_bench.exceptions import EstimatorError, shown
from hdr_bench.names import class_module, class_name
from hdr_bench.records.case import Case
from hdr_bench.records.trial import Trial


def make_model(trial: Trial, pickled: bytes | None = None) -> Any:
    """Create the trial's estimator with its seed and threads; one created in code is restored from its pickle.

    Parameters
    ----------
    trial : Trial
    pickled : bytes or None
        The estimator, if it was created in code.

    Returns
    -------
    model : estimator
        Unfitted.

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    named = trial.estimator, trial.params, trial.steps
    model = _assemble(*named) if pickled is None else cloudpickle.loads(pickled)
    model.set_params(**dict.fromkeys(open_seeds(model), trial.seed))
    return model.set_params(**settings_for(model, trial.threads))


def unseeded_model(case: Case) -> Any:
    """Create a case's estimator as the suite describes it, in a pipeline if it has steps.

    Parameters
    ----------
    case : Case

    Returns
    -------
    model : estimator
        Unfitted.

    Raises
    ------
    EstimatorError
        If an estimator created in code cannot be copied.
    """
    if case.is_object:
        return copy_unfitted(case.estimator)
    return _assemble(case.estimator, case.params, case.steps)


def pickled_model(case: Case) -> bytes | None:
    """Return an estimator created in code as bytes, including classes defined in a notebook; None for all others.

    Parameters
    ----------
    case : Case

    Returns
    -------
    pickled : bytes or None

    Raises
    ------
    EstimatorError
        If the estimator cannot be copied or pickled.
    """
    if not case.is_object:
        return None
    copied = copy_unfitted(case.estimator)
    try:
        return cloudpickle.dumps(copied)
    # The objects within an estimator may raise anything.
    except Exception as error:
        raise EstimatorError(
            f"case {shown(case.name)}: {class_name(type(copied))} cannot be pickled, and each trial runs in its own "
            f"process: {describe_error(error)}; give the dotted path of its class instead"
        ) from error


def last_step(model: Any) -> Any:
    """Return the final estimator: the last step of a pipeline, the best estimator of a search.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    estimator : estimator
    """
    chosen = best_of_search(model)
    if chosen is not model:
        return last_step(chosen)
    return model[-1] if is_instance(model, Pipeline) else model


def earlier_steps(model: Any) -> list[Any]:
    """Return the steps of a pipeline before the final estimator; none for any other model.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    steps : list of estimator
    """
    chosen = best_of_search(model)
    return [step for _, step in chosen.steps[:-1]] if is_instance(chosen, Pipeline) else []


def best_of_search(model: Any) -> Any:
    """Return the estimator selected by a fitted scikit-learn search; any other model unchanged.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    estimator : estimator
    """
    # Other libraries use this name for other things.
    if not isinstance(model, MetaEstimatorMixin):
        return model
    best = read_attribute(model, "best_estimator_")
    return model if read_attribute(best, "predict") is None else best


def _assemble(estimator: str, params: dict[str, Any], steps: Any) -> Any:
    model = make_estimator(estimator, **params)
    if steps:
        return make_pipeline(*(make_transformer(step.name, **step.params) for step in steps), model)
    return model


# They split, evaluate and compute, whatever the method.
_ALWAYS = ("numpy", "scipy", "scikit-learn")


def deciding_packages(model: Any, params: Mapping[str, Any]) -> frozenset[str]:
    """Return the libraries that an unfitted estimator and everything within it compute with.

    Parameters
    ----------
    model : estimator
    params : mapping of str to Any
        Its parameters, as returned by `all_params`.

    Returns
    -------
    packages : frozenset of str
        Names of distributions.

    Raises
    ------
    UnknownNameError
        If an estimator has an unknown engine.
    """
    parts = (model, *estimators_among(params).values())
    return frozenset({*_ALWAYS, *(package for part in parts for package in _packages_of(part))})


def versions_of(packages: frozenset[str]) -> dict[str, str]:
    """Return the versions of the installed ones among some libraries, by name.

    Parameters
    ----------
    packages : frozenset of str
        Names of distributions.

    Returns
    -------
    versions : dict of str to str
    """
    return dict(sorted(installed_versions(tuple(packages)).items()))


def _packages_of(part: Any) -> set[str]:
    root = class_module(type(part)).partition(".")[0]
    if root != "hdr_bench":
        return {*_distributions().get(root, ()), *_packages_of_library(type(part))}
    # The libraries whose versions a saved estimator records, and those that it would compute with.
    return {*libraries_of(part), *engine_packages(part)}


def _packages_of_library(cls: type) -> set[str]:
    """Return the distributions of other libraries that a class, possibly a user's, derives from."""
    library = library_of(cls)
    if library is None:
        return set()
    roots = {class_module(base).partition(".")[0] for base in cls.__mro__} & LIBRARIES.keys()
    return {*library.packages, *(name for root in roots for name in _distributions().get(root, ()))}


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


def can_be_validated(model: Any) -> bool:
    """Return whether a method can be evaluated on images after each epoch without any effect on its fit.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Returns
    -------
    can_be_validated : bool
    """
    return takes_validation_data(model) and not holds_images_out(model)


def takes_validation_data(model: Any) -> bool:
    """Return whether a method's ``fit`` takes images to evaluate it on after each epoch.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Returns
    -------
    takes : bool
    """
    return "validation_data" in inspect.signature(model.fit).parameters


def holds_images_out(model: Any) -> bool:
    """Return whether a method's own parameters ask for images to evaluate it on while it learns.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Returns
    -------
    holds_out : bool
    """
    last = last_step(model)
    return bool(read_attribute(last, "early_stopping")) or read_attribute(last, "validation_fraction") is not None
