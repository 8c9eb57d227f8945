"""Moments of images: centre of mass and slant."""

import numpy as np

from hdr_bench.estimators.pixels import Floats


def mass_centers(images: Floats, background: float = 0.0) -> tuple[Floats, Floats]:
    """Return the centres of mass of images.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        float32 or float64.
    background : float, default=0.0
        The mass of a pixel is its distance from this value.

    Returns
    -------
    rows, columns : ndarray of shape (n,)
        In pixels from the first row or column; the middle of the image if it has no mass.
    """
    _, height, width = images.shape
    mass = np.abs(images - images.dtype.type(background))
    by_row, by_column = mass.sum(axis=2), mass.sum(axis=1)
    total = by_row.sum(axis=1)
    empty = total == 0
    total[empty] = 1
    rows = by_row @ np.arange(height, dtype=images.dtype) / total
    columns = by_column @ np.arange(width, dtype=images.dtype) / total
    rows[empty], columns[empty] = (height - 1) / 2, (width - 1) / 2
    return rows, columns


def slopes(images: Floats, row_mean: Floats, column_mean: Floats) -> Floats:
    """Return how far images lean to the right, from their second-order moments.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        float32 or float64; the background is 0.
    row_mean, column_mean : ndarray of shape (n,)
        Their centres of mass.

    Returns
    -------
    slopes : ndarray of shape (n,)
        Columns per row; 0 for an image whose mass is in a single row.
    """
    _, height, width = images.shape
    mass = np.abs(images)
    by_row = mass.sum(axis=2)
    from_row = np.arange(height, dtype=images.dtype)[None, :] - row_mean[:, None]
    variance = (by_row * from_row**2).sum(axis=1)
    columns = mass @ np.arange(width, dtype=images.dtype)
    covariance = ((columns - column_mean[:, None] * by_row) * from_row).sum(axis=1)
    tiny = 1e-6 * by_row.sum(axis=1)
    return np.divide(covariance, variance, out=np.zeros_like(variance), where=variance > tiny)
