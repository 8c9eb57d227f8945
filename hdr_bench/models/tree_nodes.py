"""scikit-learn's decision trees as arrays, column by column, and checked before they become a tree again."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAF = -1


def tree_parts(tree: Any) -> dict[str, Any]:
    """Return a decision tree as arrays.

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
        # By columns: between the fields of a node there are bytes that nothing sets.
        "nodes": {name: np.ascontiguousarray(nodes[name]) for name in nodes.dtype.names},
        "values": state["values"],
    }


def make_tree(parts: dict[str, Any]) -> Any:
    """Return the decision tree that these arrays are of.

    Parameters
    ----------
    parts : dict of str to object
        As `tree_parts` returns them; from a file, so that nothing is taken for granted.

    Returns
    -------
    tree : sklearn.tree._tree.Tree

    Raises
    ------
    ValueError
        If a node has a child that is not after it, or looks at a feature that there is not; or if the arrays are not
        those of a tree.
    """
    from sklearn.tree._tree import NODE_DTYPE, Tree

    columns, n_features = parts["nodes"], int(parts["n_features"])
    if set(columns) != set(NODE_DTYPE.names):
        raise ValueError("it holds a tree of another version of scikit-learn")
    n_classes = np.asarray(parts["n_classes"], dtype=np.intp)
    n_outputs, n_nodes = int(parts["n_outputs"]), len(columns["left_child"])
    if n_features < 1 or n_nodes < 1 or n_outputs < 1 or n_classes.shape != (n_outputs,):
        raise ValueError("it holds a tree without nodes, features or outputs")
    _check_children(columns["left_child"], columns["right_child"], columns["feature"], n_features)
    nodes = np.zeros(n_nodes, dtype=NODE_DTYPE)
    for name in NODE_DTYPE.names:
        nodes[name] = columns[name]
    values = np.ascontiguousarray(parts["values"], dtype=np.float64)
    if n_classes.min() < 1 or values.shape != (n_nodes, n_outputs, int(n_classes.max())):
        raise ValueError(f"it holds a tree of {n_nodes} nodes with values of the shape {values.shape}")
    if int(parts["max_depth"]) < _depth(columns["left_child"], columns["right_child"]):
        raise ValueError(f"it holds a tree that is deeper than the {parts['max_depth']} levels that it says")
    tree = Tree(n_features, n_classes, n_outputs)
    tree.__setstate__({"max_depth": int(parts["max_depth"]), "node_count": n_nodes, "nodes": nodes, "values": values})
    return tree


def _check_children(left: NDArray[Any], right: NDArray[Any], feature: NDArray[Any], n_features: int) -> None:
    places = np.arange(len(left))
    is_leaf = left == _LEAF
    # scikit-learn numbers a child after its parent, so that a walk down the tree ends.
    for children in (left[~is_leaf], right[~is_leaf]):
        if (children <= places[~is_leaf]).any() or (children >= len(left)).any():
            raise ValueError("it holds a tree whose nodes lead to places outside of it, or back")
    if ((feature < 0) | (feature >= n_features))[~is_leaf].any():
        raise ValueError(f"it holds a tree that looks at features beyond its {n_features}")


def _depth(left: NDArray[Any], right: NDArray[Any]) -> int:
    """Return the levels below the root, of a tree whose children are after their parents."""
    level, depth = np.zeros(1, dtype=np.intp), 0
    while True:
        level = level[left[level] != _LEAF]
        if not len(level):
            return depth
        level, depth = np.unique(np.concatenate([left[level], right[level]])), depth + 1
