import numpy as np
import pytest
from scipy import ndimage

from hdr_bench.pictures.binarize import binarize
from hdr_bench.pictures.light import even_light, ink_contrast

_LINES = ["31415", "92653"]


def _shade(shape, kind):
    rows, columns = np.mgrid[: shape[0], : shape[1]] / np.array(shape)[:, np.newaxis, np.newaxis]
    if kind == "even":
        return np.ones(shape)
    if kind == "slope":
        return 0.35 + 0.65 * columns
    if kind == "vignette":
        return 1 - 1.2 * ((rows - 0.5) ** 2 + (columns - 0.5) ** 2)
    return ndimage.gaussian_filter(np.where(columns + 0.3 * rows > 0.6, 0.55, 1.0), 8)


@pytest.mark.parametrize("kind", ["even", "slope", "vignette", "shadow"])
@pytest.mark.parametrize("ink", [20, 150])
def test_ink_is_found_in_any_light(write_page, kind, ink):
    page = write_page(_LINES, paper=235, ink=ink)
    truth = page < (235 + ink) / 2
    noise = np.random.default_rng(0).normal(0, 3, page.shape)
    lit = np.clip(page * _shade(page.shape, kind) + noise, 0, 255).astype(np.float32) / 255
    found = binarize(even_light(lit)).mask
    overlap = (found & truth).sum() / (found | truth).sum()
    assert overlap > 0.75


@pytest.mark.parametrize("level", [0, 30, 255])
def test_an_empty_page_has_no_ink(level):
    noise = np.random.default_rng(0).normal(0, 1, (200, 300))
    page = np.clip(level + noise, 0, 255).astype(np.float32) / 255
    blank = binarize(even_light(np.maximum(page, 0.5)))
    assert not blank.mask.any()
    assert not blank.soft.any()


def test_strokes_wider_than_the_window_are_filled():
    page = np.ones((300, 300), np.float32)
    page[40:260, 120:148] = 0.1
    found = binarize(even_light(page)).mask
    assert found[45:255, 122:146].all()


def test_the_contrast_is_that_of_the_ink(write_page):
    page = write_page(["8"], paper=200, ink=100).astype(np.float32) / 255
    assert ink_contrast(even_light(page)) == pytest.approx(0.5, abs=0.08)
    assert ink_contrast(np.ones((40, 40), np.float32)) == 0


def test_soft_ink_is_half_at_the_threshold(write_page):
    ink = binarize(even_light(write_page(["5"]).astype(np.float32) / 255))
    assert np.array_equal(ink.soft > 0.5, ink.mask)
