"""Grouping of marks into lines and reading order, for sloping lines too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hdr_bench.pictures.marks import Mark

# Minimum overlap of two boxes on the same line, as a fraction of the smaller one's height.
_OVERLAP = 0.4
# Maximum gap, in heights, between neighbours that are used to estimate the page's slope.
_NEAR = 2.5
# Maximum slope of a line, in degrees; beyond it the page lies on its side, or the marks are unrelated.
_STEEPEST = 22.0
# Maximum distance between the quartiles of neighbours' slopes for the page to have a slope.
_AGREEMENT = 0.15
# Number of marks of a line from which the position of the next one is predicted.
_RECENT = 4
# Number of marks at a line's end, one of which may be higher or lower than the others.
_LAST = 2
# Weight of a line's own slope relative to the page's.
_CURVE = 0.7


@dataclass(frozen=True)
class Box:
    """Position and size of a mark.

    Attributes
    ----------
    top, left, height, width : float
        In pixels.
    """

    top: float
    left: float
    height: float
    width: float

    @property
    def middle(self) -> tuple[float, float]:
        """Row and column of its centre."""
        return self.top + self.height / 2, self.left + self.width / 2


def box_of(mark: Mark) -> Box:
    """Return the box of a mark.

    Parameters
    ----------
    mark : Mark

    Returns
    -------
    box : Box
    """
    return Box(mark.top, mark.left, mark.height, mark.width)


def page_slope(boxes: Sequence[Box]) -> float:
    """Return how much lines of neighbouring boxes fall to the right.

    Parameters
    ----------
    boxes : sequence of Box

    Returns
    -------
    slope : float
        Rows per column, the median over neighbours; 0 if there are fewer than three pairs, or if they do not agree.
    """
    slopes = sorted(slope for box in boxes if (slope := _slope_to_neighbor(box, boxes)) is not None)
    n_slopes = len(slopes)
    if n_slopes < 3 or slopes[3 * n_slopes // 4] - slopes[n_slopes // 4] > _AGREEMENT:
        return 0.0
    return slopes[n_slopes // 2]


def order_in_lines(boxes: Sequence[Box], slope: float = 0.0) -> tuple[tuple[int, ...], ...]:
    """Group boxes into lines, ordered from top to bottom, with each line ordered from left to right.

    Each box, from left to right, joins the line that leads to it, or starts a new one.

    Parameters
    ----------
    boxes : sequence of Box
    slope : float, default=0.0
        Slope of the page, as returned by `page_slope`.

    Returns
    -------
    lines : tuple of tuple of int
        Indices into `boxes`.

    Examples
    --------
    >>> order_in_lines([Box(0, 50, 20, 10), Box(2, 0, 20, 10), Box(60, 10, 20, 10)])
    ((1, 0), (2,))
    """
    lines: list[list[int]] = []
    for index in sorted(range(len(boxes)), key=lambda index: boxes[index].middle[1]):
        line = min(lines, key=lambda line: _distance(boxes, line, index, slope), default=None)
        if line is None or _distance(boxes, line, index, slope) > 1 - _OVERLAP:
            lines.append([index])
        else:
            line.append(index)
    lines.sort(key=lambda line: _mean_row(boxes, line, slope))
    return tuple(map(tuple, lines))


def _slope_to_neighbor(box: Box, boxes: Sequence[Box]) -> float | None:
    row, column = box.middle
    nearest = None
    for other in boxes:
        across, down = other.middle[1] - column, other.middle[0] - row
        height = max(box.height, other.height)
        if other is box or across <= 0 or abs(down) > across * math.tan(math.radians(_STEEPEST)):
            continue
        is_like = min(box.height, other.height) > 0.5 * height
        if is_like and across < _NEAR * height and (nearest is None or across < nearest[0]):
            nearest = across, down
    return None if nearest is None else nearest[1] / nearest[0]


def _distance(boxes: Sequence[Box], line: Sequence[int], index: int, slope: float) -> float:
    """Return how far a box is from the course of a line: 0 at its centre, 1 or more outside it."""
    course = slope + _own_slope(boxes, line, slope)
    return min(_distance_from(boxes[last], boxes[index], course) for last in line[-_LAST:])


def _distance_from(last: Box, box: Box, course: float) -> float:
    across = box.middle[1] - last.middle[1]
    row = last.middle[0] + across * course
    lower, higher = sorted((box.height, last.height))
    # Fractions of the smaller box outside the larger one, after moving the latter along the line's course.
    outside = abs(box.middle[0] - row) - (higher - lower) / 2
    return max(0.0, outside / lower) + 1e-3 * across / higher


def _own_slope(boxes: Sequence[Box], line: Sequence[int], slope: float) -> float:
    """Return how much more the end of a line falls than the page does; 0 if the line is too short."""
    recent = [boxes[index] for index in line[-_RECENT:]]
    first, last = recent[0].middle, recent[-1].middle
    across = last[1] - first[1]
    if len(recent) < 3 or across <= 0:
        return 0.0
    own = (last[0] - first[0]) / across - slope
    limit = math.tan(math.radians(_STEEPEST))
    return _CURVE * max(-limit, min(limit, own))


def _mean_row(boxes: Sequence[Box], line: Sequence[int], slope: float) -> float:
    return sum(boxes[index].middle[0] - slope * boxes[index].middle[1] for index in line) / len(line)
