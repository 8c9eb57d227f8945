"""What stands for an object in a record: its class and parameters, as far as they are the same in every process."""

import functools
import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import numpy as np

from hdr_bench.class_cache import is_instance
from hdr_bench.exceptions import shown
from hdr_bench.names import class_module, class_name, visible_prose
from hdr_bench.records.base import DEEPEST, is_deep
from hdr_bench.records.later_parameters import without_later
from hdr_bench.records.text import repr_of

_INTEGER_BITS = 63

STORED_PATHS = {
    "hdr_bench.estimators.images.inverting.Inverter": "hdr_bench.estimators.inverter.Inverter",
    "hdr_bench.estimators.images.cropping.Cropper": "hdr_bench.estimators.images.Cropper",
    "hdr_bench.estimators.images.deskewing.Deskewer": "hdr_bench.estimators.images.Deskewer",
    "hdr_bench.estimators.images.blurring.GaussianBlur": "hdr_bench.estimators.images.GaussianBlur",
    "hdr_bench.estimators.images.centering.MassCenterer": "hdr_bench.estimators.images.MassCenterer",
    "hdr_bench.estimators.images.scaling.PixelScaler": "hdr_bench.estimators.images.PixelScaler",
    "hdr_bench.estimators.images.resizing.Resizer": "hdr_bench.estimators.images.Resizer",
    "hdr_bench.estimators.neural.augmentation.Distortion": "hdr_bench.estimators.augmentation.Distortion",
    "hdr_bench.estimators.neural.cnn.CNNClassifier": "hdr_bench.estimators.cnn.CNNClassifier",
    "hdr_bench.estimators.neural.mlp.MLPClassifier": "hdr_bench.estimators.mlp.MLPClassifier",
    "hdr_bench.estimators.polynomial.PolynomialClassifier": "hdr_bench.estimators.linear.PolynomialClassifier",
}
"""Classes that have moved, each with its path in version 0.1.0: a class's path is a part of the keys of stored results,
which would not be found under another one."""


class UnstableError(ValueError):
    """A value that nothing stands for which is the same in another process."""


def describe_estimator(estimator: Any, key: str | None) -> dict[str, Any]:
    """Return the class and the parameters of an estimator in JSON's types; a value that JSON has no type for as text.

    Parameters
    ----------
    estimator : estimator
    key : str or None
        The key that its case gives it, by which stored trials are found again whatever its parameters are.

    Returns
    -------
    description : dict of str to Any

    Raises
    ------
    ValueError
        If a parameter is not the same in every process, and there is no `key`.
    """
    if key is not None:
        params = without_later(type(estimator), estimator.get_params(deep=False))
        return {"class": class_path(type(estimator)), "params": {name: repr_of(params[name]) for name in params}}
    try:
        return _check_depth(_describe_estimator(estimator))
    except (UnstableError, RecursionError) as error:
        cause = error if isinstance(error, UnstableError) else "it holds itself"
        raise ValueError(
            f"{class_name(type(estimator))} has no stable key of its own: {cause}; give its case one, "
            'e.g. key="my-network-1", and another whenever it changes'
        ) from error


def plain_mapping(mapping: Any, place: str) -> Any:
    """Return parameters by name with plain values: numbers, texts, lists and tables, as a file could hold them.

    Parameters
    ----------
    mapping : Any
        What is not a mapping is returned as it is, for pydantic to refuse.
    place : str
        What messages call it, e.g. ``"params"``.

    Returns
    -------
    mapping : Any

    Raises
    ------
    ValueError
        If a value is anything else, or nested too deeply.
    """
    if not isinstance(mapping, Mapping):
        return mapping
    try:
        plain = _plain_items(mapping, place)
    except RecursionError as error:
        raise ValueError(f"{place} is nested too deeply, or holds itself") from error
    if is_deep(plain):
        raise ValueError(f"{place} must be nested in at most {DEEPEST} levels, got more")
    return plain


def _check_depth(described: dict[str, Any]) -> dict[str, Any]:
    if is_deep(described):
        raise UnstableError(f"a parameter is nested in more than {DEEPEST} levels")
    return described


def class_path(cls: type) -> str:
    """Return the dotted path of a class; of a class of this library that has moved, its path in `STORED_PATHS`.

    Parameters
    ----------
    cls : type

    Returns
    -------
    path : str
    """
    name = str.__str__(type.__dict__["__qualname__"].__get__(cls))
    path = visible_prose(f"{class_module(cls)}.{name}")
    return STORED_PATHS.get(path, path)


def _plain_items(mapping: Mapping[Any, Any], place: str) -> dict[Any, Any]:
    for name in mapping:
        if isinstance(name, str) and not _is_encodable(name):
            raise ValueError(f"{place} holds a character that UTF-8 cannot hold, got {shown(name)}")
    others = {name: _plain(value, f"{place}[{shown(name)}]") for name, value in mapping.items() if not _is_plain(value)}
    return {**mapping, **others}


def _is_plain(value: Any) -> bool:
    """Whether a value needs no place in a message: most are numbers and texts that a file can hold."""
    kind = type(value)
    if kind is int:
        return value.bit_length() <= _INTEGER_BITS
    return kind is float or kind is bool or value is None or (kind is str and _is_encodable(value))


def _plain(value: Any, place: str) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value, place)
    if isinstance(value, np.generic | np.ndarray):
        return _plain(value.tolist(), place)
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return _plain_items(value, place)
    if isinstance(value, list | tuple | range):
        return [_plain(item, f"{place}[{number}]") for number, item in enumerate(value)]
    if isinstance(value, int) and value.bit_length() > _INTEGER_BITS:
        raise ValueError(f"{place}: integers must fit 64 bits, got {shown(value)}")
    if isinstance(value, str) and not _is_encodable(value):
        raise ValueError(f"{place} holds a character that UTF-8 cannot hold, got {shown(value)}")
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if value is None:
        return None
    raise ValueError(
        f"{place} is a {class_name(type(value))}; it must be a number, a text, true or false, a list or a table. "
        "In Python, give the estimator itself, made with what it needs"
    )


def _is_encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _describe_estimator(estimator: Any) -> dict[str, Any]:
    params = without_later(type(estimator), estimator.get_params(deep=False))
    described = {name: _describe(value, name) for name, value in params.items()}
    whole = {"class": _importable(type(estimator)), "params": described}
    # Two that differ in a hidden parameter alone are two methods.
    return {**whole, "state": _describe(vars(estimator), "state")} if hides_parameters(estimator) else whole


def _describe(value: Any, place: str) -> Any:
    for kinds, describe in _KINDS:
        if is_instance(value, kinds):
            return describe(value, place)
    if hasattr(value, "get_params") and not isinstance(value, type):
        return _describe_estimator(value)
    if callable(value) and hasattr(value, "__qualname__"):
        return {"name": _importable(value)}
    if isinstance(state := _state_of(value), dict):
        return {"class": _importable(type(value)), "state": _describe(state, place)}
    raise UnstableError(f"{place} is a {class_name(type(value))}")


def _state_of(value: Any) -> Any:
    """Return the attributes of an object that has nothing else, as `pickle` knows it; None for all others."""
    cls: Any = type(value)
    if cls.__reduce_ex__ is not object.__reduce_ex__ or cls.__reduce__ is not object.__reduce__:
        return None
    try:
        _, arguments, state, *contents = value.__reduce_ex__(2)
    # A compiled class keeps what Python cannot see.
    except TypeError:
        return None
    return state if arguments == (cls,) and not any(contents) else None


def _describe_mapping(mapping: Mapping[Any, Any], place: str) -> dict[str, Any]:
    if all(isinstance(key, str) for key in mapping):
        return {key: _describe(item, f"{place}[{key!r}]") for key, item in mapping.items()}
    # The number 0 and the text "0" are two keys.
    pairs = [[_describe(key, place), _describe(item, f"{place}[{key!r}]")] for key, item in mapping.items()]
    return {"items": pairs}


def _describe_sequence(items: list[Any] | tuple[Any, ...], place: str) -> list[Any]:
    return [_describe(item, f"{place}[{number}]") for number, item in enumerate(items)]


def _describe_set(items: set[Any] | frozenset[Any], place: str) -> dict[str, Any]:
    return {"set": sorted((_describe(item, place) for item in items), key=repr)}


def _describe_partial(partial: "functools.partial[Any]", place: str) -> dict[str, Any]:
    return {
        "partial": _importable(partial.func),
        "args": _describe(partial.args, place),
        "keywords": _describe(partial.keywords, place),
    }


def _describe_array(array: Any, place: str) -> dict[str, Any]:
    if array.dtype.hasobject:
        raise UnstableError(f"{place} is an array of objects")
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return {"array": digest, "shape": list(array.shape), "dtype": array.dtype.str}


def _importable(thing: Any) -> str:
    """Return the dotted path of a class or function that another process can import, and would find the same."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
    if module in {None, "__main__"}:
        raise UnstableError(f"{name or repr_of(thing)} is defined in this script or notebook")
    found: Any = sys.modules.get(str(module))
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not thing:
        raise UnstableError(f"{name or repr_of(thing)} cannot be imported from {module}")
    path = f"{module}.{name}"
    return STORED_PATHS.get(path, path)


_KINDS: tuple[tuple[Any, Callable[[Any, str], Any]], ...] = (
    (Enum, lambda value, place: _describe(value.value, place)),
    # The estimator itself goes to its trial as it is; this stands for it in files.
    (str, lambda value, _place: value if _is_encodable(value) else visible_prose(value)),
    ((type(None), bool, int, float), lambda value, _place: value),
    (np.generic, lambda value, _place: value.item()),
    (np.ndarray, _describe_array),
    (Mapping, _describe_mapping),
    ((list, tuple), _describe_sequence),
    ((set, frozenset), _describe_set),
    (functools.partial, _describe_partial),
)


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
