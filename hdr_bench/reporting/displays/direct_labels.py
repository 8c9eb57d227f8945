"""Names beside the points of a figure, so that no legend is needed: where they cover no point, line or other name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From close beside a point outwards, in points of print; a name that is further than the first has a thin line.
_DISTANCES = (6.0, 14.0, 26.0, 42.0, 62.0)
_LINE_FROM = 14.0
# Right first, as names are read; then left, above, below, and the diagonals.
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
_POINTS_PER_INCH = 72.0


@dataclass(frozen=True)
class Box:
    """A rectangle on the canvas.

    Attributes
    ----------
    left, bottom, right, top : float
        In pixels.
    """

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: "Box") -> float:
        """Return the area that two rectangles share.

        Parameters
        ----------
        other : Box
            The other one.

        Returns
        -------
        area : float
            In square pixels; 0 for none.
        """
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return float(max(width, 0.0) * max(height, 0.0))

    @property
    def area(self) -> float:
        """Its area, in square pixels."""
        return (self.right - self.left) * (self.top - self.bottom)


def place_boxes(
    points: NDArray[np.float64],
    sizes: Sequence[tuple[float, float]],
    bounds: Box,
    marker: float,
    unit: float,
    lines: Sequence[Box] = (),
) -> list[tuple[Box, float]]:
    """Place a rectangle beside each point, so that it covers as little as possible.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        In pixels; those first have the choice.
    sizes : sequence of tuple of float
        Width and height of each rectangle, in pixels.
    bounds : Box
        What they must be within.
    marker : float
        Half the width of a point, in pixels.
    unit : float
        Pixels per point of print.
    lines : sequence of Box, default=()
        What else they should not cover.

    Returns
    -------
    placed : list of tuple of (Box, float)
        Each rectangle, and its distance from the point in points of print.

    Examples
    --------
    >>> points = np.array([[50.0, 50.0], [60.0, 50.0]])
    >>> (one, _), (other, _) = place_boxes(points, [(20, 8), (20, 8)], Box(0, 0, 200, 100), 2, 1)
    >>> one.overlap(other)
    0.0
    """
    taken = [*(Box(x - marker, y - marker, x + marker, y + marker) for x, y in points), *lines]
    placed: list[tuple[Box, float]] = []
    for (x, y), size in zip(points, sizes, strict=True):
        found = min(_candidates(x, y, size, unit), key=lambda each: _cost(each[0], each[1], taken, bounds))
        taken.append(found[0])
        placed.append(found)
    return placed


def label_directly(
    ax: "Axes",
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    names: Sequence[str],
    looks: Sequence[dict[str, Any]],
    lines: NDArray[np.float64],
) -> None:
    """Write a name beside each point.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes, with all else drawn and its limits set.
    xs, ys : ndarray of shape (n,)
        The points, in the units of the axes.
    names : sequence of str
        One for each.
    looks : sequence of dict
        Keywords of `matplotlib.axes.Axes.annotate`, one for each.
    lines : ndarray of shape (n_lines, 2, 2)
        Both ends of each horizontal or vertical line that names should not cover, as points of the axes.
    """
    if not len(names):
        return
    figure: Any = ax.get_figure(root=True)
    # Only after the layout is known where points are.
    figure.draw_without_rendering()
    unit = figure.dpi / _POINTS_PER_INCH
    points = ax.transData.transform(np.column_stack([xs, ys]))
    texts = [
        ax.annotate(name, point, xytext=(0, 0), textcoords="offset points", annotation_clip=False, **look)
        for name, point, look in zip(names, zip(xs, ys, strict=True), looks, strict=True)
    ]
    sizes = [(box.width, box.height) for box in (text.get_window_extent() for text in texts)]
    drawn = ax.transData.transform(lines.reshape(-1, 2)).reshape(-1, 2, 2)
    covered = [Box(*(ends.min(axis=0) - unit), *(ends.max(axis=0) + unit)) for ends in drawn]
    placed = place_boxes(points, sizes, Box(*ax.get_window_extent().extents), 4 * unit, unit, covered)
    for text, (x, y), (box, distance) in zip(texts, points, placed, strict=True):
        text.set(ha="left", va="bottom", position=((box.left - x) / unit, (box.bottom - y) / unit))
        text.set_in_layout(False)
        if distance >= _LINE_FROM:
            _draw_line(ax, text, (x, y), box, unit)


def _draw_line(ax: "Axes", text: Any, point: tuple[float, float], box: Box, unit: float) -> None:
    """Draw a thin line from a point to its name, in points of print, so that it fits at any resolution."""
    from hdr_bench.reporting.style import OTHERS

    near = (float(np.clip(point[0], box.left, box.right)), float(np.clip(point[1], box.bottom, box.top)))
    ax.annotate(
        "",
        text.xy,
        xytext=((near[0] - point[0]) / unit, (near[1] - point[1]) / unit),
        textcoords="offset points",
        annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": OTHERS, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0},
    ).set_in_layout(False)


def _candidates(x: float, y: float, size: tuple[float, float], unit: float) -> Iterator[tuple[Box, float]]:
    width, height = size
    for distance in _DISTANCES:
        reach = distance * unit
        for across, up in _DIRECTIONS:
            left = x + (reach if across > 0 else -reach - width if across < 0 else -width / 2)
            bottom = y + (reach if up > 0 else -reach - height if up < 0 else -height / 2)
            yield Box(left, bottom, left + width, bottom + height), distance


def _cost(box: Box, distance: float, taken: Sequence[Box], bounds: Box) -> float:
    """Return what a place costs: what it covers, what is outside, and last how far it is from its point."""
    covered = sum(box.overlap(other) for other in taken)
    outside = box.area - box.overlap(bounds)
    return covered + outside + distance * 0.05
