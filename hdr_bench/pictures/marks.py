"""Connected pieces of ink: found, joined, and distinguished from specks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Minimum number of pixels of a piece of ink that may be more than noise.
_FEWEST_PIXELS = 6
# Pieces longer than this fraction of the picture say nothing about the size of digits, if there is another piece that
# is not a speck, or if there are several.
_LONG, _SMALL, _FEWEST = 0.5, 0.03, 5
# Height-to-width ratio below which a mark is a bar.
_BAR = 0.4


@dataclass(frozen=True, eq=False)
class Mark:
    """Piece of ink, or several pieces that belong together.

    Attributes
    ----------
    top, left : int
        Position of its box, in pixels of the working copy.
    mask : ndarray of shape (height, width), bool
        Its ink, with the size of its box.
    """

    top: int
    left: int
    mask: NDArray[np.bool_]

    @property
    def height(self) -> int:
        """Height of the box in pixels."""
        return int(self.mask.shape[0])

    @property
    def width(self) -> int:
        """Width of the box in pixels."""
        return int(self.mask.shape[1])

    @property
    def bottom(self) -> int:
        """First row below the box."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """First column to the right of the box."""
        return self.left + self.width

    @property
    def area(self) -> int:
        """Number of pixels of ink."""
        return int(np.count_nonzero(self.mask))

    @property
    def middle(self) -> tuple[float, float]:
        """Centre of the box: row and column."""
        return self.top + self.height / 2, self.left + self.width / 2


def find_marks(mask: NDArray[np.bool_]) -> tuple[Mark, ...]:
    """Find the connected pieces of ink, including diagonal connections, in the order of their labels.

    Parameters
    ----------
    mask : ndarray of shape (height, width), bool

    Returns
    -------
    marks : tuple of Mark
        Without marks of fewer than 6 pixels.
    """
    from scipy import ndimage

    labels, areas = _label(mask)
    return tuple(
        Mark(box[0].start, box[1].start, labels[box] == label)
        for label, box in enumerate(ndimage.find_objects(labels), start=1)
        if areas[label] >= _FEWEST_PIXELS
    )


def count_marks(mask: NDArray[np.bool_]) -> int:
    """Count the marks that `find_marks` would return.

    Parameters
    ----------
    mask : ndarray of shape (height, width), bool

    Returns
    -------
    n_marks : int
    """
    return int(np.count_nonzero(_label(mask)[1][1:] >= _FEWEST_PIXELS))


def _label(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return the label of each pixel, and the number of pixels of each piece."""
    from scipy import ndimage

    labels, n_pieces = ndimage.label(mask, np.ones((3, 3)))
    return labels, np.bincount(labels.ravel(), minlength=n_pieces + 1)


def join_marks(marks: Iterable[Mark]) -> Mark:
    """Join marks into one.

    Parameters
    ----------
    marks : iterable of Mark
        At least one mark.

    Returns
    -------
    mark : Mark
    """
    pieces = list(marks)
    if len(pieces) == 1:
        return pieces[0]
    top, left = min(piece.top for piece in pieces), min(piece.left for piece in pieces)
    bottom, right = max(piece.bottom for piece in pieces), max(piece.right for piece in pieces)
    mask = np.zeros((bottom - top, right - left), bool)
    for piece in pieces:
        rows = slice(piece.top - top, piece.bottom - top)
        mask[rows, piece.left - left : piece.right - left] |= piece.mask
    return Mark(top, left, mask)


def typical_height(marks: Sequence[Mark], shape: tuple[int, ...]) -> float:
    """Estimate the height of a digit: the median height of the marks except bars, weighted by length.

    Parameters
    ----------
    marks : sequence of Mark
    shape : tuple of int
        Shape of the picture; marks longer than half of it are ignored if there are others.

    Returns
    -------
    height : float
        In pixels; 0 if there are no marks.
    """
    if not marks:
        return 0.0
    sizes = np.array([max(mark.height, mark.width) for mark in marks if not is_bar(mark)] or [0])
    is_short = sizes < _LONG * max(shape)
    if (is_short & (sizes >= _SMALL * max(shape))).any() or np.count_nonzero(is_short) >= _FEWEST:
        sizes = sizes[is_short]
    sizes = np.sort(sizes)
    return float(sizes[np.searchsorted(np.cumsum(sizes), sizes.sum() / 2)])


def is_bar(mark: Mark) -> bool:
    """Return whether a mark is much wider than high, unlike any digit: minus, equals, remains of a ruled line.

    Parameters
    ----------
    mark : Mark

    Returns
    -------
    is_bar : bool
    """
    return mark.height < _BAR * mark.width
