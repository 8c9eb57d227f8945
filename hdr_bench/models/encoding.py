"""Encoding of a fitted estimator as plain values that JSON can represent, and arrays.

A value is stored unchanged if JSON supports it; otherwise as a table whose `kind` gives its type. `decoding` reverses
this.
"""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import ModelSaveError
from hdr_bench.models.classes import class_path, is_scikit_learn_class, own_name, score_name
from hdr_bench.models.natives import find_native
from hdr_bench.models.own_state import state_to_save
from hdr_bench.models.scikit_learn_checks import check_made
from hdr_bench.models.stored_arrays import narrow

Node = Any

_DEEPEST = 60
_CONTAINERS = (list, tuple, dict, set, frozenset)


@dataclasses.dataclass(frozen=True)
class Encoded:
    """Encoded value.

    Attributes
    ----------
    tree : object
        Values that JSON can represent.
    arrays : tuple of ndarray
        Arrays to which the tree refers by index.
    dtypes : tuple of str
        Type of each array in the estimator; empty if it is saved in that type.
    """

    tree: Node
    arrays: tuple[NDArray[Any], ...]
    dtypes: tuple[str, ...]


def encode(value: Any, name: str) -> Encoded:
    """Encode a value.

    Parameters
    ----------
    value : object
        A fitted estimator.
    name : str
        Name used in messages.

    Returns
    -------
    encoded : Encoded

    Raises
    ------
    ModelSaveError
        If it contains something that only pickle can store; the message says where.
    """
    encoder = _Encoder()
    tree = encoder.node(value, name, 0)
    arrays = [narrow(array) for array in encoder.arrays]
    dtypes = [
        "" if saved.dtype == array.dtype else array.dtype.str
        for saved, array in zip(arrays, encoder.arrays, strict=True)
    ]
    return Encoded(tree, tuple(arrays), tuple(dtypes))


class _Encoder:
    """Arrays and objects encoded so far; repeated objects become references, so that they stay a single object."""

    def __init__(self) -> None:
        self.arrays: list[NDArray[Any]] = []
        self._objects: dict[int, int] = {}
        self._open: set[int] = set()
        self._array_places: dict[int, int] = {}
        # Objects that are looked up by address must stay alive while the addresses are used.
        self._alive: list[Any] = []

    def node(self, value: Any, place: str, depth: int) -> Node:
        """Return a value in a form that JSON can represent."""
        if depth > _DEEPEST:
            raise ModelSaveError(f"{place}: nested in more than {_DEEPEST} levels, which a model file cannot store")
        kind: Any = type(value)
        if value is None or kind in {bool, int, float, str}:
            return value
        if kind in _CONTAINERS:
            return self._container(kind, value, place, depth)
        if isinstance(value, np.ndarray | np.generic | np.dtype | np.ufunc) or _is_scalar_type(value):
            return self._of_numpy(value, place, depth)
        if name := score_name(value):
            return {"kind": "score of features", "name": name}
        return self._object(value, place, depth)

    def _container(self, kind: Any, value: Any, place: str, depth: int) -> Node:
        if kind is dict:
            return self._dict(value, place, depth)
        # The order of a set of strings differs between processes.
        items = self._items(sorted(value, key=repr) if kind in {set, frozenset} else value, place, depth)
        return items if kind is list else {"kind": kind.__name__, "items": items}

    def _items(self, values: Any, place: str, depth: int) -> list[Node]:
        return [self.node(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(values)]

    def _dict(self, value: dict[Any, Any], place: str, depth: int) -> Node:
        pairs = [
            [self.node(key, place, depth + 1), self.node(item, f"{place}[{key!r}]", depth + 1)]
            for key, item in value.items()
        ]
        return {"kind": "dict", "items": pairs}

    def _state(self, state: dict[str, Any], place: str, depth: int) -> Node:
        # Attributes are sorted by name, so that the order in which they were set does not matter.
        return {name: self.node(state[name], f"{place}.{name}", depth + 1) for name in sorted(state)}

    def _of_numpy(self, value: Any, place: str, depth: int) -> Node:
        if isinstance(value, np.ufunc):
            return _ufunc(value, place)
        if isinstance(value, np.dtype):
            return {"kind": "dtype", "name": _plain_dtype(value, place).str}
        if isinstance(value, type):
            return {"kind": "scalar type", "name": _plain_dtype(np.dtype(value), place).str}
        if isinstance(value, np.generic):
            return {"kind": "scalar", "place": self._add(np.asarray(value))}
        if type(value) is not np.ndarray:
            raise _refusal(value, place)
        if value.dtype.hasobject:
            if value.dtype != object:
                raise _refusal(value, place)
            items = self._items(value.ravel().tolist(), place, depth)
            return {"kind": "objects", "shape": list(value.shape), "items": items}
        return {"kind": "array", "place": self._add(value)}

    def _add(self, array: NDArray[Any]) -> int:
        known = self._array_places.get(id(array))
        if known is not None:
            return known
        self._array_places[id(array)] = len(self.arrays)
        self.arrays.append(array)
        return len(self.arrays) - 1

    def _object(self, value: Any, place: str, depth: int) -> Node:
        if id(value) in self._open:
            raise ModelSaveError(f"{place} contains itself, which a model file cannot store")
        if id(value) in self._objects:
            return {"kind": "again", "number": self._objects[id(value)]}
        self._objects[id(value)] = len(self._objects)
        self._alive.append(value)
        self._open.add(id(value))
        node = self._new_object(value, place, depth)
        self._open.remove(id(value))
        return node

    def _new_object(self, value: Any, place: str, depth: int) -> Node:
        cls = type(value)
        native = find_native(value)
        if native is not None:
            try:
                parts = native.parts(value)
            except ValueError as error:
                raise ModelSaveError(f"{place} is {error}, which a model file cannot store") from error
            return {"kind": native.kind, "parts": self._state(parts, place, depth)}
        if name := own_name(cls):
            return {"kind": "own", "class": name, "state": self._state(state_to_save(value), place, depth)}
        if is_scikit_learn_class(cls):
            _check(value, place)
            state = self._state(value.__getstate__() or {}, place, depth)
            return {"kind": "scikit-learn", "class": class_path(cls), "state": state}
        raise _refusal(value, place)


def _check(value: Any, place: str) -> None:
    """Refuse to save what could not be loaded."""
    try:
        check_made(value)
    except ValueError as error:
        raise ModelSaveError(f"{place}: {error}; a model file cannot store it") from error


def _is_scalar_type(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, np.generic)


def _plain_dtype(dtype: np.dtype[Any], place: str) -> np.dtype[Any]:
    if dtype.hasobject or dtype.names:
        raise ModelSaveError(f"{place} is the type {dtype}, which a model file cannot store")
    return dtype


def _ufunc(value: np.ufunc, place: str) -> Node:
    if getattr(np, value.__name__, None) is not value:
        raise _refusal(value, place)
    return {"kind": "function of numpy", "name": value.__name__}


def _refusal(value: Any, place: str) -> ModelSaveError:
    if class_path(type(value)).startswith("sklearn.model_selection._search") and hasattr(value, "best_estimator_"):
        return ModelSaveError(
            f"{place} is a search, which a model file cannot store; save the best model, its best_estimator_"
        )
    return ModelSaveError(
        f"{place} is a {class_path(type(value))}, which only pickle can store; to save a pickle anyway, use "
        "trust=True (--trust): loading that file runs the code in it"
    )
