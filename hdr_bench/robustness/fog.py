"""Fog: a random landscape of light, made by the diamond-square algorithm (Fournier, Fussell and Carpenter, 1982).

MNIST-C makes a landscape of 256x256 values for each image, which repeats itself at its borders, and takes the corner of
28x28. Here it is made of 32x32 values, every eighth, and of the corner alone in full; of what was left out, the highest
and the lowest value would count, and those are among the values that were made, nearly.
"""

from collections.abc import Iterator

import numpy as np

from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import SIDE
from hdr_bench.robustness.sampling import stretch

_COARSE_LEVELS, _FINE_LEVELS = 5, 3
# Every eighth value from -8 to 40: rounds of refinement carry the border's lack of neighbours 7 values inwards.
_AROUND_CORNER = 7
_MARGIN = 8


def add_fog(images: Pixels, random: np.random.Generator, *, light: float, decay: float) -> Pixels:
    """Return images in fog, which makes them lighter, unevenly; then the range of values is as it was.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    light : float
        Of the thickest fog, as a multiple of the range of values.
    decay : float
        By whose square the landscape's roughness falls from each scale to that of half the size: low makes patches.

    Returns
    -------
    foggy : ndarray of shape (n, height, width)
    """
    fog = stretch(_landscapes(len(images), random, decay), images).astype(images.dtype)
    brightest = images.max(axis=(1, 2), keepdims=True)
    share = brightest / (brightest + images.dtype.type(light))
    return np.clip((images + fog * images.dtype.type(light)) * share, 0, 1)


def _landscapes(n: int, random: np.random.Generator, decay: float) -> Pixels:
    """Return `n` corners of 28x28 values of landscapes that go from 0 to 1."""
    numbers = random.random((n, sum(_numbers_of_levels())), np.float32) * 2 - 1
    levels = np.split(numbers, np.cumsum([*_numbers_of_levels()])[:-1], axis=1)
    roughness = (decay ** (-2 * level) for level in range(len(levels)))
    rough = [level * np.float32(height) for level, height in zip(levels, roughness, strict=True)]
    coarse = np.zeros((n, 1, 1), np.float32)
    for level in rough[:_COARSE_LEVELS]:
        coarse = _refine_repeating(coarse, level)
    fine = np.roll(coarse, (1, 1), (1, 2))[:, :_AROUND_CORNER, :_AROUND_CORNER]
    for level in rough[_COARSE_LEVELS:]:
        fine = _refine(fine, level)
    corner = fine[:, _MARGIN : _MARGIN + SIDE, _MARGIN : _MARGIN + SIDE]
    low, high = (
        extreme((part(coarse), part(corner)))
        for extreme, part in (
            (np.minimum.reduce, lambda values: values.min(axis=(1, 2), keepdims=True)),
            (np.maximum.reduce, lambda values: values.max(axis=(1, 2), keepdims=True)),
        )
    )
    landscapes: Pixels = (corner - low) / (high - low)
    return landscapes


def _numbers_of_levels() -> Iterator[int]:
    """Give how many values each round of refinement adds to a landscape."""
    for level in range(_COARSE_LEVELS):
        yield 3 * 4**level
    side = _AROUND_CORNER
    for _ in range(_FINE_LEVELS):
        yield (2 * side - 1) ** 2 - side**2
        side = 2 * side - 1


def _refine_repeating(values: Pixels, rough: Pixels) -> Pixels:
    """Return landscapes with twice as many rows and columns, which repeat themselves at their borders."""
    n, side, _ = values.shape
    middle, upper, left = rough.reshape(n, 3, side, side).swapaxes(0, 1)
    right, below = np.roll(values, -1, 2), np.roll(values, -1, 1)
    centers = (values + right + below + np.roll(right, -1, 1)) / 4 + middle
    refined = np.empty((n, 2 * side, 2 * side), values.dtype)
    refined[:, ::2, ::2], refined[:, 1::2, 1::2] = values, centers
    refined[:, ::2, 1::2] = (values + right + centers + np.roll(centers, 1, 1)) / 4 + upper
    refined[:, 1::2, ::2] = (values + below + centers + np.roll(centers, 1, 2)) / 4 + left
    return refined


def _refine(values: Pixels, rough: Pixels) -> Pixels:
    """Return landscapes with one more row and column between each two; at the border, the nearest ones stand in."""
    n, side, _ = values.shape
    middle, upper, left = np.split(rough, [(side - 1) ** 2, (side - 1) ** 2 + side * (side - 1)], axis=1)
    corners = values[:, :-1, :-1] + values[:, 1:, :-1] + values[:, :-1, 1:] + values[:, 1:, 1:]
    centers = corners / 4 + middle.reshape(corners.shape)
    refined = np.empty((n, 2 * side - 1, 2 * side - 1), values.dtype)
    refined[:, ::2, ::2], refined[:, 1::2, 1::2] = values, centers
    tall = np.pad(centers, ((0, 0), (1, 1), (0, 0)), mode="edge")
    wide = np.pad(centers, ((0, 0), (0, 0), (1, 1)), mode="edge")
    across = values[:, :, :-1] + values[:, :, 1:] + tall[:, :-1] + tall[:, 1:]
    down = values[:, :-1] + values[:, 1:] + wide[:, :, :-1] + wide[:, :, 1:]
    refined[:, ::2, 1::2] = across / 4 + upper.reshape(across.shape)
    refined[:, 1::2, ::2] = down / 4 + left.reshape(down.shape)
    return refined
