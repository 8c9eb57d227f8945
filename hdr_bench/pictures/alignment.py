"""Matching of a reading's marks with the true digits, by their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Answer:
    """Answer for a mark.

    Attributes
    ----------
    digit : int or None
        None if the reading has no digit for it.
    rejected : bool
        Whether it was rejected as not a digit.
    """

    digit: int | None
    rejected: bool


def align_answers(truth: str, answers: Sequence[Answer]) -> dict[int, int]:
    """Match the marks that certainly correspond to a particular true digit.

    If there are as many marks as digits, they are matched one by one, whatever the marks were read as. Otherwise, the
    marks that were read correctly, in order, divide the reading into stretches. A stretch with as many marks as digits
    is matched one by one; any other is left out, since it is unclear which marks belong to which digits. Rejected marks
    are counted or not, whichever makes the numbers agree.

    Parameters
    ----------
    truth : str
        Digits in reading order.
    answers : sequence of Answer
        Marks in reading order.

    Returns
    -------
    aligned : dict of int to int
        Index of the mark and index of its digit.

    Examples
    --------
    >>> align_answers("123", [Answer(1, False), Answer(7, False), Answer(3, False)])
    {0: 0, 1: 1, 2: 2}
    >>> align_answers("1234", [Answer(1, False), Answer(7, False), Answer(4, False)])
    {0: 0, 2: 3}
    """
    aligned: dict[int, int] = {}
    if _take_in_order(range(len(answers)), range(len(truth)), answers, aligned):
        return aligned
    for marks, digits in _stretches(truth, answers, aligned):
        _take_in_order(marks, digits, answers, aligned)
    return dict(sorted(aligned.items()))


def _take_in_order(marks: range, digits: range, answers: Sequence[Answer], aligned: dict[int, int]) -> bool:
    """Match marks and digits one by one if there are equally many, and return whether there are."""
    accepted = [mark for mark in marks if not answers[mark].rejected]
    for candidates in (accepted, list(marks)):
        if len(candidates) == len(digits):
            aligned.update(zip(candidates, digits, strict=True))
            return True
    return False


def _stretches(truth: str, answers: Sequence[Answer], aligned: dict[int, int]) -> Iterator[tuple[range, range]]:
    """Record the marks that were read correctly, in order, and yield the marks and digits between them."""
    # Rejected marks are not certain answers: they belong to a stretch.
    read = "".join("?" if each.rejected or each.digit is None else str(each.digit) for each in answers)
    mark = digit = 0
    for block in SequenceMatcher(None, read, truth, autojunk=False).get_matching_blocks():
        yield range(mark, block.a), range(digit, block.b)
        aligned.update(zip(range(block.a, block.a + block.size), range(block.b, block.b + block.size), strict=True))
        mark, digit = block.a + block.size, block.b + block.size
