"""Encoding of compiled objects: trees, search trees, generators, sparse matrices.

Compiled code trusts such objects, so their content is checked before they are created: a child index outside the nodes,
or a feature index outside the image, would read memory beyond the arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdr_bench.models.boosting_parts import (
    LOSSES,
    LOSSES_OF_SGD,
    loss_parts,
    loss_parts_of_sgd,
    make_loss,
    make_loss_of_sgd,
    make_predictor,
    predictor_parts,
)
from hdr_bench.models.classes import class_path
from hdr_bench.models.tree_nodes import make_tree, tree_parts

_METRICS = {"EuclideanDistance": "euclidean", "ManhattanDistance": "manhattan", "ChebyshevDistance": "chebyshev"}
_SPARSE = ("csr_matrix", "csc_matrix", "csr_array", "csc_array")
_STATE_LENGTH = 624


@dataclass(frozen=True)
class Native:
    """How objects of a class are saved.

    Attributes
    ----------
    kind : str
        Name of the kind in a file.
    paths : tuple of str
        Dotted paths of the classes.
    parts : callable
        Returns the parts of an object that are saved; raises ValueError if they cannot represent it.
    make : callable
        Creates the object from its parts; raises ValueError if they are not valid.
    """

    kind: str
    paths: tuple[str, ...]
    parts: Callable[[Any], dict[str, Any]]
    make: Callable[[dict[str, Any]], Any]


def find_native(value: Any) -> Native | None:
    """Return how an object is saved, or None if it is not in the table.

    Parameters
    ----------
    value : object

    Returns
    -------
    native : Native or None
    """
    return _BY_PATH.get(class_path(type(value)))


def _search_tree_parts(tree: Any) -> dict[str, Any]:
    state = tree.__getstate__()
    metric = class_path(type(state[11])).rpartition(".")[2].rstrip("0123456789")
    if metric not in _METRICS or state[12] is not None:
        raise ValueError("a search tree with weights, or with a metric other than Euclidean, Manhattan or Chebyshev")
    return {
        "class": class_path(type(tree)).rpartition(".")[2],
        "data": np.asarray(state[0]),
        "leaf_size": int(state[4]),
        "metric": _METRICS[metric],
    }


def _make_search_tree(parts: dict[str, Any]) -> Any:
    from sklearn import neighbors

    if parts["class"] not in {"KDTree", "BallTree"} or parts["metric"] not in _METRICS.values():
        raise ValueError("it contains a search tree of an unknown kind")
    return getattr(neighbors, parts["class"])(parts["data"], leaf_size=parts["leaf_size"], metric=parts["metric"])


def _generator_parts(generator: Any) -> dict[str, Any]:
    name, keys, place, has_gauss, gauss = generator.get_state(legacy=True)
    if name != "MT19937":
        raise ValueError(f"a random number generator of type {name}")
    return {"keys": keys, "place": place, "has_gauss": has_gauss, "gauss": gauss}


def _make_generator(parts: dict[str, Any]) -> Any:
    keys = np.asarray(parts["keys"], dtype=np.uint32)
    if keys.shape != (_STATE_LENGTH,) or not 0 <= parts["place"] <= _STATE_LENGTH:
        raise ValueError("it contains a random number generator with an invalid state")
    generator = np.random.RandomState(0)
    generator.set_state(("MT19937", keys, int(parts["place"]), int(parts["has_gauss"]), float(parts["gauss"])))
    return generator


def _new_generator_parts(generator: Any) -> dict[str, Any]:
    state = generator.bit_generator.state
    if state["bit_generator"] != "PCG64":
        raise ValueError(f"a random number generator of type {state['bit_generator']}")
    return state


def _make_new_generator(parts: dict[str, Any]) -> Any:
    generator = np.random.Generator(np.random.PCG64(0))
    generator.bit_generator.state = parts
    return generator


def _sparse_parts(matrix: Any) -> dict[str, Any]:
    return {
        "class": type(matrix).__name__,
        "shape": tuple(map(int, matrix.shape)),
        "data": matrix.data,
        "indices": matrix.indices,
        "indptr": matrix.indptr,
    }


def _make_sparse(parts: dict[str, Any]) -> Any:
    from scipy import sparse

    if parts["class"] not in _SPARSE:
        raise ValueError("it contains a sparse matrix of an unknown kind")
    kind = getattr(sparse, parts["class"])
    matrix = kind((parts["data"], parts["indices"], parts["indptr"]), shape=parts["shape"])
    matrix.check_format(full_check=True)
    return matrix


def _slice_parts(place: slice) -> dict[str, Any]:
    return {"start": place.start, "stop": place.stop, "step": place.step}


def _make_slice(parts: dict[str, Any]) -> Any:
    return slice(parts["start"], parts["stop"], parts["step"])


def _bunch_parts(bunch: Any) -> dict[str, Any]:
    return {"items": dict(bunch)}


def _make_bunch(parts: dict[str, Any]) -> Any:
    from sklearn.utils import Bunch

    return Bunch(**parts["items"])


NATIVES = (
    Native("tree", ("sklearn.tree._tree.Tree",), tree_parts, make_tree),
    Native(
        "search tree",
        ("sklearn.neighbors._kd_tree.KDTree", "sklearn.neighbors._ball_tree.BallTree"),
        _search_tree_parts,
        _make_search_tree,
    ),
    Native("random state", ("numpy.random.mtrand.RandomState",), _generator_parts, _make_generator),
    Native("generator", ("numpy.random._generator.Generator",), _new_generator_parts, _make_new_generator),
    Native("loss", LOSSES, loss_parts, make_loss),
    Native("loss of gradient descent", LOSSES_OF_SGD, loss_parts_of_sgd, make_loss_of_sgd),
    Native(
        "histogram tree",
        ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",),
        predictor_parts,
        make_predictor,
    ),
    Native(
        "sparse matrix",
        tuple(f"scipy.sparse._{name[:3]}.{name}" for name in _SPARSE),
        _sparse_parts,
        _make_sparse,
    ),
    Native("slice", ("builtins.slice",), _slice_parts, _make_slice),
    Native("bunch", ("sklearn.utils._bunch.Bunch",), _bunch_parts, _make_bunch),
)
"""Natives by class."""

MAKERS = {native.kind: native.make for native in NATIVES}
"""Natives by the kind that a file names."""

_BY_PATH = {path: native for native in NATIVES for path in native.paths}
