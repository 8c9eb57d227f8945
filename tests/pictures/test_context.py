import numpy as np
import pytest

from hdr_bench.pictures.context import MOST_MARKS, accept_in_context, drop_specks, drop_surround, on_paper
from hdr_bench.pictures.marks import Mark
from hdr_bench.pictures.recognize import Answers


def _mark(left, top=100, height=40, width=25):
    return Mark(top, left, np.ones((height, width), bool))


def _answers(digits, accepted=None):
    probabilities = np.full((len(digits), 10), 0.01)
    probabilities[np.arange(len(digits)), digits] = 0.91
    kept = np.ones(len(digits), bool) if accepted is None else np.array(accepted, bool)
    return Answers(probabilities, np.ones(len(digits)), kept)


@pytest.fixture
def paper():
    return np.full((400, 1000), 0.8, np.float32)


def test_specks_are_dropped_and_a_digit_far_larger_than_the_small_print_stays():
    print_ = [_mark(60 * place) for place in range(5)]
    speck, digit = _mark(900, height=3, width=3), _mark(0, 0, 390, 300)
    assert drop_specks([*print_, speck, digit], 40.0) == (*print_, digit)


def test_a_single_large_digit_is_kept():
    digit = _mark(10, 10, 380, 200)
    assert drop_specks([digit], 40.0) == (digit,)


def test_of_very_many_marks_the_largest_are_looked_at():
    marks = [_mark(0, height=6 + place % 50, width=5) for place in range(2 * MOST_MARKS)]
    kept = drop_specks(marks, 6.0)
    assert len(kept) == MOST_MARKS
    assert min(mark.height for mark in kept) == 31


def test_a_brace_is_refused_and_not_the_digits_beside_it(paper):
    brace = _mark(40, 60, 240, 40)
    lines = [_mark(100 + 50 * place, top) for top in (80, 220) for place in range(3)]
    assert accept_in_context([brace, *lines], _answers([9, 4, 5, 6, 4, 5, 6]), paper).tolist() == [False, *[True] * 6]


def test_a_circle_around_a_digit_is_refused(paper):
    circle, digit = _mark(80, 80, 80, 80), _mark(105)
    assert accept_in_context([circle, digit], _answers([0, 4]), paper).tolist() == [False, True]


def test_a_stroke_on_the_border_of_the_picture_is_refused_unless_it_fills_the_picture(paper):
    edge, digit = _mark(0, height=60, width=3), _mark(300)
    assert accept_in_context([edge, digit], _answers([1, 4]), paper).tolist() == [False, True]
    assert accept_in_context([_mark(0, 10, 380, 60)], _answers([1]), paper).all()


def test_bars_are_refused(paper):
    marks = [_mark(100), _mark(200, 118, 6, 40)]
    assert accept_in_context(marks, _answers([4, 7]), paper).tolist() == [True, False]


def test_strokes_much_lower_than_the_digits_beside_them_are_refused(paper):
    marks = [_mark(100), _mark(200), _mark(300, 115, 12, 3), _mark(400, height=38, width=6)]
    assert accept_in_context(marks, _answers([4, 8, 1, 1]), paper).tolist() == [True, True, False, True]


def test_what_looks_like_a_digit_in_a_word_is_refused_but_not_in_an_equation(paper):
    word = [_mark(100 + 50 * place) for place in range(5)]
    accepted = [True, False, False, False, False]
    assert not accept_in_context(word, _answers([6, 4, 4, 4, 4], accepted), paper).any()
    minus = _mark(360, 118, 6, 30)
    equation = accept_in_context([*word, minus], _answers([6, 4, 4, 4, 4, 7], [*accepted, False]), paper)
    assert equation.tolist() == [True, *[False] * 5]


def test_the_edge_of_a_sheet_is_no_stroke():
    light = np.full((400, 1000), 0.8, np.float32)
    light[:, :500] = 0.4
    assert on_paper([_mark(495, width=10), _mark(700), _mark(200)], light).tolist() == [False, True, True]


def test_a_digit_across_the_edge_of_a_shadow_is_kept_and_a_stroke_there_is_not():
    light = np.full((400, 1000), 0.8, np.float32)
    light[:, 500:] = 0.5
    marks = [_mark(490), _mark(490, top=200, width=20), _mark(100)]
    assert accept_in_context(marks, _answers([8, 1, 3]), light).tolist() == [True, False, True]


def test_a_mark_at_the_edge_of_the_picture_is_on_paper(paper):
    assert on_paper([_mark(300, 0), Mark(0, 0, np.ones(paper.shape, bool))], paper).all()


def test_a_frame_around_digits_goes():
    frame = np.ones((400, 1000), bool)
    frame[8:-8, 8:-8] = False
    digits = [_mark(300), _mark(400)]
    assert drop_surround([Mark(0, 0, frame), *digits], frame.shape) == tuple(digits)
    inset = Mark(20, 30, frame[:360, :900].copy())
    inset.mask[-8:], inset.mask[:, -8:] = True, True
    assert drop_surround([inset, *digits], frame.shape) == tuple(digits)


def test_a_window_around_a_canvas_at_its_border_goes():
    window = np.ones((400, 1000), bool)
    window[40:, 20:-20] = False
    digit = _mark(300)
    assert drop_surround([digit, Mark(0, 0, window)], window.shape) == (digit,)


def test_what_is_left_of_a_digit_that_fills_the_picture_stays():
    four = np.zeros((380, 960), bool)
    four[:200, :30] = four[180:200] = True
    pieces = [Mark(10, 10, four), _mark(500, top=20, height=150, width=30)]
    assert drop_surround(pieces, (400, 1000)) == tuple(pieces)
    zero = Mark(0, 0, np.ones((400, 1000), bool))
    speck = _mark(300, height=5, width=5)
    assert drop_surround([zero, speck], (400, 1000)) == (zero, speck)


def test_the_stems_of_a_long_word_are_no_ones(paper):
    word = [_mark(60 + 50 * place) for place in range(14)]
    accepted = [place % 3 == 0 for place in range(14)]
    digits = [1 if is_stem else 4 for is_stem in accepted]
    assert not accept_in_context(word, _answers(digits, accepted), paper).any()
