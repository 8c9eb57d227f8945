import numpy as np
import pytest

from hdr_bench.pictures.pixel_blocks import block_side, smooth_blocks
from hdr_bench.pictures.reader import read_picture


def _enlarge(image, side):
    places = (np.arange(side) * len(image) // side,) * 2
    return np.repeat(image[np.ix_(*places)][..., np.newaxis], 3, axis=2)


@pytest.mark.parametrize("side", [280, 369, 140])
@pytest.mark.parametrize("digit", [0, 4, 7])
def test_an_image_whose_pixels_were_repeated_is_read(mnist_digits, side, digit):
    picture = _enlarge(mnist_digits(digit), side)
    assert block_side(picture) == round(side / 28)
    assert read_picture(picture).lines == (str(digit),)


def test_blocks_are_interpolated_and_other_pictures_stay(write_page):
    small = np.zeros((10, 10), np.uint8)
    small[1:9:2, 1:9:2] = 250
    smooth = smooth_blocks(_enlarge(small, 80))
    assert np.abs(np.diff(smooth[..., 0].astype(int), axis=1)).max() <= 32
    page = np.repeat(write_page(["123"])[..., np.newaxis], 3, axis=2)
    assert block_side(page) == 0
    assert smooth_blocks(page) is page
