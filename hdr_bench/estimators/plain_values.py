"""Conversion of numpy scalars in parameters to Python's own types."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from functools import wraps
from numbers import Real
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
T = TypeVar("T")


def is_plain(value: Any) -> bool:
    """Whether a value is None or a plain Python number or string, as most are: a fast path when planning many cases.

    Parameters
    ----------
    value : Any

    Returns
    -------
    is_plain : bool
    """
    # A set would require hashable classes.
    kind: Any = type(value)
    return kind is str or kind is int or kind is float or kind is bool or value is None


def is_number(value: Any) -> bool:
    """Whether a value is a real number, including numpy's, but not a bool.

    Parameters
    ----------
    value : Any

    Returns
    -------
    is_number : bool
    """
    number = value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
    return isinstance(number, Real) and not isinstance(number, bool)


def to_plain(value: Any) -> Any:
    """Return a parameter's value with numpy's numbers and strings replaced by Python's own.

    Parameters
    ----------
    value : object
        A numpy scalar, an array without axes, or a dict, list, tuple or dataclass that may contain such values;
        anything else is returned unchanged.

    Returns
    -------
    value : object
    """
    if is_plain(value):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, np.generic):
        return float(value) if isinstance(value, np.floating) else value.item()
    kind: Any = type(value)
    if kind is dict:
        return {key: to_plain(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind(to_plain(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: to_plain(getattr(value, field.name)) for field in fields(value)})
    return value


@contextmanager
def plain_parameters(model: Any) -> Iterator[None]:
    """Replace numpy scalars among an estimator's parameters with Python values within the context.

    The underlying libraries accept numpy scalars in some places and not in others, and small numpy integers overflow.
    The constructor cannot convert them: scikit-learn's `clone` requires that it stores its arguments unchanged.

    Parameters
    ----------
    model : sklearn.base.BaseEstimator
        The original parameters are restored when the context ends.
    """
    given = model.get_params(deep=False)
    vars(model).update({name: to_plain(value) for name, value in given.items() if not is_plain(value)})
    try:
        yield
    finally:
        vars(model).update(given)


def with_plain_parameters(method: Callable[P, T]) -> Callable[P, T]:
    """Decorate an estimator's method to run within `plain_parameters`.

    Parameters
    ----------
    method : callable

    Returns
    -------
    method : callable
    """

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        with plain_parameters(args[0]):
            return method(*args, **kwargs)

    return call
