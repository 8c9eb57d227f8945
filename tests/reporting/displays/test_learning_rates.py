"""The display of a learning-rate range test."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from hdr_bench.records.learning_rates import LearningRateRange
from hdr_bench.reporting.displays import Display, LearningRateDisplay

RATES = np.geomspace(1e-5, 10, 61)
LOSS = 2.3 - 2 / (1 + np.exp(-6 * (np.log10(RATES) + 2)))


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def found():
    """Three sweeps that stop at different steps."""
    smoothed = LOSS + np.array([[0.0], [0.1], [-0.1]])
    for sweep, end in zip(smoothed, (50, 45, 55), strict=True):
        sweep[end - 1] = 40.0
        sweep[end:] = np.nan
    return LearningRateRange((0, 1, 2), RATES, smoothed, smoothed)


def test_what_is_drawn_is_the_median_with_its_band_and_the_range(found):
    display = LearningRateDisplay.from_range(found)
    assert isinstance(display, Display)
    assert display.plot() is display
    ax, frame = display.ax_, display.frame()
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xdata(), RATES)
    np.testing.assert_array_equal(line.get_ydata(), frame["median"].replace(np.inf, np.nan))
    assert ax.get_xscale() == "log"
    bottom, top = ax.get_ylim()
    assert bottom < LOSS.min()
    assert LOSS.max() < top < 5
    # Where a sweep has stopped, the band leaves the axes.
    band = np.vstack([path.vertices for path in ax.collections[0].get_paths()])
    assert band[np.isclose(band[:, 0], RATES[50]), 1].max() > top
    (span,) = ax.patches
    low, high = found.suggested
    assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx((low, high))
    texts = [text.get_text() for text in ax.texts]
    assert f"{low:.2g} to {high:.2g}" in texts
    assert any("median of 3 sweeps" in text for text in texts)
    assert ax.get_legend() is None


def test_a_test_without_a_range_is_drawn_with_its_reason():
    flat = np.full((1, 61), 2.3)
    display = LearningRateDisplay.from_range(LearningRateRange((4,), RATES, flat, flat)).plot()
    assert not display.ax_.patches
    assert "no rate suggested" in display.ax_.get_title()
    assert "falls by less than" in display.note
    assert display.describe() == f"No learning rate is suggested: {display.note}."
    display.figure_.canvas.draw()


def test_a_loss_that_is_never_finite_is_drawn_too():
    none = np.full((2, 61), np.nan)
    display = LearningRateDisplay.from_range(LearningRateRange((0, 1), RATES, none, none)).plot()
    display.figure_.canvas.draw()


def test_style_keywords_reach_the_artists(found):
    styles = {"line_kw": {"c": "red"}, "fill_between_kw": {"alpha": 0.5}, "axvspan_kw": {"color": "green"}}
    ax = LearningRateDisplay.from_range(found).plot(**styles).ax_
    assert ax.lines[0].get_color() == "red"
    assert ax.collections[0].get_alpha() == 0.5
    assert to_hex(ax.patches[0].get_facecolor()) == to_hex("green")
