"""Marks cut out of a page and converted to MNIST's form."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.marks import Mark
from hdr_bench.pictures.normalize import SIDE, to_mnist
from hdr_bench.pictures.stroke import WORKING_SIDE, match_stroke_width

# Pixels around a mark's ink that belong to its soft edges.
_EDGE = 2
# Margins around the threshold, 0.5, beyond which a pixel is certainly ink or certainly not.
_SURELY_INK, _SURELY_PAPER = 0.6, 0.49


def cut_marks(
    marks: Sequence[Mark],
    soft: NDArray[np.float32],
    slopes: Sequence[float] | None = None,
    working_side: int = WORKING_SIDE,
) -> NDArray[np.uint8]:
    """Cut marks out of a page, as images in MNIST's form.

    Parameters
    ----------
    marks : sequence of Mark
    soft : ndarray of shape (height, width), float32
        Ink of the page, from 0 (paper) to 1 (ink).
    slopes : sequence of float, optional
        Slope of each mark's line, in rows per column, positive if it falls to the right; each mark is rotated to
        correct it.
    working_side : int, default=100
        Longest side of each mark, in pixels, while its stroke width is measured.

    Returns
    -------
    images : ndarray of shape (n_marks, 28, 28), uint8
    """
    inks = [_ink_of(mark, soft) for mark in marks]
    if slopes is not None:
        inks = [_turn_upright(ink, slope) for ink, slope in zip(inks, slopes, strict=True)]
    images = [to_mnist(match_stroke_width(ink, working_side)) for ink in inks]
    return np.array(images, np.uint8).reshape(len(marks), SIDE, SIDE)


def _ink_of(mark: Mark, soft: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the soft ink of a mark, without that of its neighbours."""
    from scipy import ndimage

    mask = np.pad(mark.mask, _EDGE)
    ink = np.zeros(mask.shape)
    top, left = max(0, mark.top - _EDGE), max(0, mark.left - _EDGE)
    page = soft[top : mark.bottom + _EDGE, left : mark.right + _EDGE]
    row, column = top - mark.top + _EDGE, left - mark.left + _EDGE
    ink[row : row + page.shape[0], column : column + page.shape[1]] = page
    near = ndimage.binary_dilation(mask, np.ones((3, 3)), iterations=_EDGE - 1)
    # Pixels that were mended after removing a line are ink, whatever the page's grey values are there.
    return np.where(mask, np.maximum(ink, _SURELY_INK), np.where(near, np.minimum(ink, _SURELY_PAPER), 0))


def _turn_upright(ink: NDArray[np.float64], slope: float) -> NDArray[np.float64]:
    from scipy import ndimage

    return np.clip(ndimage.rotate(ink, math.degrees(math.atan(slope)), order=1), 0, 1)
