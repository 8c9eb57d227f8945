"""Marks whose surroundings show that they are not digits: specks, bars, strokes and words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.answers import likeliest_digits
from hdr_bench.pictures.layout import box_of, order_in_lines
from hdr_bench.pictures.marks import Mark, is_bar
from hdr_bench.pictures.recognize import Answers

# Brightness ratio of the paper on two sides of a mark above which the mark is the edge of the sheet, measured
_EDGE = 1.45
# in a band around it whose width is this fraction of its height, on the lightest fraction of the band's pixels.
_BAND, _PAPER = 0.25, 80
# Size, in digit heights, below which a mark is a speck.
_SPECK = 0.12
# Fraction of the picture's height that a stroke at its border must fill, unless it is the edge of something.
_FILLS = 0.5
# Minimum fraction of the picture covered by the box of what surrounds the digits, its minimum size in digit heights,
_MOST_OF_PICTURE, _SEEN = 0.6, 0.1
# and the maximum distance in pixels between it and the picture's borders.
_AT_BORDER = 2
# Minimum fraction of a band's box that is ink.
_EVEN = 0.95
# Maximum number of marks considered; paper and wood may have thousands of specks.
MOST_MARKS = 600
# A bare stroke is a 1 if its height, in heights of the nearest digits, is at least this; a brace is taller.
_LOWEST_STROKE, _HIGHEST_STROKE, _N_NEAREST = 0.5, 2.0, 3
# Other digits may be smaller, unless taller ones are nearby: within this many of their heights.
_LOWEST, _BESIDE = 0.36, 1.3
_STROKE = 1
# If this many marks are not digits, a stroke this far from any digit, in its own heights, is not a digit either.
_CLUTTER, _FAR = 20, 4.0
# A line with at least this many marks, of which at most this fraction are digits, is considered words.
_WORD, _SHARE_OF_DIGITS = 4, 0.26
# With at least this many marks, a line of which at most half are digits is a word if few of them are other than 1.
_LONG_WORD = 10
# Number of marks of a sum or an equation, in which digits may be this few.
_LONGEST_SUM = 12
# Marks larger than this, in median heights of a line, do not belong to it: braces, frames.
_LIKE = 3.0


def choose_marks(marks: Sequence[Mark], shape: tuple[int, ...], digit_height: float) -> tuple[Mark, ...]:
    """Return the marks to consider: those of the size of digits or parts of digits, without what surrounds others.

    Parameters
    ----------
    marks : sequence of Mark
    shape : tuple of int
        Shape of the picture.
    digit_height : float
        Estimated height of the digits, in pixels.

    Returns
    -------
    chosen : tuple of Mark
    """
    return drop_specks(drop_surround(marks, shape), digit_height)


def drop_specks(marks: Sequence[Mark], digit_height: float) -> tuple[Mark, ...]:
    """Return the marks that are large enough to be digits or parts of digits.

    Parameters
    ----------
    marks : sequence of Mark
    digit_height : float
        Estimated height of the digits, in pixels.

    Returns
    -------
    kept : tuple of Mark
        At most 600, the largest.
    """
    sizes = np.array([max(mark.height, mark.width) for mark in marks], float)
    kept = np.flatnonzero(sizes >= _SPECK * digit_height)
    kept = np.sort(kept[np.argsort(-sizes[kept], kind="stable")[:MOST_MARKS]])
    return tuple(marks[index] for index in kept.tolist())


def drop_surround(marks: Sequence[Mark], shape: tuple[int, ...]) -> tuple[Mark, ...]:
    """Remove what surrounds other marks: a frame, the window around a canvas, the desk around a sheet.

    Parameters
    ----------
    marks : sequence of Mark
    shape : tuple of int
        Shape of the picture.

    Returns
    -------
    kept : tuple of Mark
        Without marks that cover most of the picture's height and width and either follow all of its borders or closely
        surround another mark, and without even bands along an entire border.
    """
    large = [mark for mark in marks if mark.height * mark.width >= _MOST_OF_PICTURE * shape[0] * shape[1]]
    seen = [mark for mark in marks if mark.height >= _SEEN * shape[0] and mark not in large]
    surround = [mark for mark in large if seen and (_is_along_borders(mark, shape) or _encloses_any(mark, seen))]
    return tuple(mark for mark in marks if mark not in surround and not _is_band(mark, shape))


def _is_along_borders(mark: Mark, shape: tuple[int, ...]) -> bool:
    return max(_away_from_borders(mark, shape)) <= _AT_BORDER


def _is_band(mark: Mark, shape: tuple[int, ...]) -> bool:
    """Return whether a mark fills its box and runs along an entire border: a shadow, the edge of a desk."""
    *_, third, farthest = sorted(_away_from_borders(mark, shape))
    return third <= _AT_BORDER < farthest and bool(mark.mask.mean() >= _EVEN)


def _away_from_borders(mark: Mark, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    return mark.top, mark.left, shape[0] - mark.bottom, shape[1] - mark.right


def _encloses_any(mark: Mark, others: Sequence[Mark]) -> bool:
    from scipy import ndimage

    labels = ndimage.label(~np.pad(mark.mask, 1))[0]
    is_hole = labels[1:-1, 1:-1] > labels[0, 0]
    boxes = [(other.top - mark.top, other.left - mark.left, other.height, other.width) for other in others]
    return any(
        is_hole[row : row + height, column : column + width].all()
        for row, column, height, width in boxes
        if row >= 0 and column >= 0 and row + height <= mark.height and column + width <= mark.width
    )


def on_paper(marks: Sequence[Mark], light: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which marks have the same paper on all sides; the others are edges of sheets, books and desks.

    Parameters
    ----------
    marks : sequence of Mark
    light : ndarray of shape (height, width), float32
        Grey values of the page before its lighting was evened out, from 0 (ink) to 1 (paper).

    Returns
    -------
    on_paper : ndarray of shape (n_marks,), bool
    """
    return np.array([_unevenness(mark, light) < _EDGE for mark in marks], bool)


def _unevenness(mark: Mark, light: NDArray[np.float32]) -> float:
    """Return by which factor the paper on one side of a mark is lighter than on the other; infinity if none."""
    band = max(3, round(_BAND * max(mark.height, mark.width)))
    top, left = max(0, mark.top - band), max(0, mark.left - band)
    rows, columns = slice(mark.top, mark.bottom), slice(mark.left, mark.right)
    pairs = (
        (light[rows, left : mark.left], light[rows, mark.right : mark.right + band]),
        (light[top : mark.top, columns], light[mark.bottom : mark.bottom + band, columns]),
    )
    height, width = light.shape
    if (mark.left == 0 or mark.right == width) and mark.height < _FILLS * height:
        return np.inf
    ratios = [1.0]
    for first, second in pairs:
        if first.size and second.size:
            dark, bright = sorted(float(np.percentile(side[::2, ::2], _PAPER)) for side in (first, second))
            ratios.append(bright / max(dark, 0.02))
    return max(ratios)


def accept_in_context(marks: Sequence[Mark], answers: Answers, light: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which marks are digits, judging by the recognizer's answers and by their surroundings.

    Rejected are bars, the edges of sheets, rings around digits, marks that are much smaller than the digits beside them
    or much taller than several digits, and marks in words that look like digits.

    Parameters
    ----------
    marks : sequence of Mark
    answers : Answers
    light : ndarray of shape (height, width), float32
        As for `on_paper`.

    Returns
    -------
    accepted : ndarray of shape (n_marks,), bool
    """
    accepted = answers.accepted & ~np.array([is_bar(mark) for mark in marks], bool)
    is_stroke = likeliest_digits(answers) == _STROKE
    # The edge of a sheet is a stroke; other digits may lie across the edge of a shadow.
    strokes = np.flatnonzero(accepted & is_stroke).tolist()
    accepted[strokes] = on_paper([marks[index] for index in strokes], light)
    accepted &= ~_odd_strokes(marks, answers, accepted)
    # Print says nothing about the height of digits, so words are removed first; removing odd heights may reveal more.
    accepted &= ~_in_words(marks, accepted, is_stroke)
    accepted &= ~_rings(marks, accepted)
    accepted &= ~_odd_heights(marks, accepted)
    return accepted & ~_in_words(marks, accepted, is_stroke)


def _rings(marks: Sequence[Mark], accepted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which digits have another digit within their box: circles and boxes drawn around it."""
    rings = np.zeros(len(marks), bool)
    digits = np.flatnonzero(accepted).tolist()
    top, left, bottom, right = (
        np.array([getattr(marks[index], side) for index in digits]) for side in ("top", "left", "bottom", "right")
    )
    holds = (top[:, np.newaxis] <= top) & (left[:, np.newaxis] <= left)
    holds &= (bottom[:, np.newaxis] >= bottom) & (right[:, np.newaxis] >= right)
    holds &= (bottom - top) >= _LOWEST * (bottom - top)[:, np.newaxis]
    np.fill_diagonal(holds, False)
    rings[digits] = holds.any(axis=1)
    return rings


def _odd_heights(marks: Sequence[Mark], accepted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which digits are much smaller than those beside them, or taller than several: dots, rings; braces."""
    odd = np.zeros(len(marks), bool)
    digits = np.flatnonzero(accepted)
    heights = np.array([marks[index].height for index in digits.tolist()], float)
    middles = np.array([marks[index].middle for index in digits.tolist()]).reshape(-1, 2)
    distances = np.hypot(*(middles[:, np.newaxis] - middles).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    # Whether one mark is beside another, judging by the other's height; and whether it is much smaller.
    is_beside = distances < _BESIDE * heights
    is_lower = is_beside & (heights[:, np.newaxis] < _LOWEST * heights)
    n_lower, n_like = is_lower.sum(axis=0), (is_beside & ~is_lower).sum(axis=0)
    is_high = n_lower > np.maximum(n_like, 1)
    is_beside[:, is_high] = False
    for place, index in enumerate(digits):
        beside = heights[is_beside[place]]
        is_low = len(beside) > 0 and heights[place] < _LOWEST * np.median(beside)
        odd[index] = is_high[place] or is_low
    return odd


def _odd_strokes(marks: Sequence[Mark], answers: Answers, accepted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    heights = np.array([mark.height for mark in marks], float)
    middles = np.array([mark.middle for mark in marks]).reshape(-1, 2)
    is_stroke = accepted & (likeliest_digits(answers) == _STROKE)
    others = np.flatnonzero(accepted & ~is_stroke)
    odd = np.zeros(len(marks), bool)
    if not len(others):
        # If much of the page is not digits, isolated strokes are not digits either.
        n_others, n_strokes = int(np.count_nonzero(~accepted)), int(np.count_nonzero(is_stroke))
        return is_stroke & (n_others > max(_CLUTTER, n_strokes))
    for index in np.flatnonzero(is_stroke):
        distances = np.hypot(*(middles[others] - middles[index]).T)
        nearest = others[np.argsort(distances, kind="stable")[:_N_NEAREST]]
        share = float(heights[index] / np.median(heights[nearest]))
        is_far = float(distances.min()) > _FAR * float(heights[index])
        odd[index] = share < _LOWEST_STROKE or (share > _HIGHEST_STROKE and not is_far)
        odd[index] |= is_far and np.count_nonzero(~accepted) > _CLUTTER
    return odd


def _in_words(marks: Sequence[Mark], accepted: NDArray[np.bool_], is_stroke: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which marks are in lines of letters."""
    in_words = np.zeros(len(marks), bool)
    for line in order_in_lines([box_of(mark) for mark in marks]):
        height = np.median([marks[index].height for index in line if not is_bar(marks[index])] or [0])
        members = [index for index in line if max(marks[index].height, marks[index].width) < _LIKE * height]
        # Bars indicate a sum or an equation, whose few letters are among digits.
        is_sum = len(members) <= _LONGEST_SUM and any(is_bar(marks[index]) for index in members)
        if len(members) < _WORD or is_sum:
            continue
        share = accepted[members].mean()
        # Letters have stems that look like 1.
        if len(members) >= _LONG_WORD and share < 0.5:
            share = (accepted & ~is_stroke)[members].mean()
        in_words[members] |= share <= _SHARE_OF_DIGITS
    return in_words
