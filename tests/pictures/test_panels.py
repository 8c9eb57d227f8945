import numpy as np
import pytest
from scipy import ndimage

from hdr_bench.pictures.panels import invert_panels
from hdr_bench.pictures.reader import read_picture


def _page(mnist_digits, digits, ground=0.0):
    """Return a light page with a dark image for each digit."""
    page = np.full((200, 40 + 150 * len(digits)), 0.95, np.float32)
    for place, digit in enumerate(digits):
        ink = np.kron(mnist_digits(digit), np.ones((4, 4))).astype(np.float32) / 255
        page[40:152, 40 + 150 * place : 152 + 150 * place] = ground + (1 - ground) * ink
    return page


@pytest.mark.parametrize("ground", [0.0, 0.25])
def test_dark_images_on_a_light_page_are_inverted(mnist_digits, ground):
    page = _page(mnist_digits, [4, 7], ground)
    inverted, n_panels = invert_panels(page)
    assert n_panels == 2
    assert np.array_equal(inverted[44:148, 44:148], 1 - page[44:148, 44:148])
    assert np.array_equal(inverted[:30], page[:30])
    assert inverted[:48].min() > 0.7


def test_a_small_sheet_on_a_dark_desk_is_inverted_with_its_edge(mnist_digits):
    sheet = 1 - np.kron(mnist_digits(4), np.ones((6, 6))).astype(np.float32) / 255
    desk = np.pad(sheet, 150)
    tilted = ndimage.rotate(desk, 11, reshape=False, order=1)
    # As dark ink on light paper: the desk is light, the sheet dark.
    inverted, n_panels = invert_panels(1 - tilted)
    assert n_panels == 1
    assert (inverted < 0.5).sum() < 1.2 * (sheet < 0.5).sum()


def test_frames_strokes_and_full_pages_are_no_panels():
    frame, ring = np.ones((200, 200), np.float32), np.ones((200, 200), np.float32)
    frame[20:180, 20:180] = 0
    frame[30:170, 30:170] = 1
    rows, columns = np.mgrid[:200, :200]
    ring[np.abs(np.hypot(rows - 100, columns - 100) - 60) < 25] = 0
    bar = np.ones((200, 200), np.float32)
    bar[20:180, 80:120] = 0
    dark = np.zeros((200, 200), np.float32)
    dark[90:110, 60:140] = 1
    for page in (frame, ring, bar, dark, np.ones((50, 50), np.float32)):
        assert invert_panels(page)[1] == 0


def test_the_images_of_a_figure_are_read(mnist_digits):
    figure = (255 * _page(mnist_digits, [4, 7, 2])).astype(np.uint8)
    reading = read_picture(figure)
    assert reading.lines == ("472",)
    assert "3 panels inverted" in reading.notes
