"""What each corruption does, seen in its images."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage, stats
from skimage.feature import canny

from hdr_bench.datasets import load_dataset
from hdr_bench.robustness import CORRUPTIONS, corrupt
from hdr_bench.robustness.edges import find_edges
from hdr_bench.robustness.fog import _landscapes
from hdr_bench.robustness.glass import _shuffle
from hdr_bench.robustness.noise import _poisson


@pytest.fixture(scope="module")
def digits():
    return np.array(load_dataset("mnist-5k").test.images[::10])


def _ink(images):
    return images.astype(float).sum(axis=(1, 2))


def _box(images):
    """Return height and width of what is lit in any of the images."""
    return tuple(np.ptp(np.flatnonzero(images.any(axis=(0, axis)))) + 1 for axis in (2, 1))


def test_shot_noise_counts_photons(digits):
    noisy = corrupt(digits, "shot_noise", 5)
    assert set(np.unique(noisy)) == {0, 85, 170, 255}
    assert not noisy[digits == 0].any()
    rates = np.repeat([0.5, 3, 60], 20_000)
    counts = _poisson(np.random.default_rng(0).random(60_000), rates).reshape(3, -1)
    np.testing.assert_allclose(counts.mean(axis=1), [0.5, 3, 60], rtol=0.03)
    np.testing.assert_allclose(counts.var(axis=1), [0.5, 3, 60], rtol=0.05)
    chances = np.random.default_rng(1).random(500)
    np.testing.assert_array_equal(_poisson(chances, np.full(500, 7.5)), stats.poisson.ppf(chances, 7.5))


def test_impulse_noise_is_half_white_and_half_black():
    grey = np.full((50, 28, 28), 100, np.uint8)
    noisy = corrupt(grey, "impulse_noise", 5)
    shares = [np.mean(noisy == value) for value in (0, 100, 255)]
    np.testing.assert_allclose(shares, [0.135, 0.73, 0.135], atol=0.01)


def test_gaussian_noise_has_its_deviation():
    noisy = corrupt(np.full((50, 28, 28), 127, np.uint8), "gaussian_noise", 1)
    assert noisy.std() == pytest.approx(0.08 * 255, rel=0.03)
    assert noisy.mean() == pytest.approx(127, abs=0.5)


def test_the_pixels_of_glass_blur_change_places():
    pixels = np.arange(28 * 28, dtype=np.float32)[:, None].repeat(3, axis=1)
    shuffled = pixels.copy()
    _shuffle(shuffled, (28, 28), np.random.default_rng(0), 2, 1)
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), pixels)
    assert 0.4 < np.mean(shuffled != pixels) < 0.8
    assert not np.array_equal(shuffled[:, 0], shuffled[:, 1])


def test_glass_blur_keeps_the_ink_and_spreads_it_along_the_columns(digits):
    blurred = corrupt(digits, "glass_blur", 1)
    np.testing.assert_allclose(_ink(blurred), _ink(digits), rtol=0.02)
    dot = np.zeros((200, 28, 28), np.uint8)
    dot[:, 14, 14] = 255
    rows, columns = (corrupt(dot, "glass_blur", 1).sum(axis=(0, axis)) for axis in (2, 1))
    places = np.arange(28)
    spreads = [np.average((places - np.average(places, weights=each)) ** 2, weights=each) for each in (rows, columns)]
    # Twice the blur's variance, 0.7 ** 2 each.
    assert spreads[0] - spreads[1] > 0.5


def test_motion_blur_smears_to_the_left_along_any_line_up_to_45_degrees():
    dot = np.zeros((100, 28, 28), np.uint8)
    dot[:, 14, 20] = 255
    blurred = corrupt(dot, "motion_blur", 1)
    rows, columns = np.nonzero(blurred.sum(axis=0))
    assert columns.max() == 20
    assert columns.min() < 14
    assert rows.min() < 14 < rows.max()
    assert (np.abs(rows - 14) <= 20 - columns).all()
    np.testing.assert_allclose(_ink(blurred), 255, rtol=0.05)


def test_geometry_moves_the_ink(digits):
    scaled, digit = corrupt(digits, "scale", 5), digits.any(axis=0)[None]
    np.testing.assert_allclose(_box(scaled), np.array(_box(digit)) / 2, atol=1.5)
    one = digits[:1].repeat(40, axis=0)
    moved = {image.tobytes() for image in corrupt(one, "translate", 3)}
    assert moved == {
        ndimage.shift(digits[0], (rows, columns), order=0).tobytes() for rows in (-3, 3) for columns in (-3, 3)
    }
    turned = corrupt(one, "rotate", 2)
    assert len({image.tobytes() for image in turned}) == 2
    for sign in (-1, 1):
        expected = ndimage.rotate(digits[0].astype(float), np.rad2deg(sign * 0.4), reshape=False, order=1)
        assert np.abs(turned - expected).max(axis=(1, 2)).min() <= 1


def test_shear_leans_an_upright_line_to_either_side():
    line = np.zeros((30, 28, 28), np.uint8)
    line[:, 4:24, 13:15] = 255
    places = np.arange(28)
    leanings = set()
    for image in corrupt(line, "shear", 2):
        middle = (image @ places)[[8, 19]] / image[[8, 19]].sum(axis=1)
        leanings.add(round(float(middle[1] - middle[0]) / 11, 1))
    assert leanings == {-0.4, 0.4}


def test_light_and_stripes(digits):
    np.testing.assert_array_equal(corrupt(digits, "inversion", 5), 255 - digits)
    wide = np.minimum(digits.astype(int) + 127.5, 255)
    assert np.abs(corrupt(digits, "brightness", 5) - wide).max() <= 0.5
    striped = corrupt(digits, "stripe", "mnist-c")
    np.testing.assert_array_equal(striped[:, :, 7:21], digits[:, :, 7:21])
    np.testing.assert_array_equal(striped[:, :, :7], 255 - digits[:, :, :7])
    np.testing.assert_array_equal(striped[:, :, 21:], 255 - digits[:, :, 21:])
    faint = corrupt(digits, "contrast", 3)
    np.testing.assert_allclose(faint.mean(axis=(1, 2)), digits.mean(axis=(1, 2)), atol=0.5)
    np.testing.assert_allclose(np.ptp(faint, axis=(1, 2)), 0.2 * np.ptp(digits, axis=(1, 2)), atol=1.1)


def test_fog_is_a_smooth_landscape_from_0_to_1(digits):
    landscapes = _landscapes(300, np.random.default_rng(0), 1.4)
    assert landscapes.min() >= 0
    assert landscapes.max() <= 1
    # Of whole landscapes of 256x256 values, made by the same rule: 0.48, 0.20 and 0.0082.
    assert landscapes.mean() == pytest.approx(0.49, abs=0.04)
    assert landscapes.std() == pytest.approx(0.2, abs=0.02)
    assert np.abs(np.diff(landscapes, axis=1)).mean() == pytest.approx(0.0082, rel=0.05)
    foggy = corrupt(digits, "fog", 5)
    assert foggy[digits == 0].mean() > 60
    assert foggy[digits > 200].mean() > foggy[digits == 0].mean() + 30


def test_spatter_leaves_mud_and_nothing_else(digits):
    spattered = corrupt(digits, "spatter", "mnist-c")
    changed = spattered != digits
    assert 0.05 < changed.mean() < 0.4
    assert np.abs(spattered[changed].astype(int) - 63).max() <= 0.2 * (255 - 63)
    _, n_drops = ndimage.label(changed[0])
    assert n_drops < 20


def test_dotted_lines_have_ink_in_every_other_two_columns_and_zigzags_in_all():
    blank = np.zeros((20, 28, 28), np.uint8)
    dotted = corrupt(blank, "dotted_line", "mnist-c").any(axis=1)
    assert (dotted == ((np.arange(28) // 2) % 2 == 1)).all()
    zigzags = corrupt(blank, "zigzag", "mnist-c")
    assert zigzags.any(axis=1)[:, 4:23].mean() > 0.9
    assert not zigzags[:, :, :1].any()
    rows = zigzags.argmax(axis=1)[:, 4:23].astype(int)
    turns = np.sign(np.diff(rows, axis=1))
    assert (np.diff(np.sign(turns[turns != 0])) != 0).sum() > 20
    ink = [_ink(corrupt(blank, name, step)).mean() for name in ("dotted_line", "zigzag") for step in (1, 5)]
    assert ink[1] > 3 * ink[0] > 0
    assert ink[3] > 3 * ink[2] > 0


def test_edges_are_those_of_scikit_image(digits):
    edges = find_edges(digits / 255)
    expected = np.stack([canny(image / 255) for image in digits])
    assert np.mean(edges == expected) > 0.9999
    np.testing.assert_array_equal(corrupt(digits, "canny_edges", "mnist-c"), edges * np.uint8(255))


def test_edges_do_not_go_on_in_the_next_image():
    faint, clear = np.zeros((2, 28, 28))
    faint[10:18, 10:18], clear[10:18, 10:18] = 0.07, 1
    alone = find_edges(faint[None])
    np.testing.assert_array_equal(find_edges(np.stack([faint, clear]))[:1], alone)
    assert not alone.any()


def test_occlusion_hides_a_square_anywhere():
    white = np.full((60, 28, 28), 255, np.uint8)
    hidden = corrupt(white, "occlusion", 3) != 255
    assert set(hidden.sum(axis=(1, 2))) == {64}
    assert {_box(image[None]) for image in hidden} == {(8, 8)}
    assert len({image.tobytes() for image in hidden}) > 40


def test_jpeg_is_pillows(digits):
    file = io.BytesIO()
    Image.fromarray(digits[3]).save(file, "JPEG", quality=7)
    np.testing.assert_array_equal(corrupt(digits[:4], "jpeg", 5)[3], np.asarray(Image.open(file)))


def test_gaussian_blur_grows_with_the_image(digits):
    large = digits.repeat(2, axis=1).repeat(2, axis=2)
    blurred = corrupt(large, "gaussian_blur", 4)
    halved = blurred.reshape(len(digits), 28, 2, 28, 2).mean(axis=(2, 4))
    assert np.abs(halved - corrupt(digits, "gaussian_blur", 4)).max() < 4


def test_every_row_says_where_it_comes_from():
    for name, entry in CORRUPTIONS.items():
        assert entry.title
        assert entry.description
        assert entry.origin
        assert entry.cites or name == "inversion"
        assert {len(values) for values in entry.parameters.values()} == {5}
