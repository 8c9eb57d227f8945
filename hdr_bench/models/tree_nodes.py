"""Encoding of scikit-learn's decision trees as arrays, one per column, with checks before they become trees again."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAF = -1


def tree_parts(tree: Any) -> dict[str, Any]:
    """Convert a decision tree to arrays.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree

    Returns
    -------
    parts : dict of str to object
    """
    _, (n_features, n_classes, n_outputs), state = tree.__reduce__()
    nodes = state["nodes"]
    return {
        "n_features": int(n_features),
        "n_classes": np.asarray(n_classes),
        "n_outputs": int(n_outputs),
        "max_depth": int(state["max_depth"]),
        # Stored by column, since the padding bytes between the fields of a node are uninitialized.
        "nodes": {name: np.ascontiguousarray(nodes[name]) for name in nodes.dtype.names},
        "values": state["values"],
    }


def make_tree(parts: dict[str, Any]) -> Any:
    """Create a decision tree from arrays.

    Parameters
    ----------
    parts : dict of str to object
        As returned by `tree_parts`; read from a file, so not trusted.

    Returns
    -------
    tree : sklearn.tree._tree.Tree

    Raises
    ------
    ValueError
        If a child of a node does not come after it, a feature does not exist, or the arrays do not describe a tree.
    """
    from sklearn.tree._tree import NODE_DTYPE, Tree

    columns, n_features = parts["nodes"], int(parts["n_features"])
    if set(columns) != set(NODE_DTYPE.names):
        raise ValueError("it contains a tree from another version of scikit-learn")
    n_classes = np.asarray(parts["n_classes"], dtype=np.intp)
    n_outputs, n_nodes = int(parts["n_outputs"]), len(columns["left_child"])
    if n_features < 1 or n_nodes < 1 or n_outputs < 1 or n_classes.shape != (n_outputs,):
        raise ValueError("it contains a tree without nodes, features or outputs")
    _check_children(columns["left_child"], columns["right_child"], columns["feature"], n_features)
    nodes = np.zeros(n_nodes, dtype=NODE_DTYPE)
    for name in NODE_DTYPE.names:
        nodes[name] = columns[name]
    values = np.ascontiguousarray(parts["values"], dtype=np.float64)
    if n_classes.min() < 1 or values.shape != (n_nodes, n_outputs, int(n_classes.max())):
        raise ValueError(f"it contains a tree of {n_nodes} nodes with values of shape {values.shape}")
    if int(parts["max_depth"]) < _depth(columns["left_child"], columns["right_child"]):
        raise ValueError(f"it contains a tree that is deeper than the declared {parts['max_depth']} levels")
    tree = Tree(n_features, n_classes, n_outputs)
    tree.__setstate__({"max_depth": int(parts["max_depth"]), "node_count": n_nodes, "nodes": nodes, "values": values})
    return tree


def _check_children(left: NDArray[Any], right: NDArray[Any], feature: NDArray[Any], n_features: int) -> None:
    places = np.arange(len(left))
    is_leaf = left == _LEAF
    # scikit-learn numbers children after their parents, so that a walk down the tree ends.
    for children in (left[~is_leaf], right[~is_leaf]):
        if (children <= places[~is_leaf]).any() or (children >= len(left)).any():
            raise ValueError("it contains a tree whose nodes lead outside it, or back")
    if ((feature < 0) | (feature >= n_features))[~is_leaf].any():
        raise ValueError(f"it contains a tree that uses features beyond its {n_features}")


def _depth(left: NDArray[Any], right: NDArray[Any]) -> int:
    """Return the number of levels below the root, for a tree whose children come after their parents."""
    level, depth = np.zeros(1, dtype=np.intp), 0
    while True:
        level = level[left[level] != _LEAF]
        if not len(level):
            return depth
        level, depth = np.unique(np.concatenate([left[level], right[level]])), depth + 1
