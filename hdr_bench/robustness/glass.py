"""Blur of frosted glass: pixels change places with near ones, between two Gaussian blurs.

MNIST-C's code blurs along the columns alone: it has scikit-image take the columns of a grey image for channels.
"""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.blurs import smooth
from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import pixel_scale

_COLUMNS = (1,)
"""Axis along which is blurred."""


def blur_glass(
    images: Pixels, random: np.random.Generator, *, deviation: float, distance: float, rounds: float
) -> Pixels:
    """Return images as seen through frosted glass.

    In each round every pixel, from the last one to the first, changes places with probability one half with another
    that is up to `distance` rows and columns away.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    deviation : float
        Standard deviation of the blurs along the columns before and after, in pixels of an image of 28.
    distance : float
        In the same unit, rounded to whole pixels.
    rounds : float
        How often, a whole number.

    Returns
    -------
    blurred : ndarray of shape (n, height, width)
    """
    scale = pixel_scale(images)
    smoothed = smooth(images, deviation * scale, _COLUMNS)
    # Pixel by pixel, so that what changes places in all images at once lies together.
    by_pixel = np.ascontiguousarray(smoothed.reshape(len(images), -1).T)
    _shuffle(by_pixel, images.shape[1:], random, max(1, round(distance * scale)), int(rounds))
    return np.clip(smooth(by_pixel.T.reshape(images.shape), deviation * scale, _COLUMNS), 0, 1)


def _shuffle(by_pixel: Pixels, shape: tuple[int, ...], random: np.random.Generator, distance: int, rounds: int) -> None:
    """Let pixels of each image change places, in place.

    Parameters
    ----------
    by_pixel : ndarray of shape (height * width, n)
    shape : tuple of int
        Height and width.
    random : Generator
    distance : int
        In rows and columns: from that many back to one less ahead, so that none leaves the image.
    rounds : int
    """
    height, width = shape
    rows, columns = range(height - distance, distance, -1), range(width - distance, distance, -1)
    pixels = [row * width + column for row in rows for column in columns] * rounds
    n = by_pixel.shape[1]
    away = _offsets(random.random((n, len(pixels)), np.float32), distance, width)
    images = np.arange(n)
    for pixel, offset in zip(pixels, np.ascontiguousarray(away.T), strict=True):
        other = (offset + pixel) * n + images
        flat = by_pixel.reshape(-1)
        values = by_pixel[pixel].copy()
        by_pixel[pixel] = flat[other]
        flat[other] = values


def _offsets(chances: NDArray[np.float32], distance: int, width: int) -> NDArray[np.intp]:
    """Return how many pixels away, along the rows, each partner is; 0 for a half of them, which stay."""
    side = 2 * distance
    choice = (chances * (2 * side**2)).astype(np.intp)
    away = (choice // side - distance) * width + choice % side - distance
    away[choice >= side**2] = 0
    return away
