"""Parts of scikit-learn's boosting and gradient descent that are not arrays: losses, and trees on binned features."""

from importlib import import_module
from typing import Any

import numpy as np

_NAMES = ("HalfBinomialLoss", "HalfMultinomialLoss", "ExponentialLoss")
_NAMES_OF_SGD = ("Hinge", "SquaredHinge", "ModifiedHuber", "Log")
# `sklearn._loss.loss` has Python classes around compiled ones, which it creates itself.
LOSSES = tuple(f"sklearn._loss.loss.{name}" for name in _NAMES)
LOSSES_OF_SGD = (
    *(f"sklearn.linear_model._sgd_fast.{name}" for name in _NAMES_OF_SGD),
    "sklearn._loss._loss.CyHalfBinomialLoss",
    "_loss.CyHalfBinomialLoss",
)


def loss_parts(loss: Any) -> dict[str, Any]:
    """Return the parts of a loss.

    Parameters
    ----------
    loss : sklearn._loss.loss.BaseLoss

    Returns
    -------
    parts : dict of str to object
    """
    return {"name": type(loss).__name__, "n_classes": int(loss.n_classes)}


def make_loss(parts: dict[str, Any]) -> Any:
    """Create a loss from its parts.

    Parameters
    ----------
    parts : dict of str to object
        Read from a file.

    Returns
    -------
    loss : sklearn._loss.loss.BaseLoss

    Raises
    ------
    ValueError
        If there is no such loss.
    """
    if parts["name"] not in _NAMES:
        raise ValueError(f"it names the loss {parts['name']!r}, which no classifier has")
    made = getattr(import_module("sklearn._loss.loss"), parts["name"])
    return made(n_classes=parts["n_classes"]) if parts["name"] == "HalfMultinomialLoss" else made()


def loss_parts_of_sgd(loss: Any) -> dict[str, Any]:
    """Return the parts of a loss of gradient descent.

    Parameters
    ----------
    loss : sklearn._loss._loss.CyLossFunction

    Returns
    -------
    parts : dict of str to object

    Raises
    ------
    ValueError
        If it is not defined by numbers alone.
    """
    name = type(loss).__name__
    arguments = () if name == "CyHalfBinomialLoss" else loss.__reduce__()[1]
    if not all(type(argument) is float for argument in arguments):
        raise ValueError("a loss that is not defined by numbers alone")
    return {"name": name, "arguments": list(arguments)}


def make_loss_of_sgd(parts: dict[str, Any]) -> Any:
    """Create a loss of gradient descent from its parts.

    Parameters
    ----------
    parts : dict of str to object
        Read from a file.

    Returns
    -------
    loss : sklearn._loss._loss.CyLossFunction

    Raises
    ------
    ValueError
        If there is no such loss.
    """
    name = parts["name"]
    if name == "CyHalfBinomialLoss":
        return import_module("sklearn._loss._loss").CyHalfBinomialLoss()
    if name not in _NAMES_OF_SGD:
        raise ValueError(f"it names the loss {name!r}, which no classifier has")
    return getattr(import_module("sklearn.linear_model._sgd_fast"), name)(*map(float, parts["arguments"]))


def predictor_parts(predictor: Any) -> dict[str, Any]:
    """Convert a tree on binned features to arrays.

    Parameters
    ----------
    predictor : TreePredictor

    Returns
    -------
    parts : dict of str to object

    Raises
    ------
    ValueError
        If it has categorical splits.
    """
    nodes = predictor.nodes
    if len(predictor.raw_left_cat_bitsets):
        raise ValueError("a tree on categories")
    return {name: np.ascontiguousarray(nodes[name]) for name in nodes.dtype.names}


def make_predictor(parts: dict[str, Any]) -> Any:
    """Create a tree on binned features from arrays.

    Parameters
    ----------
    parts : dict of str to ndarray
        Read from a file, so not trusted.

    Returns
    -------
    predictor : TreePredictor

    Raises
    ------
    ValueError
        If a child of a node does not come after it, or the arrays do not describe a tree.
    """
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

    if set(parts) != set(PREDICTOR_RECORD_DTYPE.names):
        raise ValueError("it contains a tree from another version of scikit-learn")
    nodes = np.zeros(len(parts["left"]), dtype=PREDICTOR_RECORD_DTYPE)
    for name in PREDICTOR_RECORD_DTYPE.names:
        nodes[name] = parts[name]
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    for children in (nodes["left"][inner], nodes["right"][inner]):
        if (children <= inner).any() or (children >= len(nodes)).any():
            raise ValueError("it contains a tree whose nodes lead outside it, or back")
    if len(nodes) == 0 or nodes["is_categorical"].any():
        raise ValueError("it contains a tree with categorical splits, or without nodes")
    none = np.zeros((0, 8), dtype=np.uint32)
    return TreePredictor(nodes, none, none.copy())
