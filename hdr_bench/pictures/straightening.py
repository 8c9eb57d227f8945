"""Straightening of sloping lines: finding them, and cutting out their digits upright."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.answers import digit_shares, select_answers
from hdr_bench.pictures.layout import box_of, order_in_lines, page_slope
from hdr_bench.pictures.marks import Mark
from hdr_bench.pictures.recognize import Answers

# Smaller slopes, below some 2 degrees, are within the variation of one hand.
_LEAST_SLOPE = 0.035
# Minimum number of digits for a line to have its own slope.
_FEWEST = 4
Cut = Callable[[Sequence[Mark], Sequence[float]], NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Writing:
    """Marks as the recognizer sees them, in lines.

    Attributes
    ----------
    marks : tuple of Mark
    images : ndarray of shape (n_marks, 28, 28), uint8
    answers : Answers
    accepted : ndarray of shape (n_marks,), bool
        Which marks are digits.
    lines : tuple of tuple of int
        Indices of the digits, line by line.
    slopes : tuple of float
        Slope of each line, in rows per column, positive if it falls to the right.
    n_straightened : int
        Number of lines whose digits were rotated upright.
    """

    marks: tuple[Mark, ...]
    images: NDArray[np.uint8]
    answers: Answers
    accepted: NDArray[np.bool_]
    lines: tuple[tuple[int, ...], ...]
    slopes: tuple[float, ...]
    n_straightened: int = 0


def put_in_lines(
    marks: Sequence[Mark], images: NDArray[np.uint8], answers: Answers, accepted: NDArray[np.bool_]
) -> Writing:
    """Put the accepted marks in lines.

    Parameters
    ----------
    marks : sequence of Mark
    images : ndarray of shape (n_marks, 28, 28), uint8
    answers : Answers
    accepted : ndarray of shape (n_marks,), bool

    Returns
    -------
    writing : Writing
    """
    digits = np.flatnonzero(accepted).tolist()
    boxes = [box_of(marks[index]) for index in digits]
    slope = page_slope(boxes)
    lines = tuple(tuple(digits[index] for index in line) for line in order_in_lines(boxes, slope))
    slopes = tuple(_slope(marks, line, slope) for line in lines)
    return Writing(tuple(marks), images, answers, accepted, lines, slopes)


def straighten(writing: Writing, cut: Cut, recognize: Callable[[NDArray[np.uint8]], Answers]) -> Writing:
    """Rotate the digits of sloping lines upright if this makes the recognizer more confident in them.

    Digits are rotated on a crooked page, but often not in handwriting whose lines rise.

    Parameters
    ----------
    writing : Writing
    cut : callable
        Returns the images of marks, each rotated to correct a slope.
    recognize : callable

    Returns
    -------
    writing : Writing
    """
    images, answers = writing.images.copy(), writing.answers
    n_straightened = 0
    for line, slope in zip(writing.lines, writing.slopes, strict=True):
        if abs(slope) < _LEAST_SLOPE:
            continue
        members = list(line)
        upright = cut([writing.marks[index] for index in members], [slope] * len(members))
        found = recognize(upright)
        if _log_sureness(found) > _log_sureness(select_answers(answers, members)):
            images[members] = upright
            answers = _put(answers, members, found)
            n_straightened += 1
    return replace(writing, images=images, answers=answers, n_straightened=n_straightened)


def _slope(marks: Sequence[Mark], line: Sequence[int], page: float) -> float:
    if len(line) < _FEWEST:
        return page
    rows, columns = np.array([marks[index].middle for index in line]).T
    columns = columns - columns.mean()
    return float(columns @ (rows - rows.mean()) / max(columns @ columns, 1.0))


def _log_sureness(answers: Answers) -> float:
    return float(np.log(digit_shares(answers).max(axis=1)).mean())


def _put(answers: Answers, members: list[int], others: Answers) -> Answers:
    probabilities, scores, accepted = answers.probabilities.copy(), answers.scores.copy(), answers.accepted.copy()
    probabilities[members], scores[members], accepted[members] = others.probabilities, others.scores, others.accepted
    return Answers(probabilities, scores, accepted)


def degrees(slope: float) -> float:
    """Return a slope as an angle.

    Parameters
    ----------
    slope : float
        Rows per column.

    Returns
    -------
    angle : float
        In degrees.

    Examples
    --------
    >>> degrees(1.0)
    45.0
    """
    return math.degrees(math.atan(slope))
