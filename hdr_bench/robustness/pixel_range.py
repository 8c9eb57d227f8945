"""Conversion of pixels of any type to values from 0 to 1, and back."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import CorruptionError, shown
from hdr_bench.robustness.corruption_entry import Pixels

# Signed and longer integers store pixels of any range, which does not span the whole type.
_OWN_RANGE = (np.uint8, np.uint16)


@dataclass(frozen=True)
class PixelRange:
    """Range of values of images.

    Attributes
    ----------
    low, high : float
        Darkest and lightest possible value.
    """

    low: float
    high: float

    def to_unit(self, images: NDArray[Any]) -> Pixels:
        """Scale images to 0 to 1, as float32 if it can represent all values of their type, otherwise as float64.

        Parameters
        ----------
        images : ndarray of shape (n, height, width)

        Returns
        -------
        pixels : ndarray of shape (n, height, width)
        """
        kind = np.float32 if np.result_type(images.dtype, np.float32) == np.float32 else np.float64
        pixels: Pixels = images.astype(kind)
        pixels -= self.low
        pixels /= self.high - self.low
        return pixels

    def from_unit(self, pixels: Pixels, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Scale images to this range, rounding them if their type is integer.

        Parameters
        ----------
        pixels : ndarray of shape (n, height, width)
            Images from 0 to 1.
        dtype : dtype
            Type of the images.

        Returns
        -------
        images : ndarray of shape (n, height, width)
        """
        kind = pixels.dtype.type
        images = pixels * kind(self.high - self.low) + kind(self.low)
        if dtype.kind in "iu":
            np.rint(images, out=images)
        return np.clip(images, self.low, self.high).astype(dtype)


def choose_range(images: NDArray[Any], pixel_range: tuple[float, float] | None) -> PixelRange:
    """Return the range of values of images.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    pixel_range : tuple of float or None
        Range as passed to `corrupt`.

    Returns
    -------
    pixel_range : PixelRange

    Raises
    ------
    CorruptionError
        If it is required but missing, is not valid, or does not contain the images.
    """
    if pixel_range is None:
        return _own_range(images.dtype)
    try:
        low, high = map(float, pixel_range)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise CorruptionError(f"pixel_range must be two finite numbers, the lower one first, got {shown(pixel_range)}")
    if images.size and not (low <= images.min() and images.max() <= high):
        raise CorruptionError(
            f"the images have values from {images.min():g} to {images.max():g}, outside pixel_range {low:g} to {high:g}"
        )
    return PixelRange(low, high)


def _own_range(dtype: np.dtype[Any]) -> PixelRange:
    if dtype not in _OWN_RANGE:
        raise CorruptionError(
            f"images of type {dtype} need pixel_range, e.g. (0, 1); only uint8 and uint16 have a default range"
        )
    return PixelRange(0.0, float(np.iinfo(dtype).max))
