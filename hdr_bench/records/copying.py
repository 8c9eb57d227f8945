"""Unfitted copies of estimators, also of those that scikit-learn cannot clone."""

import inspect
from copy import deepcopy
from typing import Any

from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import EstimatorError
from hdr_bench.names import class_name


def copy_unfitted(estimator: Any) -> Any:
    """Return an unfitted copy of an estimator.

    It is made by `sklearn.base.clone`. What that refuses, or would make another of, is copied whole: CatBoost copies
    the lists among its parameters, classes derived from it take other parameters than they have, and a constructor
    with ``**kwargs`` may have some that nothing tells of.

    Parameters
    ----------
    estimator : object
        Of any library that follows scikit-learn's conventions.

    Returns
    -------
    copy : object

    Raises
    ------
    EstimatorError
        If it cannot be copied either way.
    """
    from sklearn.base import clone

    if hides_parameters(estimator):
        return _copy_whole(estimator)
    try:
        return clone(estimator)
    # A constructor of another library may raise anything.
    except Exception:  # noqa: BLE001
        return _copy_whole(estimator)


def hides_parameters(estimator: Any) -> bool:
    """Whether an estimator, or one in it, takes parameters that its `get_params` does not return.

    Parameters
    ----------
    estimator : object

    Returns
    -------
    is_hiding : bool
    """
    return any(_has_hidden(type(part)) for part in (estimator, *estimator.get_params().values()))


def _has_hidden(cls: Any) -> bool:
    """Whether a class takes ``**kwargs``, and leaves to scikit-learn to say which parameters it has."""
    # scikit-learn's function by its name: whoever reads records does without scikit-learn.
    if getattr(getattr(cls, "get_params", None), "__qualname__", "") != "BaseEstimator.get_params":
        return False
    kinds = {parameter.kind for parameter in inspect.signature(cls.__init__).parameters.values()}
    return cls.__init__ is not object.__init__ and inspect.Parameter.VAR_KEYWORD in kinds


def _copy_whole(estimator: Any) -> Any:
    try:
        return deepcopy(estimator)
    except Exception as error:  # as above
        raise EstimatorError(f"{class_name(type(estimator))} cannot be copied: {describe_error(error)}") from error
