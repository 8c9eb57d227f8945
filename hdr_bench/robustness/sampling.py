"""Bilinear interpolation at positions that are the same in all images."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import grid_28


def sample(images: Pixels, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Pixels:
    """Return images interpolated at the given positions, padded with dark background.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    rows, columns : ndarray of shape (new height, new width)
        Positions in pixels, relative to the centre of the first pixel.

    Returns
    -------
    sampled : ndarray of shape (n, new height, new width)
    """
    height, width = images.shape[1:]
    flat = images.reshape(len(images), height * width)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    sampled = np.zeros((len(images), rows.size), images.dtype)
    for row, row_weight in ((top, 1 - down), (top + 1, down)):
        for column, column_weight in ((left, 1 - right), (left + 1, right)):
            is_inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            weight = np.where(is_inside, row_weight * column_weight, 0).ravel()
            used = np.flatnonzero(weight)
            place = (row * width + column).ravel()[used]
            sampled[:, used] += flat[:, place] * weight[used].astype(images.dtype)
    return sampled.reshape(len(images), *rows.shape)


def stretch(fields: Pixels, images: Pixels) -> Pixels:
    """Return fields of 28x28 values resized to the size of images.

    Parameters
    ----------
    fields : ndarray of shape (n, 28, 28)
    images : ndarray of shape (n, height, width)

    Returns
    -------
    stretched : ndarray of shape (n, height, width)
    """
    if fields.shape == images.shape:
        return fields
    rows, columns = (np.clip(places, 0, fields.shape[1] - 1) for places in grid_28(images))
    return sample(fields, *np.broadcast_arrays(rows, columns))
