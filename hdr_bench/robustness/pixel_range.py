"""From pixels of any type to values from 0 to 1, and back."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import CorruptionError, shown
from hdr_bench.robustness.corruption_entry import Pixels

# Signed and longer integers hold pixels of any range, and none has all of theirs.
_OWN_RANGE = (np.uint8, np.uint16)


@dataclass(frozen=True)
class PixelRange:
    """Range of values of images.

    Attributes
    ----------
    low, high : float
        The darkest and the lightest value that is possible.
    """

    low: float
    high: float

    def to_unit(self, images: NDArray[Any]) -> Pixels:
        """Return images from 0 to 1, as float32 if that holds all values of their type, otherwise as float64.

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
        """Return images of this range, rounded if their type is of whole numbers.

        Parameters
        ----------
        pixels : ndarray of shape (n, height, width)
            From 0 to 1.
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
        As `corrupt` takes it.

    Returns
    -------
    pixel_range : PixelRange

    Raises
    ------
    CorruptionError
        If it must be given, is none, or the images leave it.
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
            f"the images hold values from {images.min():g} to {images.max():g}, beyond pixel_range {low:g} to {high:g}"
        )
    return PixelRange(low, high)


def _own_range(dtype: np.dtype[Any]) -> PixelRange:
    if dtype not in _OWN_RANGE:
        raise CorruptionError(
            f"images of type {dtype} need pixel_range, e.g. (0, 1): only uint8 and uint16 have a range of their own"
        )
    return PixelRange(0.0, float(np.iinfo(dtype).max))
