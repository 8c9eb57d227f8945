"""Where touching digits may be cut apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.marks import Mark

# Cuts that are tried per height of a mark's width, and at most.
_CUTS_PER_HEIGHT, _MOST_CUTS = 2.5, 12
# How far apart cuts are, and from the sides, in heights of the mark.
_APART = 0.22
# How far a cut may bend to the sides, in heights of the mark.
_BEND = 0.25


def cut_pieces(mark: Mark) -> tuple[Mark, ...]:
    """Cut a mark apart where its ink is thinnest across, from left to right.

    A cut is the path from top to bottom that crosses the least ink; its places are minima of the ink per column.

    Parameters
    ----------
    mark : Mark

    Returns
    -------
    pieces : tuple of Mark
        The mark alone if no cut leaves ink on both sides.
    """
    paths = [_path(mark.mask, column) for column in _places(mark.mask)]
    sides = [np.arange(mark.width) < path[:, np.newaxis] for path in paths]
    pieces = []
    before = np.zeros_like(mark.mask)
    for side in [*sides, np.ones_like(mark.mask)]:
        piece = _trim(mark, mark.mask & side & ~before)
        before = before | side
        if piece is not None:
            pieces.append(piece)
    return tuple(pieces)


def _places(mask: NDArray[np.bool_]) -> Sequence[int]:
    """Return columns of little ink, from left to right."""
    from scipy import ndimage

    height, width = mask.shape
    apart = max(2, int(_APART * height))
    if width <= 2 * apart:
        return []
    # Ink per column, and how high what there is reaches: a cut goes where strokes are few and flat.
    profile = ndimage.uniform_filter1d(mask.sum(axis=0).astype(float), max(1, width // 40) | 1)
    n_cuts = min(_MOST_CUTS, 2 + int(_CUTS_PER_HEIGHT * width / height))
    order = np.argsort(profile[apart : width - apart], kind="stable") + apart
    places: list[int] = []
    for column in order:
        if all(abs(column - other) >= apart for other in places):
            places.append(int(column))
        if len(places) == n_cuts:
            break
    return sorted(places)


def _path(mask: NDArray[np.bool_], column: int) -> NDArray[np.intp]:
    """Return for each row the column of the path through `column` that crosses the least ink."""
    height, width = mask.shape
    reach = max(1, int(_BEND * height))
    left, right = max(0, column - reach), min(width, column + reach + 1)
    away = np.abs(np.arange(left, right) - column) / reach
    cost = mask[:, left:right] + 0.02 * away
    total = cost.copy()
    for row in range(1, height):
        total[row] += np.minimum.reduce(_neighbors(total[row - 1]))
    path = np.empty(height, np.intp)
    path[-1] = int(np.argmin(total[-1]))
    for row in range(height - 2, -1, -1):
        first = max(0, path[row + 1] - 1)
        path[row] = first + int(np.argmin(total[row, first : path[row + 1] + 2]))
    return path + left


def _neighbors(row: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    padded = np.pad(row, 1, constant_values=np.inf)
    # A step to the side costs a little, so that paths are straight where nothing is in their way.
    return padded[:-2] + 0.01, padded[1:-1], padded[2:] + 0.01


def _trim(mark: Mark, mask: NDArray[np.bool_]) -> Mark | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return Mark(mark.top + int(rows[0]), mark.left + int(columns[0]), mask[box])
