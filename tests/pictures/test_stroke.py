import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import label

from hdr_bench import load_dataset
from hdr_bench.pictures.stroke import THICK, THIN, match_stroke_width, stroke_width


def _circle(radius, width, side=200):
    rows, columns = np.mgrid[:side, :side] - side / 2
    return np.clip(width / 2 - np.abs(np.hypot(rows, columns) - radius) + 0.5, 0, 1)


@pytest.mark.parametrize("width", [5, 12, 30])
def test_the_width_of_a_ring_is_measured(width):
    assert stroke_width(_circle(70, width)) == pytest.approx(width, abs=1.6)


@pytest.mark.parametrize("width", [2, 6, 18, 45])
def test_thin_pens_are_thickened_and_thick_markers_thinned(width):
    changed = match_stroke_width(_circle(60, width))
    rows = np.flatnonzero((changed > 0.5).any(axis=1))
    share = 20 * stroke_width(changed) / (rows[-1] - rows[0] + 1)
    assert THIN - 0.6 < share < (THICK + 0.6 if width < 45 else 6)
    assert label(changed > 0.5).max() == 1


def test_what_is_as_wide_as_mnists_strokes_stays():
    ring = _circle(45, 12, side=100)
    changed = match_stroke_width(ring)
    assert np.array_equal(changed[2:-2, 2:-2], ring)


def test_thinning_breaks_no_digit():
    for image in load_dataset("mnist-5k").train.images[::50]:
        thick = ndimage.zoom(ndimage.grey_dilation(image, 3) / 255.0, 4, order=1)
        before, after = label(thick > 0.5), label(match_stroke_width(thick) > 0.5)
        assert after.max() == before.max()


def test_nothing_stays_nothing():
    assert stroke_width(np.zeros((9, 9))) == 0
    assert not match_stroke_width(np.zeros((9, 9))).any()
