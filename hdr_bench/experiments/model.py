"""A trial's estimator: made as the suite describes it, and seeded."""

from typing import Any

import cloudpickle
from sklearn.base import MetaEstimatorMixin
from sklearn.pipeline import Pipeline, make_pipeline

from hdr_bench.classes import is_instance
from hdr_bench.estimators import make_estimator, make_transformer
from hdr_bench.estimators.libraries import open_seeds, settings_for
from hdr_bench.exceptions import EstimatorError, shown, told
from hdr_bench.experiments.copying import copy_unfitted
from hdr_bench.experiments.foreign import read_attribute
from hdr_bench.experiments.suite import Case
from hdr_bench.experiments.trial import Trial
from hdr_bench.names import class_name


def make_model(trial: Trial, pickled: bytes | None = None) -> Any:
    """Make the trial's estimator, with its seed and threads; of what was made in code, from its pickle."""
    named = trial.estimator, trial.params, trial.steps
    model = _assembled(*named) if pickled is None else cloudpickle.loads(pickled)
    model.set_params(**dict.fromkeys(open_seeds(model), trial.seed))
    return model.set_params(**settings_for(model, trial.threads))


def unseeded_model(case: Case) -> Any:
    """Make a case's estimator, in a pipeline where there are steps before it, as the suite describes it."""
    if case.is_object:
        return copy_unfitted(case.estimator)
    return _assembled(case.estimator, case.params, case.steps)


def pickled_model(case: Case) -> bytes | None:
    """Return an estimator that was made in code as bytes, with the classes of a notebook; None for all others.

    Raises
    ------
    EstimatorError
        If it cannot be copied or pickled.
    """
    if not case.is_object:
        return None
    copied = copy_unfitted(case.estimator)
    try:
        return cloudpickle.dumps(copied)
    # What an object holds may raise anything.
    except Exception as error:
        raise EstimatorError(
            f"case {shown(case.name)}: {class_name(type(copied))} cannot be pickled, and each trial runs in its own "
            f"process: {told(error)}; give the dotted path of its class instead"
        ) from error


def last_step(model: Any) -> Any:
    """Return the estimator itself: the last of a pipeline, the best of a search."""
    chosen = best_of_search(model)
    if chosen is not model:
        return last_step(chosen)
    return model[-1] if is_instance(model, Pipeline) else model


def best_of_search(model: Any) -> Any:
    """Return the estimator that a fitted search of scikit-learn's has chosen; of anything else the model itself."""
    # Other libraries keep other things under this name.
    if not isinstance(model, MetaEstimatorMixin):
        return model
    best = read_attribute(model, "best_estimator_")
    return model if read_attribute(best, "predict") is None else best


def _assembled(estimator: str, params: dict[str, Any], steps: Any) -> Any:
    model = make_estimator(estimator, **params)
    if steps:
        return make_pipeline(*(make_transformer(step.name, **step.params) for step in steps), model)
    return model
