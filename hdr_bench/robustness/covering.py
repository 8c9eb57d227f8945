"""Occlusion: a grey square that covers part of the image."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import SIDE

_GREY = 0.5


def occlude(images: Pixels, random: np.random.Generator, *, side: float) -> Pixels:
    """Return images with a randomly placed grey square; non-square images get a rectangle of their shape.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    side : float
        Side of the square, in pixels of a 28x28 image, rounded to whole pixels.

    Returns
    -------
    covered : ndarray of shape (n, height, width)
    """
    chances = random.random((len(images), 2)).T
    rows, columns = (
        _run(chance, round(side * n / SIDE), n) for chance, n in zip(chances, images.shape[1:], strict=True)
    )
    return np.where(rows[:, :, None] & columns[:, None, :], images.dtype.type(_GREY), images)


def _run(chances: NDArray[np.float64], length: int, n: int) -> NDArray[np.bool_]:
    """Return, for each image, which of `n` positions are covered by a run of the given length at a random start."""
    begins = np.floor(chances * (n - length + 1))[:, None]
    places = np.arange(n)
    return (places >= begins) & (places < begins + length)
