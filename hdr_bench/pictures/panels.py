"""Panels: rectangles of the opposite polarity, as a black canvas in a light window or the images of a figure."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# Pixels of a panel's shorter side at least, and the share of the picture's sides that it leaves free: what covers the
# picture is its paper.
_SMALLEST, _LARGEST = 20, 0.97
# Share of the rectangle's rim that is dark: strokes may run into it.
_RIM = 0.9
# Share of the panel that its writing covers, from the least that may be a digit to as much as its ground.
_LEAST_WRITING, _MOST_WRITING = 0.005, 0.5
# Height of the writing at least, as a share of the panel's.
_LOWEST_WRITING = 0.15


def invert_panels(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Invert the dark rectangles of a light page that have light writing in them.

    Parameters
    ----------
    values : ndarray of shape (height, width), float32
        Grey values from 0, ink, to 1, paper.

    Returns
    -------
    values : ndarray of shape (height, width), float32
        Dark writing on light paper everywhere.
    n_panels : int
        Rectangles that were inverted.
    """
    panels = list(_find_panels(values))
    if not panels:
        return values, 0
    inverted = values.copy()
    for box in panels:
        inverted[box] = 1 - values[box]
    return inverted, len(panels)


def _find_panels(values: NDArray[np.float32]) -> Iterator[tuple[slice, slice]]:
    from scipy import ndimage
    from skimage.filters import threshold_otsu

    if np.ptp(values) == 0:
        return
    labels, _ = ndimage.label(values <= threshold_otsu(values))
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        sides = [side.stop - side.start for side in box]
        covers = all(side >= _LARGEST * length for side, length in zip(sides, values.shape, strict=True))
        if min(sides) >= _SMALLEST and not covers and _is_panel(labels[box] == label):
            yield box


def _is_panel(ground: NDArray[np.bool_]) -> bool:
    """Return whether a piece of dark fills a rectangle but for the writing in it."""
    rim = np.concatenate([ground[0], ground[-1], ground[:, 0], ground[:, -1]])
    if rim.mean() < _RIM:
        return False
    writing = ~ground
    rows = np.flatnonzero(writing.any(axis=1))
    is_high = rows.size > 0 and rows[-1] - rows[0] >= _LOWEST_WRITING * len(ground)
    return bool(is_high and _LEAST_WRITING <= writing.mean() <= _MOST_WRITING)
