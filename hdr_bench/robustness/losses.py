"""Losses of a method's outputs that attacks maximize, each with its gradient in the outputs."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.pixels import Floats

Codes = NDArray[np.intp]
Loss = Callable[[Floats, Codes], tuple[Floats, Floats]]
"""Maps outputs (n, n_outputs) and label indices (n,) to losses (n,) and their gradient (n, n_outputs)."""


def log_odds(outputs: Floats, codes: Codes) -> tuple[Floats, Floats]:
    """Return the log-odds against each image's class, for outputs that a softmax converts to probabilities.

    The cross-entropy grows with it, and its gradient has the same direction; but the gradient of the cross-entropy
    vanishes where a method is very confident, and so hides what would mislead it.

    Parameters
    ----------
    outputs : ndarray of shape (n, n_classes), or (n, 1) for two classes
        Outputs before the softmax; for two classes, that of the second minus that of the first.
    codes : ndarray of shape (n,)
        Indices of the labels in the classes.

    Returns
    -------
    losses : ndarray of shape (n,)
    gradient : ndarray of shape (n, n_outputs)
        Gradient of each loss in the outputs.
    """
    if outputs.shape[1] == 1:
        return _binary(outputs, codes)
    rows = np.arange(len(outputs))
    others = outputs.copy()
    others[rows, codes] = -np.inf
    peaks = others.max(axis=1)
    powers = np.exp(others - peaks[:, None])
    sums = powers.sum(axis=1)
    gradient = powers / sums[:, None]
    gradient[rows, codes] = -1
    return peaks + np.log(sums) - outputs[rows, codes], gradient


def margin(outputs: Floats, codes: Codes) -> tuple[Floats, Floats]:
    """Return by how much the largest output of another class exceeds that of each image's class.

    Parameters
    ----------
    outputs : ndarray of shape (n, n_classes), or (n, 1) for two classes
        Outputs; for two classes, positive for the second.
    codes : ndarray of shape (n,)
        Indices of the labels in the classes.

    Returns
    -------
    losses : ndarray of shape (n,)
        Losses, positive where the method errs.
    gradient : ndarray of shape (n, n_outputs)
        Gradient of each loss in the outputs.
    """
    if outputs.shape[1] == 1:
        return _binary(outputs, codes)
    rows = np.arange(len(outputs))
    others = outputs.copy()
    others[rows, codes] = -np.inf
    rivals = others.argmax(axis=1)
    gradient = np.zeros_like(outputs)
    gradient[rows, rivals] = 1
    gradient[rows, codes] = -1
    return outputs[rows, rivals] - outputs[rows, codes], gradient


def _binary(outputs: Floats, codes: Codes) -> tuple[Floats, NDArray[Any]]:
    signs = np.where(codes == 1, -1.0, 1.0)[:, None]
    return (signs * outputs)[:, 0], signs
