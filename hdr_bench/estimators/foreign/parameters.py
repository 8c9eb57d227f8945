"""Parameters of estimators, including those of users' classes and other libraries."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from hdr_bench.class_cache import cache_by_class, is_instance
from hdr_bench.estimators.foreign.calls import cause_of, foreign_code
from hdr_bench.estimators.plain_values import is_plain
from hdr_bench.exceptions import EstimatorError, HdrBenchError
from hdr_bench.names import class_module, class_name

KNOWN_LIBRARIES = frozenset({"sklearn", "hdr_bench"})
"""Packages whose `get_params` never raises, and whose `fit` checks parameters against their declarations."""

# Cached because thousands of cases are planned.
_UNGUARDED = nullcontext()


def own_params(estimator: Any) -> dict[str, Any]:
    """Return the same as ``get_params(deep=False)``.

    scikit-learn's implementation inspects the constructor on each call, which takes most of the time of planning
    thousands of cases; here the names are cached.

    Parameters
    ----------
    estimator : estimator

    Returns
    -------
    params : dict of str to Any

    Raises
    ------
    EstimatorError
        If `get_params` of a user's or another library's class fails.
    """
    cls: Any = type(estimator)
    with _guard(cls, "get_params"):
        if not _asks_scikit_learn(cls):
            return dict(estimator.get_params(deep=False))
        return {name: getattr(estimator, name) for name in _names_of(cls)}


def all_params(estimator: Any) -> dict[str, Any]:
    """Return the same as ``get_params()``, including the parameters of nested estimators; cached as in `own_params`.

    Parameters
    ----------
    estimator : estimator

    Returns
    -------
    params : dict of str to Any

    Raises
    ------
    EstimatorError
        As for `own_params`.
    """
    cls: Any = type(estimator)
    if not _asks_scikit_learn(cls):
        with _guard(cls, "get_params"):
            return dict(estimator.get_params())
    own = own_params(estimator)
    # Most contain no other estimator.
    if all(map(is_plain, own.values())):
        return own
    params: dict[str, Any] = {}
    for name, value in own.items():
        if not is_plain(value):
            params |= _nested_params(name, value)
        params[name] = value
    for name, step in steps_of(estimator) or ():
        params |= {name: step, **_nested_params(name, step)}
    return params


def steps_of(model: Any) -> list[tuple[str, Any]] | None:
    """Return the names and estimators of a pipeline's steps, or None if it is not a pipeline or has malformed steps.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    steps : list of (str, estimator), or None
    """
    steps = model.steps if is_instance(model, Pipeline) else None
    if not isinstance(steps, list | tuple):
        return None
    are_pairs = all(isinstance(step, list | tuple) and len(step) == 2 and isinstance(step[0], str) for step in steps)
    return [(name, step) for name, step in steps] if are_pairs else None


def set_params(estimator: Any, params: dict[str, Any]) -> Any:
    """Change some parameters of an estimator and return it.

    Parameters
    ----------
    estimator : estimator
    params : dict of str to Any

    Returns
    -------
    estimator : estimator

    Raises
    ------
    EstimatorError
        If its `set_params` fails.
    """
    with _guard(type(estimator), "set_params"):
        return estimator.set_params(**params)


def _asks_scikit_learn(cls: Any) -> bool:
    way = getattr(cls, "get_params", None)
    return way is BaseEstimator.get_params or way is Pipeline.get_params


def _nested_params(name: str, value: Any) -> dict[str, Any]:
    if not is_estimator(value):
        return {}
    return {f"{name}__{key}": inner for key, inner in all_params(value).items()}


def estimators_among(params: Mapping[str, Any]) -> dict[str, Any]:
    """Select those of an estimator's parameters, as returned by `all_params`, that are estimators themselves.

    Parameters
    ----------
    params : mapping of str to Any

    Returns
    -------
    estimators : dict of str to estimator
    """
    return {name: value for name, value in params.items() if not is_plain(value) and is_estimator(value)}


def is_estimator(value: Any) -> bool:
    """Whether a value has parameters and is not a class.

    Parameters
    ----------
    value : Any

    Returns
    -------
    is_estimator : bool
    """
    return hasattr(value, "get_params") and not isinstance(value, type)


def _guard(cls: Any, method: str) -> AbstractContextManager[object]:
    return _UNGUARDED if is_known(cls) else foreign_code(partial(_failure, cls, method))


def _failure(cls: type, method: str, error: BaseException) -> BaseException:
    if isinstance(error, HdrBenchError):
        return error
    return EstimatorError(f"{method} of {class_name(cls)} fails: {cause_of(error)}")


def is_known(cls: type) -> bool:
    """Whether a class is defined in one of the `KNOWN_LIBRARIES`, and not merely derived from theirs.

    Parameters
    ----------
    cls : type

    Returns
    -------
    is_known : bool
    """
    return class_module(cls).partition(".")[0] in KNOWN_LIBRARIES


@cache_by_class
def _names_of(cls: Any) -> tuple[str, ...]:
    return tuple(cls._get_param_names())
