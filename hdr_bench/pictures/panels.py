"""Panels of the opposite polarity with four sides: a canvas in a window, an image in a figure, a sheet on a desk."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, slice]

# Minimum length of a panel's shorter side in pixels, and the minimum fraction of the picture's sides outside it: what
# covers the entire picture is its paper.
_SMALLEST, _LARGEST = 20, 0.97
# Minimum fraction of the box's rim that is dark if the panel is upright: strokes may run into it;
_RIM = 0.9
# otherwise the minimum fraction of the smallest enclosing rectangle that it covers, for rotations in steps of this many
# degrees: an ellipse, such as a filled 0, covers 0.79.
_RECTANGULAR, _STEP = 0.88, 2
# Range of the fraction of the panel covered by writing: from the smallest possible digit to as much as its background.
_LEAST_WRITING, _MOST_WRITING = 0.005, 0.5
# Minimum height of the writing, as a fraction of the panel's.
_LOWEST_WRITING = 0.15
# Pixels on both sides of a panel's edge that belong to neither its background nor the page's.
_EDGE = 3


def invert_panels(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Invert dark rectangles, upright or tilted, that are on a light page and contain light writing.

    Parameters
    ----------
    values : ndarray of shape (height, width), float32
        Grey values from 0 (ink) to 1 (paper).

    Returns
    -------
    values : ndarray of shape (height, width), float32
        Dark writing on light paper everywhere.
    n_panels : int
        Number of inverted rectangles.
    """
    inverted, n_panels = values, 0
    for box, area in _find_panels(values):
        inverted = inverted.copy() if n_panels == 0 else inverted
        inverted[box] = np.where(area, 1 - values[box], inverted[box])
        _fade_edge(inverted, box, area)
        n_panels += 1
    return inverted, n_panels


def _fade_edge(values: NDArray[np.float32], box: Box, area: NDArray[np.bool_]) -> None:
    """Replace the edge of a panel with the lightest grey beside it, so that it leaves no line."""
    from scipy import ndimage

    margin = 2 * _EDGE
    around = tuple(slice(max(0, side.start - margin), side.stop + margin) for side in box)
    view = values[around]
    padded = np.zeros(view.shape, bool)
    row, column = box[0].start - around[0].start, box[1].start - around[1].start
    padded[row : row + area.shape[0], column : column + area.shape[1]] = area
    square = np.ones((3, 3))
    edge = ndimage.binary_dilation(padded, square, _EDGE) & ~ndimage.binary_erosion(padded, square, _EDGE)
    view[edge] = ndimage.maximum_filter(view, 2 * margin + 1)[edge]


def _find_panels(values: NDArray[np.float32]) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    """Yield the box of each panel, and a mask of its pixels."""
    from scipy import ndimage
    from skimage.filters import threshold_otsu

    if np.ptp(values) == 0:
        return
    labels, _ = ndimage.label(values <= threshold_otsu(values))
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        sides = [side.stop - side.start for side in box]
        covers = all(side >= _LARGEST * length for side, length in zip(sides, values.shape, strict=True))
        if min(sides) < _SMALLEST or covers:
            continue
        ground = labels[box] == label
        area = _panel_area(ground)
        if area is not None and _has_writing(area & ~ground, area):
            yield box, area


def _panel_area(ground: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the pixels enclosed by a dark rectangle, or None if the shape is different."""
    from scipy import ndimage

    rim = np.concatenate([ground[0], ground[-1], ground[:, 0], ground[:, -1]])
    if rim.mean() >= _RIM:
        return np.ones_like(ground)
    if ground.mean() < 0.5 * _RECTANGULAR * (1 - _MOST_WRITING):
        return None
    area = ndimage.binary_fill_holes(ground)
    return area if area.sum() >= _RECTANGULAR * _smallest_rectangle(area) else None


def _smallest_rectangle(area: NDArray[np.bool_]) -> float:
    """Return the area of the smallest rectangle around a region, in pixels."""
    rows = np.flatnonzero(area.any(axis=1))
    first, last = area.argmax(axis=1)[rows], area.shape[1] - area[:, ::-1].argmax(axis=1)[rows]
    points = np.column_stack([np.tile(rows, 2), np.concatenate([first, last])])
    angles = [math.radians(degrees) for degrees in range(0, 90, _STEP)]
    turned = (
        points @ np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) for angle in angles
    )
    return min(float(np.prod(np.ptp(each, axis=0))) for each in turned)


def _has_writing(writing: NDArray[np.bool_], area: NDArray[np.bool_]) -> bool:
    rows = np.flatnonzero(writing.any(axis=1))
    is_high = rows.size > 0 and rows[-1] - rows[0] >= _LOWEST_WRITING * len(area)
    return bool(is_high and _LEAST_WRITING <= writing.sum() / area.sum() <= _MOST_WRITING)
