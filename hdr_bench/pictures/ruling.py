"""Ruled lines, squares and frames taken off the ink; strokes that cross them stay."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.marks import Mark, find_marks, typical_height

# A line is at least so many digits long, if digits are seen beside it,
_DIGITS = 3.5
_FEWEST_DIGITS = 3
# or it runs through this share of the picture.
_THROUGH = 0.85
# Share of the longest side up to which a ruled line is thick.
_THICKEST = 1 / 100
# Gaps of dotted lines that are closed, in shares of a digit's height.
_GAP = 0.16
# Share of a line's length that is ink: what is less are strokes of digits in a row.
_COVERED = 0.8
# How far a line may rise over its length.
_STEEPEST = 0.2


@dataclass(frozen=True, eq=False)
class Ruling:
    """What was taken for ruled lines.

    Attributes
    ----------
    mask : ndarray of shape (height, width), bool
        The ink without the lines.
    lines : ndarray of shape (height, width), bool
        Pixels that were removed.
    """

    mask: NDArray[np.bool_]
    lines: NDArray[np.bool_]


def remove_ruling(mask: NDArray[np.bool_]) -> Ruling:
    """Remove lines that run across or down the page, also dotted ones, and mend the strokes that cross them.

    A pixel belongs to a line if the ink is thin across the line there: where a stroke crosses it, the ink is thicker,
    and stays, as in the removal of staff lines from music.

    Parameters
    ----------
    mask : ndarray of shape (height, width), bool

    Returns
    -------
    ruling : Ruling

    References
    ----------
    Dalitz, Droettboom, Pranzas and Fujinaga, "A comparative study of staff removal algorithms", IEEE Transactions on
    Pattern Analysis and Machine Intelligence 30, 2008.
    """
    marks = find_marks(mask)
    digit = typical_height(marks, mask.shape)
    lines = _find_lines(mask, marks, digit) | _find_lines(mask.T, _transpose(marks), digit).T
    if not lines.any():
        return Ruling(mask, lines)
    return Ruling(_mend(mask & ~lines, lines), lines)


def _transpose(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    return tuple(Mark(mark.left, mark.top, mark.mask.T) for mark in marks)


def _find_lines(mask: NDArray[np.bool_], marks: tuple[Mark, ...], digit: float) -> NDArray[np.bool_]:
    """Return the pixels of lines that run from left to right."""
    from scipy import ndimage

    lines = np.zeros_like(mask)
    shortest = _shortest_line(mask.shape, marks, digit)
    gap = max(2, round(_GAP * digit))
    thickest = max(3, round(_THICKEST * max(mask.shape)))
    closed = _close_gaps(mask, gap)
    thin = closed & (run_lengths(closed) <= thickest)
    bridged = _close_gaps(thin, 4 * gap)
    labels, _ = ndimage.label(bridged, np.ones((3, 3)))
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        height, width = (side.stop - side.start for side in box)
        if width < shortest or height > max(2 * thickest, _STEEPEST * width):
            continue
        is_line = labels[box] == label
        if (closed[box] & is_line).any(axis=0).mean() > _COVERED:
            lines[box] |= _along_path(thin[box] & is_line, thickest)
    return lines & mask


def _shortest_line(shape: tuple[int, ...], marks: tuple[Mark, ...], digit: float) -> float:
    across = _THROUGH * shape[1]
    like_digits = sum(0.5 * digit < mark.height < 2 * digit for mark in marks)
    return min(across, _DIGITS * digit) if like_digits >= _FEWEST_DIGITS else across


def run_lengths(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return for each pixel of ink the length of the vertical run that it lies in.

    Parameters
    ----------
    mask : ndarray of shape (height, width), bool

    Returns
    -------
    lengths : ndarray of shape (height, width), int
        0 where there is no ink.

    Examples
    --------
    >>> run_lengths(np.array([[True, False], [True, True], [False, True], [True, False]])).tolist()
    [[2, 0], [2, 2], [0, 2], [1, 0]]
    """
    columns = np.pad(mask.T, ((0, 0), (1, 1)))
    changes = np.flatnonzero(np.diff(columns.ravel().astype(np.int8)))
    lengths = changes[1::2] - changes[::2]
    flat = np.zeros(columns.size, np.intp)
    flat[columns.ravel()] = np.repeat(lengths, lengths)
    return flat.reshape(columns.shape)[:, 1:-1].T


def _close_gaps(mask: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    """Fill gaps from left to right that are at most `gap` pixels long."""
    rows = np.pad(mask, ((0, 0), (1, 1)))
    changes = np.flatnonzero(np.diff(rows.ravel().astype(np.int8))) + 1
    starts, ends = changes[2::2], changes[1:-1:2]
    width = rows.shape[1]
    is_short = (starts - ends <= gap) & (starts // width == ends // width)
    steps = np.zeros(rows.size + 1, np.int8)
    steps[ends[is_short]] += 1
    steps[starts[is_short]] -= 1
    filled = np.cumsum(steps[:-1], dtype=np.int8).astype(bool).reshape(rows.shape)
    return mask | filled[:, 1:-1]


def _along_path(piece: NDArray[np.bool_], thickest: int) -> NDArray[np.bool_]:
    """Return the pixels of a line near its course, without what else hangs on it."""
    from scipy import ndimage

    rows, columns = np.nonzero(piece)
    counts = np.bincount(columns, minlength=piece.shape[1])
    sums = np.bincount(columns, rows, minlength=piece.shape[1])
    known = np.flatnonzero(counts)
    course = np.interp(np.arange(piece.shape[1]), known, sums[known] / counts[known])
    window = max(3, round(0.1 * piece.shape[1])) | 1
    course = ndimage.median_filter(course, window, mode="nearest")
    return piece & (np.abs(np.arange(piece.shape[0])[:, np.newaxis] - course) <= thickest)


def _mend(mask: NDArray[np.bool_], lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Put back what lies between two parts of a stroke, on both sides of a line."""
    reach = max(3, round(_THICKEST * max(mask.shape))) / 2 + 1
    return mask | (_closing(mask, reach) & lines)


def _closing(mask: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    """Close gaps up to twice `reach` wide, by distances rather than by a disk, which takes long if it is large."""
    from scipy import ndimage

    margin = int(reach) + 1
    grown = ndimage.distance_transform_edt(~np.pad(mask, margin)) <= reach
    return (ndimage.distance_transform_edt(grown) > reach)[margin:-margin, margin:-margin]
