"""Caching and instance checks for classes, including those that cannot be hashed."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

T = TypeVar("T")

# A plan has few classes; those that a notebook defines again and again should not stay in memory forever.
_MOST = 256


def cache_by_class(look_up: Callable[[Any], T]) -> Callable[[Any], T]:
    """Decorate a function of a class so that it is called once per class.

    A metaclass may make its classes unhashable, or equal to others: for these, the function is called each time.

    Parameters
    ----------
    look_up : callable
        Function of a class.

    Returns
    -------
    look_up : callable
    """
    cached = lru_cache(maxsize=_MOST)(look_up)

    @wraps(look_up)
    def call(cls: Any) -> T:
        return cached(cls) if _is_compared_by_identity(cls) else look_up(cls)

    return call


def is_instance(value: Any, kinds: type | tuple[type, ...]) -> bool:
    """Return what `isinstance` does, also for an abstract class when the class of `value` cannot be hashed.

    Parameters
    ----------
    value : object
    kinds : type or tuple of type

    Returns
    -------
    is_instance : bool
    """
    try:
        return isinstance(value, kinds)
    except TypeError:
        each = kinds if isinstance(kinds, tuple) else (kinds,)
        return any(type.__instancecheck__(kind, value) for kind in each)


def _is_compared_by_identity(cls: Any) -> bool:
    kind: Any = type(cls)
    return kind.__hash__ is type.__hash__ and kind.__eq__ is type.__eq__
