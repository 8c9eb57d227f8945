import numpy as np
import pytest

from hdr_bench.pictures.cuts import cut_pieces
from hdr_bench.pictures.cutting import cut_marks
from hdr_bench.pictures.marks import Mark, find_marks, join_marks
from hdr_bench.pictures.recognize import Answers
from hdr_bench.pictures.segmentation import divide


def _mark(mnist_digits, digit, number=0, factor=3):
    return find_marks(np.kron(mnist_digits(digit, number), np.ones((factor, factor))) > 127)[0]


def _touch(first, second):
    """Two marks side by side, with a bridge between."""
    right = Mark(first.top, first.right - 1, second.mask)
    both = join_marks([first, right])
    mask = both.mask.copy()
    middle = both.height // 2
    row = mask[middle]
    ink = np.flatnonzero(row)
    left_end = ink[ink < first.width][-1]
    right_start = ink[ink >= first.width - 1][0]
    mask[middle - 2 : middle + 3, left_end : right_start + 1] = True
    return Mark(both.top, both.left, mask)


def _look(reader, shape):
    def look(marks):
        soft = np.zeros(shape, np.float32)
        images = []
        for mark in marks:
            soft[:] = 0
            soft[mark.top : mark.bottom, mark.left : mark.right] = mark.mask
            images.append(cut_marks([mark], soft)[0])
        return reader.recognize(np.array(images, np.uint8).reshape(-1, 28, 28))

    return look


def _read(division):
    order = np.argsort([mark.left for mark in division.marks])
    labels = division.answers.probabilities[:, :10].argmax(axis=1)
    return "".join(str(labels[index]) for index in order if division.answers.accepted[index])


def test_cut_pieces_have_all_the_ink_once(mnist_digits):
    mark = _touch(_mark(mnist_digits, 3), _mark(mnist_digits, 5))
    pieces = cut_pieces(mark)
    total = np.zeros(mark.mask.shape, int)
    for piece in pieces:
        rows = slice(piece.top - mark.top, piece.bottom - mark.top)
        total[rows, piece.left - mark.left : piece.right - mark.left] += piece.mask
    assert len(pieces) > 2
    assert np.array_equal(total, mark.mask.astype(int))


def test_what_is_narrow_is_not_cut():
    assert len(cut_pieces(Mark(0, 0, np.ones((60, 6), bool)))) == 1


@pytest.mark.parametrize("pair", ["35", "27", "60"])
def test_touching_digits_are_split(mnist_digits, reader, pair):
    mark = _touch(*(_mark(mnist_digits, int(digit)) for digit in pair))
    look = _look(reader, (100, 200))
    division = divide([mark], look([mark]), look)
    assert _read(division) == pair
    assert division.n_split == 2


def test_a_broken_digit_is_joined(mnist_digits, reader):
    five = _mark(mnist_digits, 5)
    mask = five.mask.copy()
    gap = five.height // 3
    mask[gap : gap + 3] = False
    pieces = [Mark(five.top + piece.top, five.left + piece.left, piece.mask) for piece in find_marks(mask)]
    assert len(pieces) > 1
    look = _look(reader, (100, 100))
    division = divide(pieces, look(pieces), look)
    assert _read(division) == "5"
    assert division.n_joined == 1


def test_digits_apart_stay_as_they_are(mnist_digits, reader):
    first, second = _mark(mnist_digits, 4), _mark(mnist_digits, 8)
    marks = [first, Mark(second.top, first.right + 40, second.mask)]
    look = _look(reader, (100, 200))
    division = divide(marks, look(marks), look)
    assert division.marks == tuple(marks)
    assert (division.n_joined, division.n_split) == (0, 0)


def test_no_marks_make_no_digits():
    empty = Answers(np.zeros((0, 10)), np.zeros(0), np.zeros(0, bool))
    division = divide([], empty, lambda _: empty)
    assert division.marks == ()


def test_a_mark_wider_than_digits_is_split_even_if_the_recognizer_is_sure_of_it(mnist_digits, reader):
    pair = _touch(_mark(mnist_digits, 3), _mark(mnist_digits, 8))
    wide = Mark(0, 0, pair.mask)
    assert wide.width > 1.35 * wide.height
    sure = Answers(np.eye(10)[[5]], np.array([20.0]), np.array([True]))
    division = divide([wide], sure, _look(reader, (100, 200)))
    assert _read(division) == "38"
