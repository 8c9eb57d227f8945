import numpy as np

from hdr_bench.pictures.marks import Mark, find_marks, is_bar, join_marks, typical_height


def _mask():
    mask = np.zeros((60, 100), bool)
    mask[10:40, 10:15] = True
    mask[10:40, 50:70] = True
    mask[2, 2] = True
    return mask


def test_marks_are_the_connected_pieces_without_single_pixels():
    marks = find_marks(_mask())
    assert [(mark.top, mark.left, mark.height, mark.width, mark.area) for mark in marks] == [
        (10, 10, 30, 5, 150),
        (10, 50, 30, 20, 600),
    ]
    assert (marks[0].bottom, marks[0].right, marks[0].middle) == (40, 15, (25.0, 12.5))


def test_pieces_that_touch_at_a_corner_are_one():
    mask = np.kron(np.eye(2, dtype=bool), np.ones((5, 5), bool))
    assert len(find_marks(mask)) == 1


def test_joined_marks_have_the_ink_of_all():
    joined = join_marks(find_marks(_mask()))
    assert (joined.top, joined.left, joined.height, joined.width, joined.area) == (10, 10, 30, 60, 750)


def test_the_typical_height_is_that_of_digits_not_of_specks_and_frames():
    digits = [Mark(0, 60 * place, np.ones((50, 30), bool)) for place in range(8)]
    specks = [Mark(0, 5 * place, np.ones((3, 3), bool)) for place in range(60)]
    frame = [Mark(0, 0, np.ones((800, 900), bool))]
    assert typical_height([*digits, *specks, *frame], (1000, 1000)) == 50
    assert typical_height([], (10, 10)) == 0
    assert typical_height(frame, (1000, 1000)) == 900


def test_bars_are_much_wider_than_high():
    assert is_bar(Mark(0, 0, np.ones((5, 40), bool)))
    assert not is_bar(Mark(0, 0, np.ones((30, 40), bool)))
