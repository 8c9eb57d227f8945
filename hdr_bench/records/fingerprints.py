"""Fingerprints of objects in records: class and parameters, as far as they are the same in every process."""

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
"""Classes that have moved, with their path in version 0.1.0: the path is part of the keys of stored results, which
would otherwise not be found."""


class UnstableError(ValueError):
    """Error for a value without a representation that is the same in another process."""


def describe_estimator(estimator: Any, key: str | None) -> dict[str, Any]:
    """Return the class and parameters of an estimator as JSON types; values that JSON does not support become text.

    Parameters
    ----------
    estimator : estimator
    key : str or None
        The key from its case, which identifies stored trials whatever the parameters are.

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
        cause = error if isinstance(error, UnstableError) else "it contains itself"
        raise ValueError(
            f"{class_name(type(estimator))} has no stable key: {cause}; give its case a key, "
            'e.g. key="my-network-1", and change the key whenever the estimator changes'
        ) from error


def plain_mapping(mapping: Any, place: str) -> Any:
    """Return parameters by name with plain values: numbers, texts, lists and tables, as in a file.

    Parameters
    ----------
    mapping : Any
        Anything else is returned unchanged, for pydantic to reject.
    place : str
        Name in messages, e.g. ``"params"``.

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
        raise ValueError(f"{place} is nested too deeply, or contains itself") from error
    if is_deep(plain):
        raise ValueError(f"{place} must be nested in at most {DEEPEST} levels, got more")
    return plain


def _check_depth(described: dict[str, Any]) -> dict[str, Any]:
    if is_deep(described):
        raise UnstableError(f"a parameter is nested in more than {DEEPEST} levels")
    return described


def class_path(cls: type) -> str:
    """Return the dotted path of a class; for a class of this library that has moved, its path in `STORED_PATHS`.

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
            raise ValueError(f"{place}: names must not have characters that UTF-8 cannot encode, got {shown(name)}")
    others = {name: _plain(value, f"{place}[{shown(name)}]") for name, value in mapping.items() if not _is_plain(value)}
    return {**mapping, **others}


def _is_plain(value: Any) -> bool:
    """Return whether a value needs no place in a message: most are numbers, and texts that a file can hold."""
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
        raise ValueError(f"{place} must not have characters that UTF-8 cannot encode, got {shown(value)}")
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if value is None:
        return None
    raise ValueError(
        f"{place} is a {class_name(type(value))}; it must be a number, a text, true or false, a list or a table. "
        "In Python, give the estimator object itself"
    )


def _is_encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _describe_estimator(estimator: Any) -> dict[str, Any]:
    params = without_later(type(estimator), estimator.get_params(deep=False))
    described = {name: _describe(value, name) for name, value in params.items()}
    whole = {"class": _importable(type(estimator)), "params": described}
    # Two that differ only in a hidden parameter are different methods.
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
    """Return the attributes of an object that has no other state, as defined by `pickle`; None for all others."""
    cls: Any = type(value)
    if cls.__reduce_ex__ is not object.__reduce_ex__ or cls.__reduce__ is not object.__reduce__:
        return None
    try:
        _, arguments, state, *contents = value.__reduce_ex__(2)
    # Compiled classes have state that Python cannot see.
    except TypeError:
        return None
    return state if arguments == (cls,) and not any(contents) else None


def _describe_mapping(mapping: Mapping[Any, Any], place: str) -> dict[str, Any]:
    if all(isinstance(key, str) for key in mapping):
        return {key: _describe(item, f"{place}[{key!r}]") for key, item in mapping.items()}
    # The number 0 and the text "0" are different keys.
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
    """Return the dotted path of a class or function that another process can import and would find unchanged."""
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
    # The estimator itself is passed to its trial; this only represents it in files.
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
    """Return whether an estimator, or one within it, accepts parameters that its `get_params` does not return.

    Parameters
    ----------
    estimator : object

    Returns
    -------
    is_hiding : bool
    """
    return any(_has_hidden(type(part)) for part in (estimator, *estimator.get_params().values()))


def _has_hidden(cls: Any) -> bool:
    """Return whether a class accepts ``**kwargs``, and leaves it to scikit-learn to list its parameters."""
    # Compare scikit-learn's function by name, so that reading records does not import scikit-learn.
    if getattr(getattr(cls, "get_params", None), "__qualname__", "") != "BaseEstimator.get_params":
        return False
    kinds = {parameter.kind for parameter in inspect.signature(cls.__init__).parameters.values()}
    return cls.__init__ is not object.__init__ and inspect.Parameter.VAR_KEYWORD in kinds
