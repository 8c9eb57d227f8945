"""Images that came as rows of pixels."""

import math

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import DatasetError


def as_images(name: str, array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return `array` as images (n, height, width): rows of a square number of pixels are squared.

    Raises
    ------
    DatasetError
        If it is neither images nor rows of square images.
    """
    if array.ndim == 3:
        return array
    if array.ndim == 4 and 1 in (array.shape[1], array.shape[3]):
        return array.squeeze(axis=1 if array.shape[1] == 1 else 3)
    side = math.isqrt(array.shape[1]) if array.ndim == 2 else 0
    if side and side * side == array.shape[1]:
        return array.reshape(-1, side, side)
    raise DatasetError(
        f"{name}: images of shape {array.shape}; needed are (n, height, width), one channel, "
        "or rows of a square number of pixels"
    )
