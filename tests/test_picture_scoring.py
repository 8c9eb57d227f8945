"""The score of a reading, on cases made by hand."""

from dataclasses import dataclass

import numpy as np
import pytest

from benchmarks.pictures.intervals import invented_share, mean_right, right_share, share_of_digits
from benchmarks.pictures.pages import TrueMark
from benchmarks.pictures.scoring import Fate, Score, match_boxes, score_lines, score_scattered


@dataclass(frozen=True)
class Mark:
    digit: int | None
    box: tuple[float, float, float, float]
    rejected: bool = False


TRUTH = (TrueMark(1, 0, (10, 10, 6, 40)), TrueMark(2, 0, (30, 10, 25, 40)), TrueMark(3, 0, (70, 10, 25, 40)))


def fates(*marks):
    return match_boxes(TRUTH, marks)


def test_a_right_a_misread_and_a_missed_digit():
    match = fates(Mark(1, (9, 9, 8, 42)), Mark(7, (30, 12, 24, 40)))
    assert match.fates == (Fate.RIGHT, Fate.MISREAD, Fate.MISSED)
    assert match.marks == (0, 1, None)
    assert match.score == Score(n_digits=3, right=1, misread=1, missed=1, invented=0)
    assert match.score.found == 2


def test_a_mark_elsewhere_is_invented_unless_it_was_rejected():
    match = fates(Mark(4, (200, 10, 20, 40)), Mark(None, (300, 10, 20, 40), rejected=True))
    assert match.invented == (0,)
    assert match.score.invented == 1


def test_a_rejected_digit_is_missed_and_said_to_be_rejected():
    match = fates(Mark(None, TRUTH[2].box, rejected=True))
    assert match.fates[2] == Fate.REJECTED
    assert match.score.missed == 3


def test_two_digits_in_one_mark_are_merged():
    match = fates(Mark(8, (28, 8, 70, 44)), Mark(1, TRUTH[0].box))
    assert match.fates.count(Fate.MERGED) >= 1
    assert match.score.right == 1


def test_a_digit_in_pieces_is_split():
    match = fates(Mark(1, TRUTH[0].box), Mark(0, (30, 10, 25, 10)), Mark(1, (30, 24, 25, 9)), Mark(7, (30, 37, 25, 10)))
    assert match.fates[1] == Fate.SPLIT
    assert match.score.invented == 3


def test_the_better_of_two_marks_is_matched_and_the_other_invented():
    match = fates(Mark(3, (30, 10, 25, 20)), Mark(2, (30, 10, 25, 38)))
    assert match.fates[1] == Fate.RIGHT
    assert match.marks[1] == 1
    assert match.invented == (0,)


def test_an_empty_page_and_an_empty_reading():
    assert match_boxes((), ()).score == Score()
    assert match_boxes((), (Mark(1, (0, 0, 5, 5)),)).score == Score(invented=1)
    assert match_boxes(TRUTH, ()).fates == (Fate.MISSED,) * 3


@pytest.mark.parametrize(
    ("truth", "read", "expected"),
    [
        (["123"], ["123"], Score(3, 3)),
        (["123"], [], Score(3, missed=3)),
        ([], ["12"], Score(invented=2)),
        (["123"], ["13"], Score(3, 2, missed=1)),
        (["123"], ["1423"], Score(3, 3, invented=1)),
        (["123"], ["173"], Score(3, 2, misread=1)),
        (["12", "34"], ["1234"], Score(4, 4)),
        (["12", "34"], ["34", "12"], Score(4, 2, missed=2, invented=2)),
        # Both need two edits: the way that keeps the 2 counts.
        (["12"], ["23"], Score(2, 1, missed=1, invented=1)),
    ],
)
def test_digits_in_order(truth, read, expected):
    score = score_lines(truth, read)
    assert score == expected
    assert score.right + score.misread + score.missed == score.n_digits
    assert score.right + score.misread + score.invented == sum(map(len, read))


@pytest.mark.parametrize(
    ("truth", "read", "expected"),
    [
        (["17", "7"], ["7", "71"], Score(3, 3)),
        (["17", "7"], ["1"], Score(3, 1, missed=2)),
        (["1"], ["2", "3"], Score(1, misread=1, invented=1)),
    ],
)
def test_digits_without_order(truth, read, expected):
    assert score_scattered(truth, read) == expected


def test_scores_add_up():
    assert sum([Score(3, 2, 1), Score(2, 1, 0, 1, 4)], Score()) == Score(5, 3, 1, 1, 4)


def test_shares_and_their_intervals():
    scores = [Score(10, 10), Score(10, 4, missed=6, invented=1), Score()]
    share = right_share(scores)
    assert share.value == 0.7
    # One picture of two decides: the interval reaches from the one's share to the other's.
    assert share.low <= 0.4
    assert share.high == 1
    assert invented_share(scores).value == 0.05
    assert mean_right(scores) == 0.7


def test_all_right_is_not_certain():
    share = right_share([Score(10, 10)] * 5)
    assert share.value == share.high == 1
    assert 0.9 < share.low < 0.95


def test_without_digits_there_is_no_share():
    assert np.isnan(right_share([Score()]).value)
    assert str(share_of_digits([], [])) == "–"
    assert np.isnan(mean_right([Score()]))
