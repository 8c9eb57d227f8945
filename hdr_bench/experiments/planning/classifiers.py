"""Check that estimators are classifiers, as only classifiers can be compared."""

import warnings
from typing import Any

from sklearn.base import ClassifierMixin, is_classifier
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from hdr_bench.class_cache import is_instance
from hdr_bench.estimators.foreign.calls import read_attribute
from hdr_bench.estimators.foreign.parameters import steps_of
from hdr_bench.exceptions import EstimatorError, shown
from hdr_bench.experiments.planning.models import last_step
from hdr_bench.names import class_name
from hdr_bench.records.text import repr_of

# The names of the parameter in which meta-estimators take another estimator.
_INNER = ("estimator", "base_estimator", "final_estimator", "classifier")
_KINDS = {
    "regressor": "a regressor",
    "clusterer": "a clusterer",
    "outlier_detector": "an outlier detector",
    "density_estimator": "a density estimator",
}


def check_classifier(model: Any) -> None:
    """Check that an unfitted estimator is a classifier, as determined by `sklearn.base.is_classifier`.

    A pipeline is determined by its last step, and a search by its estimator. An estimator without scikit-learn's tags,
    as in other libraries before scikit-learn 1.6, is determined by its ``_estimator_type``.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Raises
    ------
    EstimatorError
        If it is anything else, or does not declare what it is; if it is a pipeline without steps; or if a parameter
        that must be an estimator is not one.
    """
    _check_parts(model)
    try:
        # scikit-learn before 1.8 warns about estimators without tags.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            is_one = bool(is_classifier(model))
    # Tags of other libraries may fail in any way.
    except Exception:  # noqa: BLE001
        is_one = _says_its_type(model) == "classifier"
    if not is_one:
        raise EstimatorError(_refusal(model))


def _check_parts(model: Any) -> None:
    """Check the parts of a pipeline, a voting or a stacking estimator, which their constructors do not check.

    Raises
    ------
    EstimatorError
        If there are no parts, or any is not a pair of a name and an estimator.
    """
    if is_instance(model, Pipeline) and not steps_of(model):
        hint = "in a suite file, give the case `steps`, and the classifier as its `estimator`"
        raise EstimatorError(f"{_pairs_wanted(model, 'steps', model.steps)}; {hint}")
    last = last_step(model)
    if not is_instance(last, (VotingClassifier, StackingClassifier)):
        return
    members = last.estimators
    if not isinstance(members, list | tuple) or not members or not all(map(_is_member, members)):
        raise EstimatorError(f"{_pairs_wanted(last, 'estimators', members)}; in Python, give the estimator itself")


def _pairs_wanted(model: Any, name: str, value: Any) -> str:
    called = f"{name} of {class_name(type(model))}"
    return f"{called} must be a list of at least one pair of a name and an estimator, got {shown(value)}"


def _is_member(pair: Any) -> bool:
    if not isinstance(pair, list | tuple) or len(pair) != 2 or not isinstance(pair[0], str):
        return False
    return hasattr(pair[1], "fit") or (isinstance(pair[1], str) and pair[1] == "drop")


def _refusal(model: Any) -> str:
    last = last_step(model)
    if fault := _misplaced_parameter(last):
        return fault
    if hasattr(last, "refit") and hasattr(last, "estimator"):
        # A search is determined by its estimator.
        return _refusal(last.estimator)
    if not hasattr(last, "get_params"):
        return f"the last step of the pipeline is {repr_of(last)}; it must be a classifier"
    name = class_name(type(last))
    if kind := _kind(last):
        return f"{name} is {kind}; only classifiers can be compared"
    if isinstance(last, ClassifierMixin):
        return (
            f"{name} does not declare itself a classifier, since its ClassifierMixin comes after BaseEstimator; "
            f"write class {name}(ClassifierMixin, BaseEstimator)"
        )
    return (
        f"{name} does not declare itself a classifier; if it is one, derive its class from "
        "sklearn.base.ClassifierMixin, before BaseEstimator"
    )


def _misplaced_parameter(last: Any) -> str:
    """Describe the parameter that must be an estimator but is not, so that a meta-estimator has no type."""
    for name in _INNER:
        value = read_attribute(last, name)
        if value is None or hasattr(value, "get_params"):
            continue
        return (
            f"{name} of {class_name(type(last))} must be an estimator, got {shown(value)}; in a suite file, write "
            f'e.g. {name} = {{ estimator = "svm", params = {{}} }}'
        )
    return ""


def _kind(last: Any) -> str:
    """Return the type that an estimator declares; empty if none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind = get_tags(last).estimator_type
    except Exception:  # noqa: BLE001  # as above
        kind = _says_its_type(last)
    if kind is None and hasattr(last, "transform") and not hasattr(last, "predict"):
        return "a transformer"
    return _KINDS.get(kind, f"a {kind}") if kind else ""


def _says_its_type(model: Any) -> str | None:
    """Return the type that an estimator declared before scikit-learn 1.6; None if none."""
    kind = read_attribute(model, "_estimator_type")
    return kind if isinstance(kind, str) else None
