import numpy as np
import pytest
from scipy import ndimage

from hdr_bench.pictures.marks import find_marks
from hdr_bench.pictures.ruling import remove_ruling


def _rule(mask, kind, spacing=70, thickness=3, slope=0.0):
    rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]]
    across = (rows - slope * columns) % spacing < thickness
    down = (columns + slope * rows) % spacing < thickness
    if kind == "dotted":
        across &= columns % 8 < 5
    return mask | across | (down if kind == "squares" else False)


@pytest.fixture
def digits(write_page):
    return write_page(["27183", "14142", "57721"], side=56, gap=34) < 130


@pytest.mark.parametrize("kind", ["lines", "squares", "dotted"])
@pytest.mark.parametrize("slope", [0.0, 0.05])
def test_lines_go_and_digits_stay(digits, kind, slope):
    ruled = _rule(digits, kind, slope=slope)
    ruling = remove_ruling(ruled)
    added = ruled & ~digits
    assert (ruling.mask & added).sum() < 0.12 * added.sum()
    assert (ruling.mask & digits).sum() > 0.9 * digits.sum()
    assert not (ruling.mask & ruling.lines & ~ruled).any()


def test_a_stroke_that_a_line_crosses_stays_whole():
    mask = np.zeros((400, 900), bool)
    for column in range(100, 900, 100):
        mask[160:240, column : column + 8] = True
    ruled = _rule(mask, "lines", spacing=200, thickness=3)
    marks = [mark for mark in find_marks(remove_ruling(ruled).mask) if mark.height > 40]
    assert len(marks) == 8
    assert all(mark.height >= 78 for mark in marks)


def test_nothing_is_taken_from_plain_paper(digits):
    ruling = remove_ruling(digits)
    assert np.array_equal(ruling.mask, digits)
    assert not ruling.lines.any()


def test_a_frame_around_the_picture_goes():
    mask = np.zeros((300, 400), bool)
    mask[2:5], mask[-5:-2] = True, True
    mask[:, 2:5], mask[:, -5:-2] = True, True
    digit = np.zeros_like(mask)
    digit[100:200, 180:192] = True
    digit = ndimage.binary_dilation(digit, iterations=3)
    ruling = remove_ruling(mask | digit)
    assert np.array_equal(ruling.mask & digit, digit)
    assert (ruling.mask & mask).sum() < 0.1 * mask.sum()


@pytest.mark.parametrize("share", [0.65, 0.92])
def test_a_thin_digit_alone_is_no_ruling(share):
    side = 600
    away, end = round((1 - share) / 2 * side), round((1 + share) / 2 * side)
    mask = np.zeros((side, side), bool)
    mask[away : away + 4, away:end] = True
    # The stem of a 7.
    for row in range(away, end):
        column = round(end - 0.3 * (row - away))
        mask[row, column - 4 : column] = True
    ruling = remove_ruling(mask)
    assert np.array_equal(ruling.mask, mask)


@pytest.mark.parametrize("has_boxes", [False, True])
def test_a_row_of_ones_in_a_low_picture_stays(has_boxes):
    boxes, ones = np.zeros((110, 900), bool), np.zeros((110, 900), bool)
    for left in range(20, 800, 140):
        ones[10:100, left + 55 : left + 61] = True
        if has_boxes:
            boxes[2:108, left : left + 110] = True
            boxes[5:105, left + 3 : left + 107] = False
    ruling = remove_ruling(boxes | ones)
    assert np.array_equal(ruling.mask & ones, ones)


def test_an_empty_page_has_no_lines():
    assert not remove_ruling(np.zeros((50, 50), bool)).lines.any()


def test_one_row_of_thin_digits_stays_on_squares_that_are_narrower():
    mask = np.zeros((400, 1200), bool)
    for column in range(100, 1100, 100):
        mask[150:246, column + 20 : column + 26] = mask[150:156, column : column + 60] = True
        mask[195:201, column + 20 : column + 60] = True
    ruling = remove_ruling(_rule(mask, "squares", spacing=36, thickness=2, slope=0.03))
    assert (ruling.mask & mask).sum() > 0.9 * mask.sum()


@pytest.mark.parametrize("width", [123, 110])
def test_the_sides_of_boxes_go_with_their_edges_and_a_stroke_in_a_box_stays(width):
    boxes, stroke = np.zeros((520, 900), bool), np.zeros((520, 900), bool)
    for left in range(60, 700, 120):
        box = (slice(70, 190), slice(left, left + width))
        boxes[box] |= True
        boxes[73:187, left + 3 : left + width - 3] = False
        stroke[90:165, left + 50 : left + 56] = True
    ruling = remove_ruling(boxes | stroke)
    assert (ruling.mask & stroke).sum() > 0.95 * stroke.sum()
    assert (ruling.mask & boxes).sum() < 0.05 * boxes.sum()
