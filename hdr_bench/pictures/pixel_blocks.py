"""Smoothing of pictures that were enlarged by repeating pixels, so that their blocks are not taken for strokes."""

import numpy as np
from numpy.typing import NDArray

# Every how many rows and columns are compared.
_STEP = 5
# Minimum difference of neighbours in grey levels: JPEG noise is weaker.
_DIFFERENCE = 24
# Minimum side of a block in pixels, and minimum number of steps between blocks in each direction.
_SMALLEST, _FEWEST = 4, 5
# Minimum fraction of the steps at block boundaries, within a pixel, and maximum difference between a block's sides.
_ON_GRID, _SQUARE = 0.95, 1.25


def smooth_blocks(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Interpolate between the blocks of a picture that was enlarged by repeating pixels; leave others unchanged.

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
    # Averaging repeated pixels over a block is the same as linear interpolation.
    return ndimage.uniform_filter(color, (side, side, 1), mode="nearest")


def block_side(color: NDArray[np.uint8]) -> int:
    """Return the side of a picture's blocks in pixels; 0 if it has none.

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
    """Return the pitch of the grid of steps, estimated from the gaps between them; 0 if there is no grid."""
    if len(gaps) < _FEWEST - 1 or gaps.min() < _SMALLEST - 1:
        return 0.0
    pitch = float(np.median(gaps[gaps <= 1.5 * gaps.min()]))
    off = np.abs(gaps - pitch * np.rint(gaps / pitch))
    return pitch if pitch >= _SMALLEST and (off <= 1).mean() >= _ON_GRID else 0.0
