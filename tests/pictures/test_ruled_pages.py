"""Ruled lines taken off: what is left is the ink of the same page without them."""

import dataclasses

import numpy as np
import pytest

from benchmarks.pictures.config import MODERATE
from benchmarks.pictures.pages import DigitImages
from benchmarks.pictures.rendering import render_scene
from benchmarks.pictures.scene import sample_scene
from hdr_bench import load_dataset
from hdr_bench.pictures.binarize import binarize
from hdr_bench.pictures.grey import to_grey
from hdr_bench.pictures.light import even_light
from hdr_bench.pictures.ruling import remove_ruling
from hdr_bench.pictures.straight_lines import find_lines
from hdr_bench.pictures.thin_ink import ThinInk, run_lengths

# Rules of such pages are seen through the noise.
RULED = dataclasses.replace(
    MODERATE,
    n_lines=(3, 3),
    n_per_line=(5, 5),
    height=(70, 80),
    contrast=(0.7, 0.9),
    rule_contrast=(0.5, 0.6),
    noise=(0, 4),
)


@pytest.fixture(scope="module")
def digits():
    part = load_dataset("mnist-5k").train
    return DigitImages(np.asarray(part.images), np.asarray(part.labels))


def ink_of(scene):
    return binarize(even_light(to_grey(render_scene(scene)).values)).mask


@pytest.mark.parametrize("ruling", ["lines", "squares"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_without_its_rules_a_turned_page_is_the_plain_page(ruling, number, digits):
    scene = sample_scene(dataclasses.replace(RULED, rulings=(ruling,)), number, digits.images, digits.labels, seed=5)
    ruled, plain = ink_of(scene), ink_of(dataclasses.replace(scene, ruling="plain"))
    cleaned = remove_ruling(ruled).mask
    assert np.sum(cleaned & ~plain) < 0.1 * np.sum(ruled & ~plain)
    assert np.sum(plain & ~cleaned) < 0.05 * plain.sum()


@pytest.mark.parametrize("number", range(4))
def test_digits_on_plain_paper_lose_nothing(number, digits):
    scene = sample_scene(dataclasses.replace(RULED, rulings=("plain",)), number, digits.images, digits.labels, seed=5)
    ruling = remove_ruling(ink_of(scene))
    assert not ruling.lines.any()


def draw(*boxes, shape=(300, 400)):
    mask = np.zeros(shape, bool)
    for top, bottom, left, right in boxes:
        mask[top:bottom, left:right] = True
    return mask


def test_ones_in_a_column_and_dashes_in_a_row_are_no_line():
    ones = [(top, top + 40, 200, 203) for top in range(10, 290, 70)]
    dashes = [(150, 153, left, left + 40) for left in range(10, 390, 75)]
    assert not remove_ruling(draw(*ones)).lines.any()
    assert not remove_ruling(draw(*dashes)).lines.any()


def test_a_frame_is_taken_off_and_what_stands_in_it_stays():
    digit = draw((100, 200, 180, 195))
    frame = draw((5, 8, 0, 400), (292, 295, 0, 400), (0, 300, 5, 8), (0, 300, 392, 395))
    assert np.array_equal(remove_ruling(frame | digit).mask, digit)


def test_a_dotted_line_is_a_line():
    dots = draw(*((150, 152, left, left + 3) for left in range(0, 400, 6)))
    assert not remove_ruling(dots).mask.any()


def test_a_stroke_that_crosses_a_line_is_whole_again():
    stroke = draw((100, 200, 180, 190))
    line = draw((150, 153, 0, 400))
    assert np.array_equal(remove_ruling(stroke | line).mask & stroke, stroke)
    assert np.sum(remove_ruling(stroke | line).mask & ~stroke) <= 12


def test_a_line_tells_its_course_and_thickness():
    columns = np.arange(400)
    mask = np.zeros((300, 400), bool)
    for offset in range(4):
        mask[np.rint(100 + 0.1 * columns).astype(int) + offset, columns] = True
    line, *_ = find_lines(ThinInk(run_lengths(mask), 5))
    assert line.thickness == 4
    assert line.slope == pytest.approx(0.1, abs=0.005)
    assert np.allclose(line.rows, 101.5 + 0.1 * columns, atol=1)
    assert line.length >= 390


def test_no_ink_and_all_ink_have_no_lines():
    assert not remove_ruling(np.zeros((50, 60), bool)).lines.any()
    assert not remove_ruling(np.ones((50, 60), bool)).lines.any()
