"""The whole way from a picture to its digits, on pages of moderate difficulty: plain, ruled and squared paper."""

import pytest

from benchmarks.pictures.config import MODERATE
from benchmarks.pictures.pages import load_test_digits, make_page
from benchmarks.pictures.scoring import Score, match_boxes
from hdr_bench.pictures.reader import read_picture

# One of each ruling: the numbers were taken before any of them was read.
NUMBERS = (0, 1, 2, 3)


@pytest.mark.full_mnist
def test_digits_of_moderate_pages_are_found_and_right(real_data_home):
    digits = load_test_digits()
    total = Score()
    for number in NUMBERS:
        page = make_page(MODERATE, number, digits)
        total += match_boxes(page.digits, read_picture(page.picture).digits).score
    assert total.n_digits > 60
    assert total.right >= 0.95 * total.n_digits
    assert total.invented <= 0.05 * total.n_digits
