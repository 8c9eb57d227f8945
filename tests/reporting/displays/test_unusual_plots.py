"""Displays with nothing to draw, with numbers that cannot be, and with styles of a user's own."""

from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pytest

from hdr_bench import ConfusionDisplay, CostDisplay, GalleryDisplay, RejectionDisplay, load_results
from hdr_bench.exceptions import StoreError
from tests.helpers.written_runs import Method, make_up


@pytest.mark.parametrize("cmap", ["Blues", "viridis", "gray", "Reds"])
def test_counts_stand_out_on_any_colour_map(cmap, tmp_path):
    display = ConfusionDisplay.from_run(make_up(tmp_path, [Method("One", n_wrong=9)]), "One")
    display.plot(im_kw={"cmap": cmap})
    (image,) = display.ax_.images
    brightness = image.to_rgba(np.sqrt(display.shares()))[..., :3] @ np.array([0.299, 0.587, 0.114])
    assert display.ax_.texts
    for text in display.ax_.texts:
        column, row = map(int, text.get_position())
        assert abs((text.get_color() == "white") - brightness[row, column]) > 0.4
    plt.close(display.figure_)


def test_costs_that_are_all_disturbed_are_a_sentence(tmp_path):
    results = load_results(make_up(tmp_path, [Method("One", measurements={"fit_wait_share": 0.9})]))
    display = CostDisplay.from_results(results)
    assert repr(display) == "<CostDisplay: No Pareto front.>"
    with pytest.raises(StoreError, match="no time to fit was measured undisturbed; Left out, times disturbed: One"):
        display.plot()


@pytest.mark.parametrize(
    "make",
    [partial(GalleryDisplay.from_run, case="One", max_images=0), partial(RejectionDisplay.from_run, max_methods=-1)],
)
def test_a_number_below_1_is_refused(make, tmp_path):
    with pytest.raises(ValueError, match="must be at least 1, got"):
        make(make_up(tmp_path, [Method("One")]))
