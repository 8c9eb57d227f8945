"""Possible cuts between touching digits."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.marks import Mark

# Distance between cuts, in heights of the mark, and how far each may be moved to a place with less ink.
_APART, _MOVED = 0.13, 0.05
MOST_CUTS = 14
"""Maximum number of cuts of one mark: wider marks are cut less finely."""
# Maximum sideways bend of a cut, in heights of the mark.
_BEND = 0.15


def cut_pieces(mark: Mark, most_cuts: int = MOST_CUTS) -> tuple[Mark, ...]:
    """Cut a mark at several places, from left to right; the recognizer decides which cuts separate digits.

    A cut is the path from top to bottom, near its starting column, that crosses the least ink.

    Parameters
    ----------
    mark : Mark
    most_cuts : int, default=14

    Returns
    -------
    pieces : tuple of Mark
        Only the mark itself if no cut leaves ink on both sides.
    """
    paths = [_path(mark.mask, column) for column in _places(mark.mask, most_cuts)]
    sides = [np.arange(mark.width) < path[:, np.newaxis] for path in paths]
    pieces = []
    before = np.zeros_like(mark.mask)
    for side in [*sides, np.ones_like(mark.mask)]:
        piece = _trim(mark, mark.mask & side & ~before)
        before = before | side
        if piece is not None:
            pieces.append(piece)
    return tuple(pieces)


def _places(mask: NDArray[np.bool_], most_cuts: int) -> Sequence[int]:
    """Return columns for cuts, from left to right, evenly spaced: touching digits may have much ink where they meet."""
    height, width = mask.shape
    n_cuts = min(most_cuts, round(width / (_APART * height)) - 1)
    profile = mask.sum(axis=0)
    moved = max(1, int(_MOVED * height))
    places = set()
    for column in np.linspace(0, width, n_cuts + 2)[1:-1].astype(int):
        first = max(1, column - moved)
        places.add(first + int(np.argmin(profile[first : column + moved + 1])))
    return sorted(places)


def _path(mask: NDArray[np.bool_], column: int) -> NDArray[np.intp]:
    """Return, for each row, the column of the path through `column` that crosses the least ink."""
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
    # A sideways step has a small cost, so that paths are straight unless ink is in the way.
    return padded[:-2] + 0.01, padded[1:-1], padded[2:] + 0.01


def _trim(mark: Mark, mask: NDArray[np.bool_]) -> Mark | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return Mark(mark.top + int(rows[0]), mark.left + int(columns[0]), mask[box])
