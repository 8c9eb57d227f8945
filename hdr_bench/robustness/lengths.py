"""Conversion of lengths, which corruptions give in pixels of a 28x28 image, to images of any size."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.corruption_entry import Pixels

SIDE = 28
"""Height and width of MNIST's images, to which the parameters of corruptions refer."""


def pixel_scale(images: Pixels) -> float:
    """Return the number of pixels per pixel of a 28x28 image, based on the shorter side.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    scale : float
    """
    return min(images.shape[1:]) / SIDE


def grid_28(images: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the positions of pixel centres in a 28x28 image, whose first centre is at 0 and last at 27.

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
