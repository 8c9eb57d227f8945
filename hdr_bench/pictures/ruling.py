"""Removal of ruled lines, squares and frames from the ink, while strokes that cross them stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.marks import find_marks, typical_height
from hdr_bench.pictures.straight_lines import Line, find_lines, line_pixels
from hdr_bench.pictures.thin_ink import ThinInk, run_lengths

# Minimum length of a line in digit heights, if there are digits beside it,
_DIGITS = 4.5
_FEWEST_DIGITS = 3
# or the minimum fraction of its course within the picture that it covers.
_THROUGH = 0.85
# Minimum number of lines across the picture, in one direction, of a ruled sheet, each at least this many digits long.
_SHEET = 3
_DIGITS_ON_SHEET = 2
# On a ruled sheet, a shorter line is ruled only if its slope is similar to the others' and it is hardly thicker: in
# squares, strokes of digits in a row and the lines that cross them look like lines too.
_LIKE_SLOPE, _LIKE_THICKNESS = 0.02, 1.5
# Remains of a stroke from which a line was removed are not digits: their maximum height, in thicknesses of the line.
_CRUMB = 1.5
# If there are no digits, lines must reach the border, within this fraction of the picture.
_FROM_BORDER = 0.03
# Minimum number of sides in a form of boxes, and how much wider than the lines their slant may make them, in lengths.
_FEWEST_SIDES, _BENT = 3, 0.05
# Maximum thickness of a ruled line, as a fraction of the longest side.
_THICKEST = 1 / 100


@dataclass(frozen=True, eq=False)
class Ruling:
    """Ruled lines of a picture.

    Attributes
    ----------
    mask : ndarray of shape (height, width), bool
        Ink without the lines.
    lines : ndarray of shape (height, width), bool
        Pixels that were removed.
    """

    mask: NDArray[np.bool_]
    lines: NDArray[np.bool_]


def remove_ruling(mask: NDArray[np.bool_]) -> Ruling:
    """Remove lines across or down the page, even tilted, bent or dashed ones, and mend the strokes that cross them.

    A pixel belongs to a line if the ink is thin across the line at that place: where a stroke crosses the line, the ink
    is thicker and stays, as in the removal of staff lines from music.

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
    thickest = max(3, round(_THICKEST * max(mask.shape)))
    across, down = (ThinInk(run_lengths(each), thickest) for each in (mask, mask.T))
    found = tuple(_drop_unlike(find_lines(ink)) for ink in (across, down))
    candidates = _draw(found[0], across) | _draw(found[1], down).T
    if not candidates.any():
        return Ruling(mask, candidates)
    digit = _digit_height(mask & ~candidates, max(line.thickness for line in (*found[0], *found[1])))
    if digit is None:
        found = tuple(
            tuple(line for line in lines if _reaches_borders(line, ink))
            for lines, ink in zip(found, (across, down), strict=True)
        )
    kept = tuple(_choose_ruled(lines, digit) for lines in found)
    lines = _draw(kept[0], across) | _draw(kept[1], down).T
    if not lines.any():
        return Ruling(mask, lines)
    widest = max(line.thickest_run for line in (*kept[0], *kept[1]))
    rest = _drop_crossings(mask & ~lines, lines, widest)
    sides = _sides_of_boxes(rest, lines, widest)
    rest, lines = rest & ~sides, lines | sides
    return Ruling(_mend(rest, lines, widest), lines)


def _drop_unlike(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Drop lines of one direction that are unlike those of the sheet, if it is a ruled sheet."""
    through = [line for line in lines if _is_through(line)]
    if len(through) < _SHEET:
        return tuple(lines)
    slopes = [line.slope for line in through]
    lowest, highest = min(slopes) - _LIKE_SLOPE, max(slopes) + _LIKE_SLOPE
    thickest = _LIKE_THICKNESS * float(np.median([line.thickness for line in through])) + 1
    return tuple(
        line for line in lines if _is_through(line) or (lowest <= line.slope <= highest and line.thickness <= thickest)
    )


def _draw(lines: Iterable[Line], ink: ThinInk) -> NDArray[np.bool_]:
    pixels = np.zeros(ink.runs.shape, bool)
    for line in lines:
        pixels |= line_pixels(line, ink)
    return pixels


def _digit_height(mask: NDArray[np.bool_], thickness: float) -> float | None:
    """Return the height of digits, given the lines' thickness; None if too few marks have similar sizes."""
    marks = find_marks(mask)
    no_crumbs = [mark for mark in marks if max(mark.height, mark.width) > _CRUMB * thickness]
    digit = typical_height(no_crumbs, mask.shape)
    like_digits = sum(0.5 * digit < mark.height < 2 * digit for mark in no_crumbs)
    return digit if like_digits >= _FEWEST_DIGITS else None


def _choose_ruled(lines: Sequence[Line], digit: float | None) -> tuple[Line, ...]:
    """Return the lines of one direction that are not strokes of digits."""
    on_sheet = sum(_is_through(line) for line in lines) >= _SHEET
    return tuple(line for line in lines if _is_ruled(line, digit, _DIGITS_ON_SHEET if on_sheet else _DIGITS))


def _is_through(line: Line) -> bool:
    return line.length >= _THROUGH * line.inside


def _reaches_borders(line: Line, ink: ThinInk) -> bool:
    """Return whether the ink of a line leads from one border of the picture to another."""
    covered, inside = (np.flatnonzero(each) for each in (line_pixels(line, ink).any(axis=0), line.is_inside))
    near = _FROM_BORDER * len(line.rows)
    return len(covered) > 0 and covered[0] <= inside[0] + near and covered[-1] >= inside[-1] - near


def _is_ruled(line: Line, digit: float | None, n_digits: float) -> bool:
    if digit is None:
        return _is_through(line) and line.inside >= 0.5 * len(line.rows)
    if _is_through(line) and (line.inside < 0.5 * len(line.rows) or line.length >= n_digits * digit):
        return True
    return line.length >= _DIGITS * digit


def _drop_crossings(mask: NDArray[np.bool_], lines: NDArray[np.bool_], widest: float) -> NDArray[np.bool_]:
    """Drop what remains where two lines cross: specks beside both, no wider than the lines."""
    from scipy import ndimage

    labels, n_pieces = ndimage.label(mask, np.ones((3, 3)))
    beside = np.zeros(n_pieces + 1, bool)
    beside[np.unique(labels[ndimage.binary_dilation(lines, np.ones((3, 3)))])] = True
    is_crossing = np.zeros(n_pieces + 1, bool)
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        is_crossing[label] = beside[label] and max(side.stop - side.start for side in box) <= widest + 1
    return mask & ~is_crossing[labels]


def _sides_of_boxes(mask: NDArray[np.bool_], lines: NDArray[np.bool_], widest: float) -> NDArray[np.bool_]:
    """Return straight strokes, as thin as the lines, that connect two lines, if there are several: those of a form."""
    from scipy import ndimage

    labels, n_pieces = ndimage.label(mask, np.ones((3, 3)))
    beside = ndimage.binary_dilation(lines, np.ones((3, 3)), iterations=2)
    is_side = np.zeros(n_pieces + 1, bool)
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        piece, near = labels[box] == label, beside[box]
        if piece.shape[0] < piece.shape[1]:
            piece, near = piece.T, near.T
        length, width = piece.shape
        if length < 3 * widest or width > widest + _BENT * length or piece.sum() > widest * length:
            continue
        is_side[label] = all((piece[end] & near[end]).any() for end in (0, -1))
    return is_side[labels] if np.count_nonzero(is_side) >= _FEWEST_SIDES else np.zeros_like(mask)


def _mend(mask: NDArray[np.bool_], lines: NDArray[np.bool_], widest: float) -> NDArray[np.bool_]:
    """Restore the ink between two parts of a stroke on either side of a line."""
    return mask | (_closing(mask, widest / 2 + 1) & lines)


def _closing(mask: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    """Close gaps up to twice `reach` wide, using distances, since a large disk would be slow."""
    from scipy import ndimage

    margin = int(reach) + 1
    grown = ndimage.distance_transform_edt(~np.pad(mask, margin)) <= reach
    return (ndimage.distance_transform_edt(grown) > reach)[margin:-margin, margin:-margin]
