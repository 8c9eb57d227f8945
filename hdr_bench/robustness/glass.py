"""Frosted-glass blur: nearby pixels are swapped between two Gaussian blurs.

MNIST-C's code blurs only along the columns, because it lets scikit-image treat the columns of a grey image as channels.
"""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.blurs import smooth
from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import pixel_scale

_COLUMNS = (1,)
"""Axis of the blur."""


def blur_glass(
    images: Pixels, random: np.random.Generator, *, deviation: float, distance: float, rounds: float
) -> Pixels:
    """Return images as seen through frosted glass.

    In each round, every pixel, from the last to the first, is swapped with probability one half with another one up to
    `distance` rows and columns away.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    deviation : float
        Standard deviation of the blurs along the columns before and after, in pixels of a 28x28 image.
    distance : float
        Largest distance of a swap, in the same unit, rounded to whole pixels.
    rounds : float
        Number of rounds, a whole number.

    Returns
    -------
    blurred : ndarray of shape (n, height, width)
    """
    scale = pixel_scale(images)
    smoothed = smooth(images, deviation * scale, _COLUMNS)
    # Stored by pixel, so that values swapped in all images at once are contiguous.
    by_pixel = np.ascontiguousarray(smoothed.reshape(len(images), -1).T)
    _shuffle(by_pixel, images.shape[1:], random, max(1, round(distance * scale)), int(rounds))
    return np.clip(smooth(by_pixel.T.reshape(images.shape), deviation * scale, _COLUMNS), 0, 1)


def _shuffle(by_pixel: Pixels, shape: tuple[int, ...], random: np.random.Generator, distance: int, rounds: int) -> None:
    """Swap pixels of each image, in place.

    Parameters
    ----------
    by_pixel : ndarray of shape (height * width, n)
    shape : tuple of int
        Height and width.
    random : Generator
    distance : int
        Rows and columns, from this many back to one less ahead, so that no pixel leaves the image.
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
    """Return the offset of each pixel's partner in flattened images; 0 for the half that stays."""
    side = 2 * distance
    choice = (chances * (2 * side**2)).astype(np.intp)
    away = (choice // side - distance) * width + choice % side - distance
    away[choice >= side**2] = 0
    return away
