"""What every corruption keeps: shape, type, range, the images that came; and that its scale is one."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdr_bench.datasets import load_dataset
from hdr_bench.datasets.mnist_c import CORRUPTION_NAMES
from hdr_bench.exceptions import CorruptionError, UnknownNameError
from hdr_bench.robustness import CORRUPTIONS, corrupt, corruptions, step_of

STEPS = (1, 2, 3, 4, 5)
WITHOUT_CHANCE = {
    "scale",
    "brightness",
    "stripe",
    "canny_edges",
    "gaussian_blur",
    "contrast",
    "jpeg",
    "inversion",
}


@pytest.fixture(scope="module")
def digits():
    images = np.array(load_dataset("mnist-5k").test.images[::5])
    images.flags.writeable = False
    return images


def test_mnist_cs_fifteen_come_first_and_others_have_no_such_severity(digits):
    assert [name for name, entry in CORRUPTIONS.items() if entry.mnist_c] == list(CORRUPTION_NAMES[:-1])
    assert list(CORRUPTIONS)[15:] == [
        "gaussian_noise",
        "gaussian_blur",
        "contrast",
        "jpeg",
        "occlusion",
        "inversion",
    ]
    with pytest.raises(CorruptionError, match="jpeg is not part of MNIST-C.*choose a step from 1 to 5"):
        corrupt(digits, "jpeg", "mnist-c")
    assert (step_of("fog", "mnist-c"), step_of("fog", 2)) == (5, 2)
    np.testing.assert_array_equal(corrupt(digits, "shear", "mnist-c"), corrupt(digits, "shear", 2))


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_step_changes_the_images_more_than_the_one_before(name, digits):
    corrupted = [corrupt(digits, name, step) for step in STEPS]
    assert {(images.shape, images.dtype.name) for images in corrupted} == {(digits.shape, "uint8")}
    changes = [np.abs(images.astype(int) - digits).mean() for images in corrupted]
    assert changes[0] > 0
    assert changes == sorted(changes)
    assert len(set(changes)) == len(STEPS)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_first_images_are_corrupted_in_the_same_way_without_the_rest(name, digits, monkeypatch):
    few, corrupted = digits[:24], corrupt(digits[:24], name)
    np.testing.assert_array_equal(corrupt(few[:5], name), corrupted[:5])
    # An image's random numbers do not depend on what the images before it show.
    others = few.copy()
    others[:12] = 255 - others[:12]
    np.testing.assert_array_equal(corrupt(others, name)[12:], corrupted[12:])
    monkeypatch.setattr(corruptions, "_BLOCK_BYTES", 7 * 28 * 28 * 4)
    np.testing.assert_array_equal(corrupt(few, name), corrupted)
    assert np.array_equal(corrupt(few, name, seed=1), corrupted) == (name in WITHOUT_CHANCE)


def test_corruptions_and_steps_have_their_own_random_numbers(digits):
    same = np.repeat(digits[:1], 60, axis=0)
    moved = [corrupt(same, "translate", step)[:, :3].any(axis=(1, 2)) for step in (4, 5)]
    leaning = corrupt(same, "shear", 4)[:, :3, :14].any(axis=(1, 2))
    assert not np.array_equal(moved[0], moved[1])
    assert not np.array_equal(moved[0], leaning)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_floats_are_corrupted_as_bytes_are_and_not_rounded(name, digits):
    few = digits[:20]
    corrupted = corrupt(few, name, 4).astype(float)
    floats = corrupt(few / 255 * 4 - 2, name, 4, pixel_range=(-2, 2))
    assert floats.dtype == np.float64
    assert floats.min() >= -2
    assert floats.max() <= 2
    differences = np.abs((floats + 2) / 4 * 255 - corrupted)
    # At thresholds, the last digits of a float may decide.
    assert np.mean(differences <= 0.5001) > 0.999
    deeper = corrupt(few.astype(np.uint16) * 257, name, 4)
    assert deeper.dtype == np.uint16
    assert np.mean(np.abs(deeper / 257 - corrupted) <= 0.51) > 0.999


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_dark_ink_is_corrupted_as_light_ink_is(name, digits):
    few = digits[:20]
    dark = corrupt(255 - few, name, 3, polarity="dark-on-light")
    assert np.mean(np.abs(255.0 - dark - corrupt(few, name, 3)) <= 1) > 0.999


def test_bytes_of_another_range_need_it():
    digits = load_dataset("digits-8x8").test.images[:50]
    corrupted = corrupt(digits, "inversion", 5, pixel_range=(0, 16))
    np.testing.assert_array_equal(corrupted, 16 - digits)
    assert corrupt(digits, "brightness", 5).max() > 16


@settings(max_examples=60)
@given(
    name=st.sampled_from(list(CORRUPTIONS)),
    step=st.sampled_from(STEPS),
    shape=st.tuples(st.integers(0, 3), st.integers(8, 40), st.integers(8, 40)),
    dtype=st.sampled_from(["uint8", "uint16", "int32", "float32", "float64"]),
    seed=st.integers(0, 2**70),
)
def test_images_of_any_size_and_type_stay_in_their_range(name, step, shape, dtype, seed):
    images = (np.random.default_rng(0).random(shape) * 90 + 10).astype(dtype)
    before = images.copy()
    corrupted = corrupt(images, name, step, seed=seed, pixel_range=(5, 130))
    assert (corrupted.shape, corrupted.dtype) == (images.shape, images.dtype)
    assert np.isfinite(corrupted).all()
    assert ((corrupted >= 5) & (corrupted <= 130)).all()
    np.testing.assert_array_equal(images, before)


def test_what_does_not_exist_is_refused(digits):
    with pytest.raises(UnknownNameError, match=r"unknown corruption 'fogg'\. Did you mean 'fog'\? Choose from: shot"):
        corrupt(digits, "fogg")
    with pytest.raises(UnknownNameError, match="unknown polarity 'dark'"):
        corrupt(digits, "fog", polarity="dark")
    for severity in (0, 6, 2.5, "3", True, None, "mnist", [1, 2], np.array([1, 2])):
        with pytest.raises(CorruptionError, match="severity must be a step from 1 to 5, or 'mnist-c', got"):
            corrupt(digits, "fog", severity)
    for seed in (-1, 1.0, True, "1"):
        with pytest.raises(CorruptionError, match="seed must be a whole number of at least 0, got"):
            corrupt(digits, "fog", seed=seed)


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.zeros((2, 784), np.uint8), {}, r"at least 8x8 pixels, got \(2, 784\)"),
        (np.zeros((2, 7, 28), np.uint8), {}, r"at least 8x8 pixels, got \(2, 7, 28\)"),
        (np.zeros((2, 28, 28), np.bool_), {}, "images must have a numeric type, got bool"),
        (np.full((2, 28, 28), "1"), {}, "images must have a numeric type, got <U1"),
        (np.full((2, 28, 28), np.nan), {"pixel_range": (0, 1)}, "finite, got NaN"),
        (np.zeros((2, 28, 28)), {}, r"type float64 need pixel_range, e\.g\. \(0, 1\)"),
        (np.zeros((2, 28, 28), np.int64), {}, "type int64 need pixel_range"),
        (np.zeros((2, 28, 28)), {"pixel_range": (1, 0)}, r"the lower one first, got \(1, 0\)"),
        (np.zeros((2, 28, 28)), {"pixel_range": (0, np.inf)}, "two finite numbers"),
        (np.zeros((2, 28, 28)), {"pixel_range": (0, 1, 2)}, r"two finite numbers, .* got \(0, 1, 2\)"),
        (np.zeros((2, 28, 28)), {"pixel_range": ("dark", "light")}, "two finite numbers"),
        (np.ma.masked_less(np.zeros((2, 28, 28), np.uint8), 1), {}, "got a masked array; fill it first"),
        ([[0, 1]], {"pixel_range": (0, 1)}, r"must have shape \(n, height, width\), .* got \(1, 2\)"),
        (np.full((2, 28, 28), 300.0), {"pixel_range": (0, 255)}, "from 300 to 300, outside pixel_range 0 to 255"),
    ],
)
def test_images_that_cannot_be_corrupted_are_refused(images, options, message):
    with pytest.raises(CorruptionError, match=message):
        corrupt(images, "fog", **options)


def test_the_table_is_read_without_the_libraries_that_compute():
    script = (
        "import sys; from hdr_bench.robustness import CORRUPTIONS, CORRUPTIONS_VERSION, corrupt, step_of; "
        "print(len(CORRUPTIONS), *sorted({'torch', 'scipy', 'skimage', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["21"]
