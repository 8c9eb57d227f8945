"""Images moved by their own moments: centre of mass and slant."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def mass_centres(images: Floats, background: float = 0.0) -> tuple[Floats, Floats]:
    """Return row and column of the centre of mass of images (n, height, width); the middle without any mass.

    A pixel's mass is its distance from `background`.
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


def moved(images: Floats, down: Floats, right: Floats, background: float = 0.0) -> Floats:
    """Return images (n, height, width) moved by whole pixels, padded with `background`."""
    _, height, width = images.shape
    rows = np.arange(height)[None, :] - down[:, None].astype(np.intp)
    columns = np.arange(width)[None, :] - right[:, None].astype(np.intp)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), constant_values=background)
    rows, columns = np.clip(rows, -1, height) + 1, np.clip(columns, -1, width) + 1
    return padded[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]


def deskewed(images: Floats, background: float = 0.0) -> Floats:
    """Shear images (n, height, width) upright and centre their mass; one without mass, or of one row, only moves.

    A pixel's mass is its distance from `background`, which comes in at the edges.
    """
    ground = images.dtype.type(background)
    return _deskewed_ink(images - ground) + ground


def _deskewed_ink(images: Floats) -> Floats:
    n, height, width = images.shape
    row_mean, column_mean = mass_centres(images)
    slope = _slopes(images, row_mean, column_mean)
    from_middle = np.arange(height, dtype=images.dtype) - (height - 1) / 2
    centred = _sampled_rows(images, row_mean - (height - 1) / 2)
    lean = column_mean[:, None] - (width - 1) / 2 + slope[:, None] * from_middle
    return _sampled_lines(centred.reshape(n * height, width), lean.ravel()).reshape(images.shape)


def _sampled_rows(images: Floats, shift: Floats) -> Floats:
    """Sample each image `shift` (n,) rows further down, bilinear, zero outside."""
    n, height, _ = images.shape
    whole, rest = _split(shift, height)
    rows = np.clip(np.arange(height + 1) + whole[:, None], -1, height) + 1
    padded = np.pad(images, ((0, 0), (1, 1), (0, 0)))
    sampled = padded[np.arange(n)[:, None], rows]
    return _between(sampled[:, :-1], sampled[:, 1:], rest[:, None, None])


def _sampled_lines(lines: Floats, shift: Floats) -> Floats:
    """Sample each of the lines (n, width) `shift` (n,) pixels further right, bilinear, zero outside."""
    n, width = lines.shape
    whole, rest = _split(shift, width)
    margin = int(np.abs(whole).max(initial=0)) + 1
    # Windows are contiguous: numpy copies each as a whole, where an index a pixel would take several times as long.
    windows = sliding_window_view(np.pad(lines, ((0, 0), (margin, margin))), width + 1, axis=1)
    sampled = windows[np.arange(n), margin + whole]
    return _between(sampled[:, :-1], sampled[:, 1:], rest[:, None])


def _split(shift: Floats, size: int) -> tuple[NDArray[np.intp], Floats]:
    """Return whole pixels, and the share of the next one; a shift beyond the image is one just beyond it."""
    limited = np.clip(shift, -size - 1, size)
    whole = np.floor(limited)
    return whole.astype(np.intp), limited - whole


def _between(low: Floats, high: Floats, share: Floats) -> Floats:
    step = high - low
    step *= share
    step += low
    return step


def _slopes(images: Floats, row_mean: Floats, column_mean: Floats) -> Floats:
    """Return by how many columns each image leans to the right a row, by its second-order moments."""
    _, height, width = images.shape
    mass = np.abs(images)
    by_row = mass.sum(axis=2)
    from_row = np.arange(height, dtype=images.dtype)[None, :] - row_mean[:, None]
    variance = (by_row * from_row**2).sum(axis=1)
    columns = mass @ np.arange(width, dtype=images.dtype)
    covariance = ((columns - column_mean[:, None] * by_row) * from_row).sum(axis=1)
    tiny = 1e-6 * by_row.sum(axis=1)
    return np.divide(covariance, variance, out=np.zeros_like(variance), where=variance > tiny)
