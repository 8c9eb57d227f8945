"""Colour images as grey values."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# ITU-R 601, as Pillow has it: in 65,536ths.
_WEIGHTS = np.array([19595, 38470, 7471])
_BLOCK = 1000


def to_luma(images: NDArray[Any]) -> NDArray[np.generic]:
    """Return colour images as grey values; where the three channels are equal, exactly as one of them.

    Parameters
    ----------
    images : ndarray of shape (n, height, width, 3)
        Red, green and blue.

    Returns
    -------
    grey : ndarray of shape (n, height, width)
        Of the same type; integers are rounded.

    References
    ----------
    Recommendation ITU-R BT.601, whose weights Pillow's `Image.convert` has too.
    """
    grey = np.empty(images.shape[:3], images.dtype)
    for start in range(0, len(images), _BLOCK):
        block = images[start : start + _BLOCK]
        grey[start : start + _BLOCK] = _luma(block)
    return grey


def _luma(block: NDArray[Any]) -> NDArray[Any]:
    if bool((block == block[..., :1]).all()):
        return block[..., 0]
    if block.dtype.kind == "f":
        return block.astype(np.float64) @ (_WEIGHTS / _WEIGHTS.sum())
    # A sum of 64-bit integers holds 32-bit pixels times the weights.
    return (block.astype(np.int64) @ _WEIGHTS + 0x8000) >> 16
