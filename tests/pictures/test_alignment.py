"""Which mark is which digit: certain, or left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.pictures.alignment import Answer, align_answers


def answers(text):
    """Digits as they were read; ``x`` for a mark that was taken for no digit."""
    return [Answer(None, True) if each == "x" else Answer(int(each), False) for each in text]


@pytest.mark.parametrize(
    ("truth", "read", "expected"),
    [
        ("123", "123", {0: 0, 1: 1, 2: 2}),
        ("123", "777", {0: 0, 1: 1, 2: 2}),
        # The mark that was taken for no digit is one.
        ("123", "1x3", {0: 0, 1: 1, 2: 2}),
        # It is none: there are enough others.
        ("123", "1x23", {0: 0, 2: 1, 3: 2}),
        ("1234", "1x23x4", {0: 0, 2: 1, 3: 2, 5: 3}),
        # The 2 or the 3 was not found: the 7 may be either.
        ("1234", "174", {0: 0, 2: 3}),
        ("1234", "134", {0: 0, 1: 2, 2: 3}),
        ("12345", "1977745", {0: 0, 5: 3, 6: 4}),
        ("", "12", {}),
        ("12", "", {}),
        ("", "", {}),
    ],
)
def test_marks_and_digits(truth, read, expected):
    assert align_answers(truth, answers(read)) == expected


@given(st.text("0123456789", max_size=12), st.text("0123456789x", max_size=12))
def test_no_mark_and_no_digit_is_taken_twice_and_the_order_is_kept(truth, read):
    aligned = align_answers(truth, answers(read))
    assert list(aligned) == sorted(aligned)
    assert list(aligned.values()) == sorted(set(aligned.values()))
    assert all(0 <= mark < len(read) and 0 <= digit < len(truth) for mark, digit in aligned.items())


@given(st.text("0123456789", min_size=1, max_size=12), st.data())
def test_wrong_answers_do_not_move_labels(truth, data):
    read = "".join(data.draw(st.sampled_from("0123456789")) for _ in truth)
    assert align_answers(truth, answers(read)) == {number: number for number in range(len(truth))}
