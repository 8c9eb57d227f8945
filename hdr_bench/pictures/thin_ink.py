"""Ink that is thin from top to bottom, like ruled lines."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ThinInk:
    """Ink and its vertical thickness.

    Attributes
    ----------
    runs : ndarray of shape (height, width), int
        Length of the vertical run of ink at each pixel; 0 without ink.
    thickest : int
        Maximum thickness of a line, in pixels.
    """

    runs: NDArray[np.intp]
    thickest: int

    @property
    def thin(self) -> NDArray[np.bool_]:
        """Ink that may belong to a line."""
        return (self.runs > 0) & (self.runs <= self.thickest)


def run_lengths(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return, for each pixel of ink, the length of its vertical run.

    Parameters
    ----------
    mask : ndarray of shape (height, width), bool

    Returns
    -------
    lengths : ndarray of shape (height, width), int
        0 without ink.

    Examples
    --------
    >>> run_lengths(np.array([[True, False], [True, True], [False, True], [True, False]])).tolist()
    [[2, 0], [2, 2], [0, 2], [1, 0]]
    """
    columns = np.pad(mask.T, ((0, 0), (1, 1)))
    changes = np.flatnonzero(np.diff(columns.ravel().astype(np.int8)))
    lengths = changes[1::2] - changes[::2]
    flat = np.zeros(columns.size, np.intp)
    flat[columns.ravel()] = np.repeat(lengths, lengths)
    return flat.reshape(columns.shape)[:, 1:-1].T
