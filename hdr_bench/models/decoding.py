"""Decoding of estimators from the plain values and arrays of a model file, none of which is trusted."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.models.classes import find_own_class, find_scikit_learn_class, find_score
from hdr_bench.models.natives import MAKERS
from hdr_bench.models.own_state import make_own
from hdr_bench.models.scikit_learn_checks import check_made
from hdr_bench.models.state_bounds import check_bounds

_DEEPEST = 100
# Limit over all sets and tables: keys can be chosen so that the time grows with the square of their number.
_MOST_KEYS = 10_000
_PLAIN = (type(None), bool, int, float, str)


class Decoder:
    """Decoder of the values in one file.

    Parameters
    ----------
    arrays : sequence of ndarray
        Arrays in the order of their indices.
    """

    def __init__(self, arrays: Sequence[NDArray[Any]]) -> None:
        self._arrays = arrays
        self._n_keys = 0
        self._objects: list[Any] = []
        self._is_made: list[bool] = []
        self._kinds: dict[str, Callable[[dict[str, Any], int], Any]] = {
            "tuple": lambda node, depth: tuple(self._items(node, depth)),
            "set": lambda node, depth: set(self._keys(node, depth)),
            "frozenset": lambda node, depth: frozenset(self._keys(node, depth)),
            "dict": self._dict,
            "array": lambda node, _: self._array(node),
            "scalar": lambda node, _: self._array(node)[()],
            "objects": self._object_array,
            "dtype": lambda node, _: _dtype(node),
            "scalar type": lambda node, _: _dtype(node).type,
            "function of numpy": lambda node, _: _ufunc(node),
            "score of features": lambda node, _: find_score(node["name"]),
            "again": lambda node, _: self._again(node),
            "own": self._own,
            "scikit-learn": self._scikit_learn,
        }

    def value(self, node: Any, depth: int = 0) -> Any:
        """Return the value that a node represents.

        Parameters
        ----------
        node : object
            Content of the file's JSON.
        depth : int, default=0
            Number of levels above it.

        Returns
        -------
        value : object

        Raises
        ------
        Exception
            If it is not valid; of any type.
        """
        if depth > _DEEPEST:
            raise ValueError(f"it is nested in more than {_DEEPEST} levels")
        if isinstance(node, _PLAIN):
            return node
        if isinstance(node, list):
            return [self.value(item, depth + 1) for item in node]
        kind = node["kind"]
        if kind in MAKERS:
            return self._keep(lambda: MAKERS[kind](self._state(node["parts"], depth)))
        if kind not in self._kinds:
            raise ValueError(f"it contains an object of the unknown kind {kind!r}")
        return self._kinds[kind](node, depth)

    def _items(self, node: dict[str, Any], depth: int) -> list[Any]:
        return [self.value(item, depth + 1) for item in node["items"]]

    def _keys(self, node: dict[str, Any], depth: int) -> list[Any]:
        self._count_keys(node)
        return self._items(node, depth)

    def _count_keys(self, node: dict[str, Any]) -> None:
        self._n_keys += len(node["items"])
        if self._n_keys > _MOST_KEYS:
            raise ValueError(f"its sets and tables have more than {_MOST_KEYS:,} keys")

    def _dict(self, node: dict[str, Any], depth: int) -> dict[Any, Any]:
        self._count_keys(node)
        return {self.value(key, depth + 1): self.value(item, depth + 1) for key, item in node["items"]}

    def _state(self, state: Any, depth: int) -> dict[str, Any]:
        if not isinstance(state, dict):
            raise ValueError("it contains an object without attributes")
        return {name: self.value(item, depth + 1) for name, item in state.items()}

    def _array(self, node: dict[str, Any]) -> NDArray[Any]:
        return self._arrays[_place(node, self._arrays)]

    def _object_array(self, node: dict[str, Any], depth: int) -> NDArray[Any]:
        items, shape = self._items(node, depth), tuple(node["shape"])
        if math.prod(shape) != len(items) or any(size < 0 for size in shape):
            raise ValueError(f"it contains an array of shape {shape} with {len(items)} objects")
        array = np.empty(len(items), dtype=object)
        for place, item in enumerate(items):
            array[place] = item
        return array.reshape(shape)

    def _again(self, node: dict[str, Any]) -> Any:
        place = node["number"]
        if type(place) is not int or not 0 <= place < len(self._objects) or not self._is_made[place]:
            raise ValueError("it refers to an object that it does not contain")
        return self._objects[place]

    def _own(self, node: dict[str, Any], depth: int) -> Any:
        cls = find_own_class(node["class"])
        return self._keep(lambda: make_own(cls, self._state(node["state"], depth)))

    def _scikit_learn(self, node: dict[str, Any], depth: int) -> Any:
        cls = find_scikit_learn_class(node["class"])
        return self._keep(lambda: _make_scikit_learn(cls, self._state(node["state"], depth)))

    def _keep(self, make: Callable[[], Any]) -> Any:
        """Create an object and number it as `encoding` does: before those inside it."""
        number = len(self._objects)
        self._objects.append(None)
        self._is_made.append(False)
        self._objects[number] = make()
        self._is_made[number] = True
        return self._objects[number]


def _make_scikit_learn(cls: Any, state: dict[str, Any]) -> Any:
    check_bounds(state)
    # Fitting would read pickles from the folder in which a pipeline caches its steps.
    state = {**state, "memory": None} if "memory" in state else state
    made = cls.__new__(cls)
    if hasattr(made, "__setstate__"):
        made.__setstate__(state)
    else:
        vars(made).update(state)
    check_made(made)
    return made


def _place(node: dict[str, Any], available: Sequence[Any]) -> int:
    place = node["place"]
    if type(place) is not int or not 0 <= place < len(available):
        raise ValueError(f"it refers to item {place!r} of {len(available)}")
    return place


def _dtype(node: dict[str, Any]) -> np.dtype[Any]:
    if not isinstance(node["name"], str):
        raise ValueError("it contains a type without a name")
    dtype = np.dtype(node["name"])
    if dtype.hasobject:
        raise ValueError("it contains a type of Python objects")
    return dtype


def _ufunc(node: dict[str, Any]) -> np.ufunc:
    found = getattr(np, node["name"], None)
    if not isinstance(found, np.ufunc):
        raise ValueError(f"it names {node['name']!r}, which is not a numpy function")
    return found
