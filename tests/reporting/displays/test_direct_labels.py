"""Names beside points."""

import matplotlib.pyplot as plt
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.reporting.displays.direct_labels import Box, label_directly, place_boxes


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=1, max_size=12, unique=True))
def test_names_cover_no_other_name_where_there_is_room(points):
    places = np.array(points, float) * [50, 40] + [200, 100]
    placed = place_boxes(places, [(60.0, 10.0)] * len(points), Box(0, 0, 2600, 1000), 3, 1)
    boxes = [box for box, _ in placed]
    assert all(one.overlap(other) == 0 for number, one in enumerate(boxes) for other in boxes[number + 1 :])


def test_names_stay_within_the_axes():
    figure, ax = plt.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    label_directly(ax, np.array([0.99]), np.array([0.5]), ["a long name at the edge"], [{}], np.empty((0, 2, 2)))
    figure.draw_without_rendering()
    assert ax.texts[0].get_window_extent().x1 <= ax.get_window_extent().x1
    plt.close(figure)


def test_a_name_does_not_cover_the_line_through_its_point():
    figure, ax = plt.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    line = np.array([[[0.5, 0.5], [0.9, 0.5]]])
    label_directly(ax, np.array([0.5]), np.array([0.5]), ["a name"], [{}], line)
    figure.draw_without_rendering()
    box, (start, end) = ax.texts[0].get_window_extent(), ax.transData.transform(line[0])
    assert not (box.y0 < start[1] < box.y1 and box.x0 < end[0] and box.x1 > start[0])
    plt.close(figure)
