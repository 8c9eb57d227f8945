"""What a reading got right: by boxes where these are known, by the order of the digits otherwise."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.pictures.pages import TrueMark
from benchmarks.pictures.reading import Box, ReadMark

# Two boxes are of one mark if they share so much of their union. A 1 is narrow: a pixel more on each side of it, and a
# foot that is missing, leave about this much.
_SAME = 0.3
# A mark is a part of a digit, or a digit of a mark, if so much of its box lies within.
_WITHIN = 0.6


class Fate(StrEnum):
    """What became of a digit."""

    RIGHT = "right"
    MISREAD = "misread"
    REJECTED = "rejected"
    MERGED = "merged"
    SPLIT = "split"
    MISSED = "missed"


@dataclass(frozen=True)
class Score:
    """Counts of a picture, or of several.

    Attributes
    ----------
    n_digits : int
        Digits that are there.
    right, misread : int
        Found and accepted, and read as what they are, or as something else.
    missed : int
        Not found, or rejected.
    invented : int
        Accepted marks that are no digit.
    """

    n_digits: int = 0
    right: int = 0
    misread: int = 0
    missed: int = 0
    invented: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.n_digits + other.n_digits,
            self.right + other.right,
            self.misread + other.misread,
            self.missed + other.missed,
            self.invented + other.invented,
        )

    @property
    def found(self) -> int:
        """Digits that were found and accepted, whatever they were read as."""
        return self.right + self.misread


@dataclass(frozen=True)
class Match:
    """What became of the digits of a page, and which marks of the reading are none of them.

    Attributes
    ----------
    fates : tuple of Fate
        Per digit of the truth.
    marks : tuple of int or None
        Per digit of the truth: position of the mark that was matched with it.
    invented : tuple of int
        Positions of accepted marks that were matched with no digit.
    """

    fates: tuple[Fate, ...]
    marks: tuple[int | None, ...]
    invented: tuple[int, ...]

    @property
    def score(self) -> Score:
        """Its counts."""
        counts = Counter(self.fates)
        right, misread = counts[Fate.RIGHT], counts[Fate.MISREAD]
        return Score(len(self.fates), right, misread, len(self.fates) - right - misread, len(self.invented))


def match_boxes(truth: Sequence[TrueMark], marks: Sequence[ReadMark]) -> Match:
    """Match the digits of a page with the marks of a reading, each with at most one, by the overlap of their boxes.

    Among all ways to match boxes that share at least 0.3 of their union, the one with the largest sum of these shares.

    Parameters
    ----------
    truth : sequence of TrueMark
        The page's digits; other marks of it are left out.
    marks : sequence of ReadMark
        Of the reading, rejected ones too.

    Returns
    -------
    match : Match
    """
    overlaps = np.array([[_overlap(digit.box, mark.box) for mark in marks] for digit in truth])
    overlaps = overlaps.reshape(len(truth), len(marks))
    rows, columns = linear_sum_assignment(np.where(overlaps >= _SAME, overlaps, 0), maximize=True)
    matched = {
        int(row): int(column) for row, column in zip(rows, columns, strict=True) if overlaps[row, column] >= _SAME
    }
    fates = tuple(
        _fate_of_match(digit, marks[matched[number]]) if number in matched else _fate_of_miss(digit, truth, marks)
        for number, digit in enumerate(truth)
    )
    taken = set(matched.values())
    invented = tuple(number for number, mark in enumerate(marks) if number not in taken and not mark.rejected)
    return Match(fates, tuple(matched.get(number) for number in range(len(truth))), invented)


def _fate_of_match(digit: TrueMark, mark: ReadMark) -> Fate:
    if mark.rejected:
        return Fate.REJECTED
    return Fate.RIGHT if mark.digit == digit.digit else Fate.MISREAD


def _fate_of_miss(digit: TrueMark, truth: Sequence[TrueMark], marks: Sequence[ReadMark]) -> Fate:
    """Return why a digit was matched with no mark: one covers it and another digit too, several share it, or none."""
    for mark in marks:
        held = sum(_share_within(other.box, mark.box) >= _WITHIN for other in truth)
        if held > 1 and _share_within(digit.box, mark.box) >= _WITHIN:
            return Fate.MERGED
    parts = sum(_share_within(mark.box, digit.box) >= _WITHIN for mark in marks)
    return Fate.SPLIT if parts > 1 else Fate.MISSED


def _intersection(one: Box, other: Box) -> float:
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)


def _overlap(one: Box, other: Box) -> float:
    shared = _intersection(one, other)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def _share_within(inner: Box, outer: Box) -> float:
    return _intersection(inner, outer) / (inner[2] * inner[3])


def score_lines(truth: Sequence[str], lines: Sequence[str]) -> Score:
    """Compare digits in reading order, by the fewest substitutions, insertions and deletions.

    Where several ways need as few, the one with most digits right counts. Which line a digit is in does not matter, but
    the order of the lines does.

    Parameters
    ----------
    truth, lines : sequence of str
        Digits by line, as they are and as they were read.

    Returns
    -------
    score : Score

    Examples
    --------
    >>> score_lines(["123", "45"], ["173", "455"])
    Score(n_digits=5, right=4, misread=1, missed=0, invented=1)
    """
    true, read = "".join(truth), "".join(lines)
    # Of each pair of beginnings: edits, then rights to be made many, then what they are.
    row = [(number, 0, Score(0, 0, 0, 0, number)) for number in range(len(read) + 1)]
    for n_true, digit in enumerate(true, start=1):
        above, row = row, [(n_true, 0, Score(n_true, 0, 0, n_true, 0))]
        for column, answer in enumerate(read, start=1):
            is_right = digit == answer
            edits, rights, score = above[column - 1]
            kept = (edits + (not is_right), rights - is_right, score + Score(1, int(is_right), int(not is_right)))
            edits, rights, score = above[column]
            missed = (edits + 1, rights, score + Score(1, missed=1))
            edits, rights, score = row[column - 1]
            invented = (edits + 1, rights, score + Score(invented=1))
            row.append(min(kept, missed, invented, key=lambda way: way[:2]))
    return row[-1][2]


def score_scattered(truth: Sequence[str], lines: Sequence[str]) -> Score:
    """Compare digits that have no order: what is there and was not read, and what was read and is not there, pair up.

    Parameters
    ----------
    truth, lines : sequence of str
        Digits by line, as they are and as they were read.

    Returns
    -------
    score : Score

    Examples
    --------
    >>> score_scattered(["17", "7"], ["7", "91"])
    Score(n_digits=3, right=2, misread=1, missed=0, invented=0)
    """
    true, read = Counter("".join(truth)), Counter("".join(lines))
    right = (true & read).total()
    left, extra = true.total() - right, read.total() - right
    misread = min(left, extra)
    return Score(true.total(), right, misread, left - misread, extra - misread)
