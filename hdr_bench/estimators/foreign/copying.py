"""Unfitted copies of estimators, including those that scikit-learn cannot clone."""

from copy import deepcopy
from typing import Any

from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import EstimatorError
from hdr_bench.names import class_name
from hdr_bench.records.fingerprints import hides_parameters


def copy_unfitted(estimator: Any) -> Any:
    """Return an unfitted copy of an estimator.

    The copy is made by `sklearn.base.clone`. Estimators that it refuses, or whose clone would differ, are deep-copied:
    CatBoost copies the lists among its parameters, its subclasses may take other parameters than they store, and a
    constructor with ``**kwargs`` may have parameters that cannot be discovered.

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
    # The constructor of another library may raise anything.
    except Exception:  # noqa: BLE001
        return _copy_whole(estimator)


def _copy_whole(estimator: Any) -> Any:
    try:
        return deepcopy(estimator)
    except Exception as error:  # as above
        raise EstimatorError(f"{class_name(type(estimator))} cannot be copied: {describe_error(error)}") from error
