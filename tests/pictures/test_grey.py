import numpy as np
import pytest

from hdr_bench.pictures.grey import to_grey


def _color(grey):
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


@pytest.mark.parametrize("lines", [["4"], ["123", "456"], ["1"]])
@pytest.mark.parametrize("side", [20, 60, 200])
def test_polarity_is_found(write_page, lines, side):
    page = _color(write_page(lines, side=side))
    dark, light = to_grey(page), to_grey(255 - page)
    assert not dark.was_light_on_dark
    assert light.was_light_on_dark
    assert np.abs(dark.values - light.values).max() < 1e-6


def test_a_digit_that_fills_the_picture_has_the_polarity_of_its_border(mnist_digits):
    image = np.kron(mnist_digits(0), np.ones((8, 8), np.uint8))
    assert to_grey(_color(image)).was_light_on_dark
    assert not to_grey(_color(255 - image)).was_light_on_dark


@pytest.mark.parametrize(("index", "name"), [(0, "red"), (1, "green"), (2, "blue")])
def test_colored_ink_is_seen_in_the_channel_with_most_contrast(write_page, index, name):
    page = _color(np.full_like(write_page(["27"]), 255))
    page[..., index] = write_page(["27"], paper=255, ink=120)
    grey = to_grey(page)
    assert grey.channel == name
    assert np.isclose(np.ptp(grey.values), np.ptp(page[..., index]) / 255, atol=0.01)


def test_black_ink_is_seen_in_the_luma(write_page):
    assert to_grey(_color(write_page(["27"]))).channel == "luma"


def test_an_empty_picture_is_taken_as_it_is():
    assert not to_grey(np.full((50, 80, 3), 255, np.uint8)).was_light_on_dark


@pytest.mark.parametrize("thickness", [40, 60])
def test_a_thick_stroke_around_a_hole_does_not_turn_the_polarity(thickness):
    rows, columns = np.mgrid[:300, :300]
    ring = np.abs(np.hypot((rows - 150) / 1.2, columns - 150) - 70) < thickness / 2
    page = _color(np.where(ring, 0, 255).astype(np.uint8))
    assert not to_grey(page).was_light_on_dark
    assert to_grey(255 - page).was_light_on_dark


def test_a_dark_canvas_in_a_light_window_is_dark():
    page = np.full((520, 480), 240, np.uint8)
    page[40:440, 40:440] = 0
    page[140:340, 220:245] = 255
    assert to_grey(_color(page)).was_light_on_dark


@pytest.mark.parametrize("shape", [(1, 500), (3000, 2), (1, 1)])
def test_a_strip_is_read(shape):
    assert to_grey(np.full((*shape, 3), 255, np.uint8)).values.shape == shape
