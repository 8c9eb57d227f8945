import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hdr_bench import load_dataset
from hdr_bench.datasets.polarity import (
    PolarityCounts,
    count_polarities,
    image_polarities,
    invert,
    to_polarity,
)

KINDS = {
    "0 to 255": lambda images: images,
    "0 to 1": lambda images: images / images.max(),
    "-0.5 to 0.5": lambda images: (images / images.max() - 0.5).astype(np.float32),
    "offset": lambda images: images + np.float32(100),
    "16 bit": lambda images: images.astype(np.uint16) * 200,
    "yes or no": lambda images: images > images.max() / 2,
}


@pytest.mark.parametrize("name", ["mnist-5k", "digits-8x8"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_image_of_the_carried_data_sets_is_mistaken(name, kind):
    images = KINDS[kind](load_dataset(name).train.images)
    assert count_polarities(images) == PolarityCounts(len(images), 0, 0)
    inverted = invert(images, images.min(), images.max())
    assert inverted.dtype == images.dtype
    assert count_polarities(inverted) == PolarityCounts(0, len(images), 0)
    assert count_polarities(images).polarity == "light-on-dark"
    assert count_polarities(inverted).polarity == "dark-on-light"


@given(arrays(np.uint8, st.tuples(st.integers(0, 5), st.integers(1, 6), st.integers(1, 6))))
def test_an_inverted_image_has_the_other_polarity(images):
    inverted = invert(images, 0, 255)
    np.testing.assert_array_equal(inverted, 255 - images)
    np.testing.assert_array_equal(image_polarities(inverted), -image_polarities(images))


def test_blank_images_have_none_and_noise_on_them_is_no_ink():
    digits = load_dataset("mnist-5k").train.images[:50]
    noise = np.random.default_rng(0).integers(225, 256, (20, 28, 28)).astype(np.uint8)
    assert count_polarities(np.concatenate([digits, noise])) == PolarityCounts(50, 0, 20)
    assert count_polarities(np.full((3, 4, 4), 255, np.uint8)).polarity is None
    assert count_polarities(np.zeros((0, 4, 4), np.uint8)).polarity is None


def test_mixed_images_are_brought_to_one_polarity():
    images = load_dataset("mnist-5k").train.images[:200]
    mixed = images.copy()
    mixed[::4] = 255 - mixed[::4]
    mixed[1] = 7
    counts = count_polarities(mixed)
    assert counts == PolarityCounts(149, 50, 1)
    assert counts.is_mixed
    brought, n_inverted = to_polarity(mixed, "light-on-dark", 0, 255)
    assert n_inverted == 50
    np.testing.assert_array_equal(brought[[0, *range(2, 200)]], images[[0, *range(2, 200)]])
    assert (brought[1] == 7).all()
    dark, n_inverted = to_polarity(mixed, "dark-on-light", 0, 255)
    assert n_inverted == 150
    np.testing.assert_array_equal(dark[2:], 255 - images[2:])
    assert not PolarityCounts(1000, 10).is_mixed
    assert to_polarity(images, "light-on-dark", 0, 255)[0] is images


def test_images_without_a_ground_cannot_be_brought_to_a_polarity():
    with pytest.raises(ValueError, match="the polarity of most images is unclear"):
        to_polarity(np.full((3, 4, 4), 255, np.uint8), "light-on-dark", 0, 255)
