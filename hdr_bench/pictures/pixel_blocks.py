"""Pictures that were enlarged by repeating their pixels, smoothed again: their blocks are no strokes."""

import numpy as np
from numpy.typing import NDArray

# Rows and columns that are compared: one in so many.
_STEP = 5
# Grey levels from which on neighbours differ: JPEG's noise is less.
_DIFFERENCE = 24
# Pixels of a block's side at least, and how many steps between blocks must be seen in each direction.
_SMALLEST, _FEWEST = 4, 5
# Share of the steps that lie where blocks begin, to a pixel; and how much the two sides of a block may differ.
_ON_GRID, _SQUARE = 0.95, 1.25


def smooth_blocks(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Interpolate between the blocks of a picture that was enlarged by repeating pixels; return any other as it is.

    Parameters
    ----------
    color : ndarray of shape (height, width, 3), uint8

    Returns
    -------
    color : ndarray of shape (height, width, 3), uint8
    """
    from scipy import ndimage

    side = block_side(color)
    if not side:
        return color
    # The mean over a block of what repeats pixels over blocks is linear interpolation.
    return ndimage.uniform_filter(color, (side, side, 1), mode="nearest")


def block_side(color: NDArray[np.uint8]) -> int:
    """Return how many pixels the blocks of a picture are wide and high; 0 if it has none.

    Parameters
    ----------
    color : ndarray of shape (height, width, 3), uint8

    Returns
    -------
    side : int

    Examples
    --------
    >>> small = np.random.default_rng(0).integers(0, 256, (12, 12, 3)).astype(np.uint8)
    >>> block_side(np.kron(small, np.ones((10, 10, 1), np.uint8))), block_side(small)
    (10, 0)
    """
    green = color[..., 1].astype(np.int16)
    sides = []
    for lines in (green[::_STEP], green.T[::_STEP]):
        steps = np.flatnonzero((np.abs(np.diff(lines, axis=1)) >= _DIFFERENCE).any(axis=0))
        side = _pitch(np.diff(steps))
        if not side:
            return 0
        sides.append(side)
    return round(sum(sides) / 2) if max(sides) <= _SQUARE * min(sides) else 0


def _pitch(gaps: NDArray[np.intp]) -> float:
    """Return the pitch of the grid that steps lie on, by the gaps between them; 0 if there is none."""
    if len(gaps) < _FEWEST - 1 or gaps.min() < _SMALLEST - 1:
        return 0.0
    pitch = float(np.median(gaps[gaps <= 1.5 * gaps.min()]))
    off = np.abs(gaps - pitch * np.rint(gaps / pitch))
    return pitch if pitch >= _SMALLEST and (off <= 1).mean() >= _ON_GRID else 0.0
