"""Gaussian blur and motion blur."""

import numpy as np

from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import pixel_scale

# Fraction of a kernel's largest weight below which weights have no visible effect.
_SMALLEST = 1 / 512
_STEEPEST = np.deg2rad(45)


def smooth(images: Pixels, deviation: float, axes: tuple[int, ...] = (1, 2)) -> Pixels:
    """Return images smoothed by a Gaussian kernel, padded with their border pixels.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    deviation : float
        Standard deviation of the kernel, in pixels of these images.
    axes : tuple of int, default=(1, 2)
        Axes to smooth along: 1 is along the columns, 2 is along the rows.

    Returns
    -------
    smoothed : ndarray of shape (n, height, width)
    """
    from scipy import ndimage

    for axis in axes:
        images = ndimage.gaussian_filter1d(images, deviation, axis=axis, mode="nearest")
    return images


def blur_gaussian(images: Pixels, random: np.random.Generator, *, deviation: float) -> Pixels:  # noqa: ARG001
    """Return images smoothed by a Gaussian kernel.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    deviation : float
        Standard deviation of the kernel, in pixels of a 28x28 image.

    Returns
    -------
    blurred : ndarray of shape (n, height, width)
    """
    return smooth(images, deviation * pixel_scale(images))


def blur_motion(images: Pixels, random: np.random.Generator, *, radius: float, deviation: float) -> Pixels:
    """Return images smeared along a line to one side, like ImageMagick's motion blur.

    The line's direction is drawn between -45 and 45 degrees. Weights fall off like one half of a normal distribution;
    the nearest pixels along the line are used.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    radius : float
        Half of the number of pixels that are averaged, in pixels of a 28x28 image.
    deviation : float
        Standard deviation of the weights, in the same unit.

    Returns
    -------
    blurred : ndarray of shape (n, height, width)
    """
    n, height, width = images.shape
    angles = (random.random(n) * 2 - 1) * _STEEPEST
    weights = _half_gaussian(radius * pixel_scale(images), deviation * pixel_scale(images))
    reach = len(weights)
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    wide = padded.shape[2]
    centers = (np.arange(reach, reach + height)[:, None] * wide + np.arange(reach, reach + width)).ravel()
    flat = padded.reshape(n, -1)
    blurred = np.zeros((n, height * width), images.dtype)
    for distance, weight in enumerate(weights):
        steps = np.rint(distance * np.sin(angles)) * wide + np.rint(distance * np.cos(angles))
        places = centers + steps.astype(int)[:, None]
        blurred += np.take_along_axis(flat, places, axis=1) * images.dtype.type(weight)
    return np.clip(blurred, 0, 1).reshape(images.shape)


def _half_gaussian(radius: float, deviation: float) -> list[float]:
    """Return the weights at distances 0, 1, ...; they sum to 1."""
    distances = np.arange(2 * np.ceil(radius) + 1)
    weights = np.exp(-(distances**2) / (2 * deviation**2))
    weights = weights[weights > _SMALLEST]
    kept: list[float] = (weights / weights.sum()).tolist()
    return kept
