"""Pages that lie on their side or upside down."""

import numpy as np
import pytest

from hdr_bench.pictures.marks import Mark
from hdr_bench.pictures.orientation import find_turn
from hdr_bench.pictures.recognize import Answers


class _Reader:
    """Sees digits, all 5, only if their ink is at the top."""

    def recognize(self, images):
        is_upright = images[:, :14].sum(axis=(1, 2)) > images[:, 14:].sum(axis=(1, 2))
        is_upright &= images[:, 10:18, :].sum(axis=(1, 2)) == 0
        probabilities = np.zeros((len(images), 10))
        probabilities[:, 5] = 1
        return Answers(probabilities, np.where(is_upright, 10.0, -10.0), is_upright)


def _turned_digits(n, quarters):
    image = np.zeros((28, 28), np.uint8)
    image[2:8, 4:24] = 255
    return np.rot90(np.repeat(image[np.newaxis], n, axis=0), -quarters, (1, 2))


def _find_turn(images, marks=None):
    """Find the turn of marks that lie in a column unless they are given."""
    column = [Mark(50 * number, 10, np.ones((30, 20), bool)) for number in range(len(images))]
    return find_turn(marks or column, images, _Reader().recognize(images), _Reader())


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_turned_if_far_more_digits_are_seen_then(quarters):
    assert _find_turn(_turned_digits(12, quarters)) == quarters


@pytest.mark.parametrize(("quarters", "n_marks"), [(1, 2), (3, 2), (2, 3)])
def test_few_marks_turn_no_page(quarters, n_marks):
    images = _turned_digits(n_marks, quarters)
    assert _find_turn(images) == 0
    assert _find_turn(np.concatenate([images, images])) == quarters


@pytest.mark.parametrize("n_others", [20, 50])
def test_a_page_is_turned_only_if_its_digits_are_a_share_of_its_marks(n_others):
    others = np.full((n_others, 28, 28), 255, np.uint8)
    assert _find_turn(np.concatenate([_turned_digits(10, 2), others])) == (2 if n_others == 20 else 0)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_line_of_marks_is_not_on_its_side_whatever_they_look_like(quarters):
    line = [Mark(10 + number % 2, 40 * number, np.ones((30, 20), bool)) for number in range(12)]
    assert _find_turn(_turned_digits(12, quarters), line) == (2 if quarters == 2 else 0)
