import numpy as np
import pytest

from hdr_bench.pictures.layout import Box, order_in_lines, page_slope


def _grid(n_lines, n_digits, slope=0.0, height=40.0, curve=0.0):
    return [
        Box(100 * line + slope * 60 * place + curve * (60 * place) ** 2, 60.0 * place, height, 25.0)
        for line in range(n_lines)
        for place in range(n_digits)
    ]


@pytest.mark.parametrize("slope", [-0.3, -0.1, 0.0, 0.05, 0.2, 0.35])
def test_lines_are_found_however_they_slope(slope):
    boxes = _grid(3, 8, slope)
    order = np.random.default_rng(0).permutation(len(boxes))
    lines = order_in_lines([boxes[index] for index in order], page_slope([boxes[index] for index in order]))
    assert [[int(order[index]) for index in line] for line in lines] == [
        list(range(8 * k, 8 * k + 8)) for k in range(3)
    ]


def test_a_line_may_bend():
    boxes = _grid(2, 10, slope=0.1, curve=-0.0003)
    assert order_in_lines(boxes, page_slope(boxes)) == (tuple(range(10)), tuple(range(10, 20)))


def test_a_gap_does_not_end_a_line():
    boxes = [Box(0, 0, 40, 25), Box(3, 60, 40, 25), Box(1, 600, 40, 25)]
    assert order_in_lines(boxes) == ((0, 1, 2),)


def test_low_and_high_digits_of_one_line_stay_together():
    boxes = [Box(0, 0, 60, 30), Box(25, 50, 30, 20), Box(5, 90, 60, 10)]
    assert order_in_lines(boxes) == ((0, 1, 2),)


def test_few_or_scattered_marks_have_no_slope():
    assert page_slope(_grid(1, 2, 0.2)) == 0
    scattered = [Box(float(y), float(x), 30, 20) for y, x in [(0, 0), (12, 50), (0, 100), (14, 150), (0, 200)]]
    assert page_slope(scattered) == 0
    assert order_in_lines([]) == ()
