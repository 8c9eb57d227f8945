"""Lengths in images of any size: corruptions give them in pixels of an image of 28 pixels."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.corruption_entry import Pixels

SIDE = 28
"""Height and width of MNIST's images, which the parameters of corruptions are for."""


def pixel_scale(images: Pixels) -> float:
    """Return how many pixels of the images a pixel of an image of 28 is, by the shorter side.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    scale : float
    """
    return min(images.shape[1:]) / SIDE


def grid_28(images: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the pixels' centres are in an image of 28x28 pixels, whose first centre is 0 and last is 27.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    rows : ndarray of shape (height, 1)
    columns : ndarray of shape (1, width)
    """
    height, width = images.shape[1:]
    rows, columns = ((np.arange(n) + 0.5) * SIDE / n - 0.5 for n in (height, width))
    return rows[:, None], columns[None, :]
