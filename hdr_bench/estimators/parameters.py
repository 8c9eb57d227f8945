"""Parameters of estimators: numpy's scalars as Python's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
T = TypeVar("T")

# What most parameters are: thousands of cases are checked in a plan.
_PLAIN = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """Return a parameter's value with Python's own numbers and texts in the place of numpy's.

    Parameters
    ----------
    value : object
        A scalar of numpy's, an array without axes, or a dict, list, tuple or dataclass that may hold such; all else
        comes back as it is.

    Returns
    -------
    value : object
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, np.generic):
        return float(value) if isinstance(value, np.floating) else value.item()
    if type(value) is dict:
        return {key: plain(item) for key, item in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(plain(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: plain(getattr(value, field.name)) for field in fields(value)})
    return value


@contextmanager
def plain_parameters(model: Any) -> Iterator[None]:
    """Replace numpy's scalars among an estimator's parameters by Python's while the context lasts.

    Libraries that do the work take numpy's scalars in some places and not in others, and small integers of numpy's
    overflow. The constructor cannot convert them: scikit-learn's `clone` requires that it stores what it is given.

    Parameters
    ----------
    model : sklearn.base.BaseEstimator
        Its parameters are those that were given again when the context ends.
    """
    given = model.get_params(deep=False)
    vars(model).update({name: plain(value) for name, value in given.items()})
    try:
        yield
    finally:
        vars(model).update(given)


def with_plain_parameters(method: Callable[P, T]) -> Callable[P, T]:
    """Decorate an estimator's method so that it sees `plain_parameters`."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        with plain_parameters(args[0]):
            return method(*args, **kwargs)

    return call
