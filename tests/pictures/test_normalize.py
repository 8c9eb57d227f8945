import numpy as np
import pytest
from scipy import ndimage

from hdr_bench import load_dataset
from hdr_bench.pictures.normalize import BOX, to_mnist

_FACTOR = 6


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").train.images[::16]


def _box(image):
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return np.array([rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1])


def _enlarge(image):
    return np.kron(image / 255, np.ones((_FACTOR, _FACTOR)))


def test_a_digit_of_mnist_that_was_enlarged_comes_back_to_the_pixel(digits):
    # Where the box's narrow side is odd, its middle lies between two pixels, which an enlarged picture cannot show.
    even = [image for image in digits if (_box(image) % 2 == 0).all()]
    back = np.array([to_mnist(_enlarge(image)) for image in even])
    differences = np.abs(back.astype(int) - np.array(even)).max(axis=(1, 2))
    assert len(even) > 50
    assert np.mean(differences <= 4) > 0.95


def test_the_others_come_back_but_for_half_a_pixel(digits):
    odd = [image for image in digits if (_box(image) % 2 == 1).any()]
    shifted = [ndimage.shift(image.astype(float), shift, order=1) for image in odd for shift in ((0, 0.5), (0.5, 0))]
    back = np.array([to_mnist(_enlarge(image)) for image in odd], float)
    for image, of_it, two in zip(odd, back, np.reshape(shifted, (-1, 2, 28, 28)), strict=True):
        nearest = min(
            np.abs(of_it - np.roll(other, by, (0, 1))).mean() for other in two for by in ((0, 0), (0, -1), (-1, 0))
        )
        assert min(nearest, np.abs(of_it - image).mean()) < 4


@pytest.mark.parametrize("shape", [(7, 5), (20, 13), (90, 91), (300, 40), (33, 400)])
def test_the_box_is_20_long_and_the_center_of_mass_in_the_middle(shape):
    ink = np.random.default_rng(0).random(shape)
    image = to_mnist(np.pad(ink, ((3, 40), (9, 2))))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    longest = BOX if max(shape) >= 10 else BOX * max(shape) // 10
    assert _box(image).max() == longest
    center = ndimage.center_of_mass(image.astype(float))
    assert all(13.5 <= coordinate <= 14.5 for coordinate in center)


def test_faint_ink_becomes_as_dark_as_strong_ink():
    bar = np.zeros((60, 60))
    bar[5:55, 20:40] = 1
    assert np.array_equal(to_mnist(bar), to_mnist(0.3 * bar))


def test_nothing_becomes_an_empty_image():
    assert not to_mnist(np.zeros((40, 30))).any()


def test_an_ink_far_from_its_center_of_mass_is_cut_off_as_in_mnist():
    ink = np.zeros((100, 100))
    ink[0, 0] = 0.02
    ink[90:, 90:] = 1
    image = to_mnist(ink)
    assert image.shape == (28, 28)
    assert image.max() == 255
