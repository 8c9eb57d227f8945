import numpy as np
import pytest

from hdr_bench.estimators import BoxCropper


def _crop(images, size, **params):
    images = np.asarray(images, dtype=np.float32)
    cropper = BoxCropper(size, image_shape=images.shape[1:], **params)
    return cropper.fit_transform(images.reshape(len(images), -1)).reshape(len(images), *size)


def test_the_box_around_the_ink_comes_to_the_middle_wherever_it_was():
    digit = np.arange(1, 7).reshape(3, 2)
    images = np.zeros((3, 9, 9))
    images[0, :3, :2] = images[1, 6:, 7:] = images[2, 4:7, 3:5] = digit
    expected = np.zeros((5, 5))
    expected[1:4, 1:3] = digit
    for cropped in _crop(images, (5, 5)):
        np.testing.assert_array_equal(cropped, expected)


def test_a_digit_in_a_box_of_its_size_loses_no_ink():
    rng = np.random.default_rng(0)
    images = np.zeros((50, 28, 28))
    for image in images:
        height, width = rng.integers(1, 21, size=2)
        top, left = rng.integers(0, 29 - height), rng.integers(0, 29 - width)
        image[top : top + height, left : left + width] = rng.integers(1, 256, size=(height, width))
    np.testing.assert_array_equal(_crop(images, (20, 20)).sum(axis=(1, 2)), images.sum(axis=(1, 2)))


def test_a_larger_box_is_cut_to_its_middle_and_an_image_without_ink_stays_empty():
    images = np.zeros((2, 1, 7))
    images[0, 0] = [0, 1, 2, 3, 4, 5, 0]
    np.testing.assert_array_equal(_crop(images, (1, 2)), [[[2, 3]], [[0, 0]]])


def test_the_border_beyond_the_image_is_background():
    images = np.full((1, 6, 6), 255.0)
    images[0, 0, 0] = 7
    expected = np.full((3, 3), 255.0)
    expected[1, 1] = 7
    np.testing.assert_array_equal(_crop(images, (3, 3), background=255.0)[0], expected)
    # Learned from the borders.
    np.testing.assert_array_equal(_crop(images, (3, 3))[0], expected)


def test_a_size_without_pixels_is_refused():
    with pytest.raises(ValueError, match=r"size: height and width must be integers of at least 1, got \(0, 2\)"):
        BoxCropper((0, 2)).fit(np.zeros((1, 9)))
