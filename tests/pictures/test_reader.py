import sys
from difflib import SequenceMatcher

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hdr_bench import load_dataset
from hdr_bench.estimators import make_estimator
from hdr_bench.exceptions import MissingDependencyError
from hdr_bench.pictures import draw_steps, read_picture

_LINES = ("31415", "92653", "58979")


@pytest.fixture(scope="module")
def page(write_page):
    return write_page(_LINES)


def test_a_page_is_read_in_lines(page, reader):
    reading = read_picture(page, reader)
    assert reading.lines == _LINES
    digits = [digit for digit in reading.digits if not digit.rejected]
    assert "".join(str(digit.digit) for digit in digits) == "".join(_LINES)
    assert [digit.line for digit in digits] == [0] * 5 + [1] * 5 + [2] * 5
    assert reading.size == (page.shape[1], page.shape[0])


def test_boxes_hold_the_ink_in_pixels_of_the_picture(page, reader):
    for scale in (1, 3):
        large = np.kron(page, np.ones((scale, scale), np.uint8))
        for digit in read_picture(large, reader).digits:
            left, top, width, height = digit.box
            inside = large[top : top + height, left : left + width]
            assert inside.min() < 100
            assert 0 <= left < left + width <= large.shape[1]
            assert 30 * scale < height < 70 * scale


def test_each_digit_says_how_sure_it_is_and_what_else_it_may_be(page, reader):
    for digit in read_picture(page, reader).digits:
        assert 0 <= digit.second.probability <= digit.probability <= 1
        assert digit.second.digit != digit.likeliest
        assert digit.image.shape == (28, 28)
        assert digit.image.dtype == np.uint8


@pytest.mark.parametrize("angle", [-8, 6])
def test_a_page_askew_is_read(page, reader, angle):
    turned = np.asarray(
        Image.fromarray(page).rotate(angle, fillcolor=235, expand=True, resample=Image.Resampling.BICUBIC)
    )
    reading = read_picture(turned, reader)
    assert reading.lines == _LINES
    assert np.degrees(np.arctan(reading.slope)) == pytest.approx(-angle, abs=3)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_or_upside_down_is_turned(page, reader, quarters):
    reading = read_picture(np.rot90(page, quarters), reader)
    assert reading.lines == _LINES
    assert reading.quarter_turns == (4 - quarters) % 4
    assert reading.size == (page.shape[1], page.shape[0])


@pytest.mark.parametrize(("quarters", "line"), [(0, "9999"), (1, "425"), (2, "42357"), (3, "347")])
def test_a_page_of_few_digits_is_turned_too(write_page, reader, quarters, line):
    page = write_page([line])
    reading = read_picture(np.rot90(page, quarters), reader)
    assert reading.lines == (line,)
    assert reading.quarter_turns == (4 - quarters) % 4


@pytest.mark.parametrize("digit", [2, 3])
def test_a_dark_canvas_in_a_light_window_is_read(mnist_digits, reader, digit):
    window = Image.new("L", (480, 520), 240)
    window.paste(0, (40, 40, 440, 440))
    window.paste(Image.fromarray(mnist_digits(digit)).resize((280, 280), Image.Resampling.BICUBIC), (100, 100))
    draw = ImageDraw.Draw(window)
    draw.text((12, 8), "Draw a digit", fill=0)
    draw.rectangle((40, 460, 160, 500), fill=225, outline=150)
    assert read_picture(np.asarray(window), reader).lines == (str(digit),)


def test_light_ink_on_dark_is_read_alike(page, reader):
    assert read_picture(255 - page, reader).lines == _LINES


@pytest.mark.parametrize("side", [64, 200, 900])
def test_one_digit_is_read_whatever_the_size(mnist_digits, reader, side):
    digit = Image.fromarray(255 - mnist_digits(4)).resize((side, side), Image.Resampling.BICUBIC)
    assert read_picture(np.asarray(digit), reader).lines == ("4",)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_page_has_no_lines(reader, level):
    reading = read_picture(np.full((300, 400), level, np.uint8), reader)
    assert reading.lines == ()
    assert reading.digits == ()


def test_noise_has_no_digits(reader):
    noise = np.random.default_rng(0).normal(200, 6, (150, 200)).clip(0, 255).astype(np.uint8)
    assert read_picture(noise, reader).lines == ()


def test_bars_are_rejected_and_not_in_lines(page, reader):
    marked = page.copy()
    marked[55:61, 120:170] = 40
    marked[30:90, 120:180] = np.where(marked[30:90, 120:180] < 235, 235, 235)
    marked[57:63, 122:172] = 40
    reading = read_picture(marked, reader)
    assert reading.lines == ("3415", *_LINES[1:])
    rejected = [digit for digit in reading.digits if digit.rejected]
    assert [(digit.digit, digit.line) for digit in rejected] == [(None, 0)]


def test_specks_are_passed_over(page, reader):
    rng = np.random.default_rng(1)
    specked = page.copy()
    for row, column in rng.integers(0, np.array(page.shape) - 4, (40, 2)):
        specked[row : row + 3, column : column + 3] = 40
    assert read_picture(specked, reader).lines == _LINES


def test_any_fitted_estimator_can_read(page):
    train = load_dataset("mnist-5k").train
    model = make_estimator("knn").fit(train.X[::4], train.y[::4])
    read = "".join(read_picture(page, model).lines)
    matches = SequenceMatcher(None, read, "".join(_LINES), autojunk=False).get_matching_blocks()
    assert sum(match.size for match in matches) >= 11


def test_the_same_picture_gives_the_same_reading(page, reader):
    first, second = read_picture(page, reader), read_picture(page, reader)
    assert [digit.probability for digit in first.digits] == [digit.probability for digit in second.digits]
    assert first.notes == second.notes


def test_each_stage_is_drawn(page, reader):
    steps = draw_steps(read_picture(page, reader))
    assert [step.name for step in steps] == [
        "upright",
        "grey",
        "light",
        "ink",
        "ruling",
        "specks",
        "division",
        "lines",
        "images",
        "reading",
    ]
    for step in steps:
        assert step.image.dtype == np.uint8
        assert step.title.endswith(".")
    ink = steps[3].image
    assert (ink < 128).mean() == pytest.approx((page < 137).mean(), abs=0.03)


def test_the_stages_show_what_surrounds_the_digits_as_removed(write_page, reader):
    digits = write_page(["314"])
    reading = read_picture(np.pad(np.pad(digits, 12, constant_values=40), 20, constant_values=235), reader)
    assert reading.lines == ("314",)
    (specks,) = (step.image for step in draw_steps(reading) if step.name == "specks")
    row, column = (round(length * reading.page.scale) for length in (26 + digits.shape[0] // 2, 26))
    assert reading.page.ruling.mask[row, column]
    assert specks[row, column].tolist() == [190, 190, 190]


def test_without_scikit_image_the_error_says_what_to_install(page, reader, monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'hdr-bench\[pictures\]'"):
        read_picture(page, reader)
