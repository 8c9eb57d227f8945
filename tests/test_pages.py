"""Generated pages: the same again, ink where the truth says, and within the bounds of their level."""

import dataclasses

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from benchmarks.pictures.config import LEVELS, MODERATE
from benchmarks.pictures.geometry import bounds
from benchmarks.pictures.pages import DigitImages, draw_page, make_page, make_pages
from benchmarks.pictures.scene import sample_scene
from hdr_bench import load_dataset

CLEAN = dataclasses.replace(LEVELS["easy"], blur=(0, 0), noise=(0, 0), quality=(95, 95), light=(0, 0))


@pytest.fixture(scope="module")
def digits():
    part = load_dataset("mnist-5k").train
    return DigitImages(np.asarray(part.images), np.asarray(part.labels))


def darkness(page):
    grey = page.picture.mean(axis=2)
    return np.median(grey) - grey


def test_a_page_is_the_same_again_and_another_with_another_number_or_seed(digits):
    first, again = (make_page(MODERATE, 1, digits) for _ in range(2))
    assert np.array_equal(first.picture, again.picture)
    assert first.marks == again.marks
    for other in (make_page(MODERATE, 2, digits), make_page(MODERATE, 1, digits, seed=3)):
        assert other.picture.shape != first.picture.shape or not np.array_equal(other.picture, first.picture)


@pytest.mark.parametrize("level", LEVELS)
def test_the_pages_of_a_level_have_what_its_config_says(level, digits):
    config = LEVELS[level]
    for number in range(20):
        scene = sample_scene(config, number, digits.images, digits.labels, seed=16)
        n_lines = len({mark.line for mark in scene.marks})
        assert config.n_lines[0] <= n_lines <= config.n_lines[1]
        heights = [np.ptp(mark.flat_points[:, 1]) for mark in scene.marks]
        assert min(heights) >= config.height[0] - 1e-6
        assert max(heights) <= config.height[1] + 1e-6
        assert config.contrast[0] <= scene.contrast <= config.contrast[1]
        assert config.noise[0] <= scene.noise <= config.noise[1]
        assert config.blur[0] <= scene.blur <= config.blur[1]
        assert config.quality[0] <= scene.quality <= config.quality[1]
        assert config.light[0] <= scene.light <= config.light[1]
        assert scene.ruling == config.rulings[number % len(config.rulings)]


def test_moderate_is_what_the_report_says():
    assert MODERATE.height == (24, 80)
    assert max(map(abs, MODERATE.rotation)) == 8
    assert MODERATE.perspective == 0.05
    assert MODERATE.contrast[0] == 0.35
    assert MODERATE.noise[1] == 10
    assert MODERATE.blur[1] == 1.2
    assert MODERATE.quality[0] == 60
    assert MODERATE.touching == MODERATE.letters == 0
    assert [ruling != "plain" for ruling in MODERATE.rulings].count(True) * 2 == len(MODERATE.rulings)


def test_no_two_digits_of_a_moderate_page_touch(digits):
    for number in range(10):
        scene = sample_scene(MODERATE, number, digits.images, digits.labels, seed=16)
        boxes = [bounds(mark.flat_points) for mark in scene.marks]
        for mark, one, following, other in zip(scene.marks, boxes, scene.marks[1:], boxes[1:], strict=False):
            if mark.line == following.line:
                assert other[0] - one[2] >= 0.2 * (other[3] - other[1]) - 1e-6
        first_lines = [max(box[3] for box, mark in zip(boxes, scene.marks, strict=True) if mark.line == 0)]
        assert first_lines[0] < min(box[1] for box, mark in zip(boxes, scene.marks, strict=True) if mark.line == 1)


@pytest.mark.parametrize("changes", [{}, {"rotation": (20, 20), "perspective": 0.1}], ids=["upright", "tilted"])
def test_the_boxes_hold_the_ink_and_nothing_but_the_ink(changes, digits):
    page = make_page(dataclasses.replace(CLEAN, **changes), 0, digits)
    dark = darkness(page)
    ink = dark > 0.5 * dark.max()
    outside = ink.copy()
    for mark in page.marks:
        x, y, width, height = mark.box
        rows = slice(int(np.floor(y)) - 1, int(np.ceil(y + height)) + 1)
        columns = slice(int(np.floor(x)) - 1, int(np.ceil(x + width)) + 1)
        outside[rows, columns] = False
        inside = np.argwhere(ink[rows, columns])
        assert np.allclose(np.ptp(inside, axis=0) + 1, (height, width), atol=2.5)
    assert not outside.any()


def test_a_page_shows_the_digits_that_it_was_given(digits):
    """Of all images, the one that is most like a digit of the page is of its class, and like it."""
    page = make_page(dataclasses.replace(CLEAN, rotation=(0, 0)), 0, digits)
    dark = darkness(page)
    crops = [crop_ink(image) for image in digits.images]
    for mark in page.digits:
        x, y, width, height = (round(value) for value in mark.box)
        shown = bring_to_size(dark[y : y + height, x : x + width])
        likeness = [np.corrcoef(shown, crop)[0, 1] for crop in crops]
        assert max(likeness) > 0.75
        assert digits.labels[int(np.argmax(likeness))] == mark.digit


def crop_ink(image):
    rows, columns = ndimage.find_objects((image > 127).astype(int))[0]
    return bring_to_size(image[rows, columns])


def bring_to_size(image):
    return np.asarray(Image.fromarray(image.astype(np.float32)).resize((16, 16))).ravel()


def test_neighbours_touch_where_they_are_told_to(digits):
    config = dataclasses.replace(CLEAN, touching=1.0, n_lines=(1, 1), n_per_line=(4, 4))
    page = make_page(config, 0, digits)
    dark = darkness(page)
    pieces, _ = ndimage.label(dark > 0.4 * dark.max(), np.ones((3, 3)))
    sizes = np.bincount(pieces.ravel())[1:]
    assert (sizes > 30).sum() < len(page.digits)


def test_letters_are_marks_without_a_digit(digits):
    marks = [mark for page in make_pages("letters", 4, digits) for mark in page.marks]
    share = np.mean([mark.digit is None for mark in marks])
    assert 0.1 < share < 0.45


def test_half_of_the_pages_are_ruled_and_rules_are_seen(digits):
    config = dataclasses.replace(CLEAN, rulings=MODERATE.rulings, rule_contrast=(0.5, 0.5))
    for number in range(4):
        scene = sample_scene(config, number, digits.images, digits.labels, seed=16)
        bare = dataclasses.replace(scene, ruling="plain")
        differs = np.any(draw_page(scene).picture != draw_page(bare).picture)
        assert differs == (number % 2 == 1)


def test_the_same_page_in_another_size_has_the_same_marks_elsewhere(digits):
    scene = sample_scene(CLEAN, 0, digits.images, digits.labels, seed=16)
    small, large = (draw_page(scene.resize(longest)) for longest in (300, 900))
    assert max(small.picture.shape) == 300
    assert max(large.picture.shape) == 900
    for one, other in zip(small.marks, large.marks, strict=True):
        assert one.digit == other.digit
        assert np.allclose(3 * np.array(one.box), other.box, atol=4)


def test_a_page_in_the_middle_of_a_larger_picture(digits):
    scene = sample_scene(CLEAN, 0, digits.images, digits.labels, seed=16)
    width, height = scene.size
    page = draw_page(scene.frame(2 * width, 3 * height))
    assert page.picture.shape == (3 * height, 2 * width, 3)
    for one, other in zip(draw_page(scene).marks, page.marks, strict=True):
        x, y = one.box[:2]
        assert np.allclose(other.box[:2], (2 * x, 2 * y + height / 2), atol=3)
