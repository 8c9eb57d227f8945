"""What the page around a mark says of it: specks, bars, strokes and words that are no digits."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.layout import box_of, order_in_lines
from hdr_bench.pictures.marks import Mark
from hdr_bench.pictures.recognize import Answers

# Sizes in heights of a digit below which a mark is a speck, and beyond which it is none of the writing.
_SPECK, _LARGEST = 0.22, 8.0
# Marks from which on there is a size of digits at all.
_FEWEST = 3
# Marks that are looked at; paper and wood may have thousands of specks.
MOST_MARKS = 600
# Height over width below which a mark is a bar: minus, equals, a rest of a ruled line.
_BAR = 0.4
# A bare stroke is a 1 if it is this high, in heights of the digits nearest to it.
_LOWEST_STROKE, _N_NEAREST = 0.5, 3
_STROKE = 1
# A line with so many marks of which no more than this share are digits is taken for words.
_WORD, _SHARE_OF_DIGITS = 4, 0.26


def drop_specks(marks: Sequence[Mark], digit_height: float) -> tuple[Mark, ...]:
    """Return the marks that have the size of digits or of parts of them.

    Parameters
    ----------
    marks : sequence of Mark
    digit_height : float
        How high digits seem to be, in pixels.

    Returns
    -------
    kept : tuple of Mark
        At most 600, those nearest in size to digits.
    """
    sizes = np.array([max(mark.height, mark.width) for mark in marks], float)
    largest = _LARGEST * digit_height if len(marks) >= _FEWEST else np.inf
    kept = np.flatnonzero((sizes >= _SPECK * digit_height) & (sizes <= largest))
    if len(kept) > MOST_MARKS:
        away = np.abs(np.log(sizes[kept] / digit_height))
        kept = np.sort(kept[np.argsort(away, kind="stable")[:MOST_MARKS]])
    return tuple(marks[index] for index in kept)


def accept_in_context(marks: Sequence[Mark], answers: Answers) -> NDArray[np.bool_]:
    """Return which marks are digits, by the recognizer's answers and by what stands around them.

    Refused are bars, strokes much lower than the digits near them, and what looks like a digit in a word.

    Parameters
    ----------
    marks : sequence of Mark
    answers : Answers

    Returns
    -------
    accepted : ndarray of shape (n_marks,), bool
    """
    accepted = answers.accepted & np.array([mark.height >= _BAR * mark.width for mark in marks], bool)
    accepted &= ~_low_strokes(marks, answers, accepted)
    return accepted & ~_in_words(marks, accepted)


def _low_strokes(marks: Sequence[Mark], answers: Answers, accepted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    heights = np.array([mark.height for mark in marks], float)
    middles = np.array([mark.middle for mark in marks]).reshape(-1, 2)
    is_stroke = accepted & (answers.probabilities.argmax(axis=1) == _STROKE)
    others = np.flatnonzero(accepted & ~is_stroke)
    low = np.zeros(len(marks), bool)
    if not len(others):
        return low
    for index in np.flatnonzero(is_stroke):
        distances = np.hypot(*(middles[others] - middles[index]).T)
        nearest = others[np.argsort(distances, kind="stable")[:_N_NEAREST]]
        low[index] = heights[index] < _LOWEST_STROKE * np.median(heights[nearest])
    return low


def _in_words(marks: Sequence[Mark], accepted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which marks stand in lines of letters."""
    in_words = np.zeros(len(marks), bool)
    upright = [index for index, mark in enumerate(marks) if mark.height >= _BAR * mark.width]
    for line in order_in_lines([box_of(marks[index]) for index in upright]):
        members = [upright[index] for index in line]
        if len(members) >= _WORD and accepted[members].mean() <= _SHARE_OF_DIGITS:
            in_words[members] = True
    return in_words
