"""Detection of long thin lines of ink, by voting and then following them column by column."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.thin_ink import ThinInk

# Number of cells along the longest side for which votes are cast.
_CELLS = 400
# Maximum slope of a line from left to right, in pixels down per pixel to the right: 27 degrees.
_STEEPEST = 0.5
# Minimum fraction of the picture's width that a line covers.
_SHORTEST = 0.3
# The same for lines among others with their slope, such as those that cut a corner of the picture.
_SHORTEST_OF_FAMILY = 0.05
# Maximum difference in slope of the lines on one sheet, due to perspective.
_FAMILY_SLOPES = 0.04
# Minimum fraction of a line's length with ink, after closing gaps between dashes: rows of digit strokes have less.
_COVERED = 0.75
# Maximum gap that is closed, in widths of the thickest line.
_GAP = 1
# Minimum fraction of a line's length that receives votes: it may be slightly bent.
_VOTED = 0.4
# Number of lines and failures after which the search ends: a sheet of squares has up to a hundred, fabric no end.
_MOST_LINES = 120
_MOST_FAILURES = 20
# Minimum number of columns with ink to which a course is fitted.
_FEWEST_COLUMNS = 8
# Minimum fraction of the shortest line's columns that have ink, excluding gaps and crossing strokes.
_LEAST_INK = 0.3
# Maximum number of points to which a course is fitted: more do not improve it.
_MOST_POINTS = 200


@dataclass(frozen=True, eq=False)
class Line:
    """Line from left to right.

    Attributes
    ----------
    rows : ndarray of shape (width,), float64
        Row of its middle in each column of the picture.
    span : ndarray of shape (width,), bool
        Columns that it covers.
    thickness : float
        In pixels, from top to bottom.
    slope : float
        Pixels down per pixel to the right.
    is_inside : ndarray of shape (width,), bool
        Columns in which its course lies within the picture.
    """

    rows: NDArray[np.float64]
    span: NDArray[np.bool_]
    thickness: float
    slope: float
    is_inside: NDArray[np.bool_]

    @property
    def inside(self) -> int:
        """Number of columns in which its course lies within the picture."""
        return int(np.count_nonzero(self.is_inside))

    @property
    def length(self) -> int:
        """Number of columns that it covers."""
        return int(np.count_nonzero(self.span))

    @property
    def thickest_run(self) -> float:
        """Maximum vertical run of ink, in pixels, that belongs to the line: strokes that cross it are longer."""
        return 1.5 * self.thickness + 1


def find_lines(ink: ThinInk) -> tuple[Line, ...]:
    """Find lines from left to right that are straight or slightly bent, including dashed ones.

    Parameters
    ----------
    ink : ThinInk

    Returns
    -------
    lines : tuple of Line
    """
    votes = _Votes(ink.thin)
    lines = list(_search(ink, votes, _SHORTEST, (-_STEEPEST, _STEEPEST)))
    if len(lines) < 2:
        return tuple(lines)
    slopes = sorted(line.slope for line in lines)
    lines += _search(ink, votes, _SHORTEST_OF_FAMILY, (slopes[0] - _FAMILY_SLOPES, slopes[-1] + _FAMILY_SLOPES))
    return tuple(lines)


def line_pixels(line: Line, ink: ThinInk) -> NDArray[np.bool_]:
    """Return the pixels of a line, except where a stroke crosses it.

    Parameters
    ----------
    line : Line
    ink : ThinInk

    Returns
    -------
    pixels : ndarray of shape (height, width), bool
    """
    pixels = np.zeros(ink.runs.shape, bool)
    rows, columns, runs = _band(line.rows, ink.runs, int(np.ceil(line.thickest_run)) + 1)
    is_own = (runs > 0) & (runs <= line.thickest_run) & line.span
    pixels[rows[is_own], columns[is_own]] = True
    return pixels


class _Votes:
    """Hough votes of ink cells for the straight lines through them, by slope and height at the left edge."""

    def __init__(self, thin: NDArray[np.bool_]) -> None:
        self.step = max(1.0, max(thin.shape) / _CELLS)
        n_rows, n_columns = (int(side / self.step) + 1 for side in thin.shape)
        rows, columns = np.nonzero(thin)
        cells = np.unique((rows / self.step).astype(np.intp) * n_columns + (columns / self.step).astype(np.intp))
        self._down, self._right = np.divmod(cells, n_columns)
        self.slopes = np.linspace(-_STEEPEST, _STEEPEST, 2 * int(_STEEPEST * n_columns / 2) + 3)
        self._highest = int(_STEEPEST * n_columns) + 1
        self._n_heights = n_rows + 2 * self._highest
        self._chords = _chords(self.slopes, np.arange(self._n_heights) - self._highest, n_rows, n_columns)
        self._n_columns = n_columns
        self._counts = self._count(np.ones(len(cells), bool))
        self._is_open = np.ones(self._counts.shape, bool)

    def _count(self, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
        heights = np.rint(self._down[chosen] - self.slopes[:, np.newaxis] * self._right[chosen]).astype(np.intp)
        bins = heights + self._highest + np.arange(len(self.slopes))[:, np.newaxis] * self._n_heights
        counts = np.bincount(bins.ravel(), minlength=len(self.slopes) * self._n_heights)
        return counts.reshape(len(self.slopes), self._n_heights)

    def best(self, shortest: float, slopes: tuple[float, float]) -> tuple[int, int] | None:
        """Return the indices of slope and height of the line with most votes, or None if none has enough."""
        counts = self._counts.copy()
        # A line between two heights has votes in both.
        counts[:, :-1] += self._counts[:, 1:]
        needed = _VOTED * np.maximum(self._chords, shortest * self._n_columns)
        # For a line longer than the minimum, a part of it is enough.
        needed = np.minimum(needed, _VOTED * max(shortest, _SHORTEST) * self._n_columns)
        usable = self._is_open & (counts >= needed) & (self._chords >= shortest * self._n_columns)
        usable &= ((self.slopes >= slopes[0]) & (self.slopes <= slopes[1]))[:, np.newaxis]
        counts[~usable] = -1
        slope, height = np.unravel_index(int(counts.argmax()), counts.shape)
        return (int(slope), int(height)) if usable[slope, height] else None

    def course(self, slope: int, height: int, width: int) -> NDArray[np.float64]:
        """Return the row of a line in each column of the picture."""
        start = (height - self._highest + 0.5) * self.step
        return start + self.slopes[slope] * np.arange(width)

    def pass_over(self, slope: int, height: int) -> None:
        """Exclude this line and similar ones from the search."""
        self._is_open[max(0, slope - 1) : slope + 2, max(0, height - 1) : height + 2] = False

    def take_away(self, line: Line) -> None:
        """Remove the votes of the cells that a line covers."""
        columns = np.minimum(((self._right + 0.5) * self.step).astype(np.intp), len(line.rows) - 1)
        away = np.abs(line.rows[columns] / self.step - self._down - 0.5)
        near = (away <= 1.5) & line.span[columns]
        self._counts = self._counts - self._count(near)
        self._down, self._right = self._down[~near], self._right[~near]


def _chords(slopes: NDArray[np.float64], heights: NDArray[np.intp], n_rows: int, n_columns: int) -> NDArray[np.float64]:
    """Return the number of columns of each line within the picture."""
    steep = np.where(np.abs(slopes) < 1e-6, 1e-6, slopes)[:, np.newaxis]
    top, bottom = -heights / steep, (n_rows - heights) / steep
    left = np.clip(np.minimum(top, bottom), 0, n_columns)
    right = np.clip(np.maximum(top, bottom), 0, n_columns)
    return right - left


def _search(ink: ThinInk, votes: _Votes, shortest: float, slopes: tuple[float, float]) -> Iterator[Line]:
    n_lines = n_failures = 0
    while n_lines < _MOST_LINES and n_failures < _MOST_FAILURES:
        place = votes.best(shortest, slopes)
        if place is None:
            return
        course = votes.course(*place, ink.runs.shape[1])
        line = _follow(ink, course, max(3, round(votes.step) + 1), shortest)
        votes.pass_over(*place)
        if line is None:
            n_failures += 1
            continue
        n_lines += 1
        votes.take_away(line)
        yield line


def _follow(ink: ThinInk, course: NDArray[np.float64], reach: int, shortest: float) -> Line | None:
    """Fit a course to the ink near the given one and return the line there, or None if there is too little ink."""
    for degree in (1, 2):
        rows, _, runs = _band(course, ink.runs, reach)
        is_thin = (runs > 0) & (runs <= ink.thickest)
        covered = np.flatnonzero(is_thin.any(axis=0))
        if len(covered) < max(_FEWEST_COLUMNS, _LEAST_INK * shortest * len(course)):
            return None
        covered = covered[:: max(1, len(covered) // _MOST_POINTS)]
        middles = (rows * is_thin).sum(axis=0)[covered] / is_thin.sum(axis=0)[covered]
        course = _fit_course(covered, middles, degree, len(course))
        reach = max(1, min(reach, round(0.5 * float(np.median(runs[is_thin]))) + 1))
    rows, _, runs = _band(course, ink.runs, reach)
    is_thin = (runs > 0) & (runs <= ink.thickest)
    if not is_thin.any():
        return None
    inside = (course >= 0) & (course <= ink.runs.shape[0] - 1)
    covered_columns = _close_gaps(np.asarray(is_thin.any(axis=0)), _GAP * ink.thickest) & inside
    crossed = (runs > 0).any(axis=0) & ~covered_columns
    span = _covered_span(covered_columns, inside & ~crossed, inside, shortest)
    if not span.any():
        return None
    slope = float((course[-1] - course[0]) / max(1, len(course) - 1))
    return Line(course, span, float(np.median(runs[is_thin & span])), slope, inside)


def _close_gaps(covered: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    from scipy import ndimage

    closed = ndimage.binary_closing(np.pad(covered, gap), np.ones(gap + 1))
    return closed[gap:-gap] | covered


def _band(
    course: NDArray[np.float64], runs: NDArray[np.intp], reach: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return rows, columns and runs of the pixels near a course, each of shape (2 * reach + 1, width)."""
    height = len(runs)
    rows = np.rint(course).astype(np.intp) + np.arange(-reach, reach + 1)[:, np.newaxis]
    columns = np.broadcast_to(np.arange(len(course)), rows.shape)
    within = np.clip(rows, 0, height - 1)
    return within, columns, np.where(rows == within, runs[within, columns], 0)


def _fit_course(columns: NDArray[np.intp], rows: NDArray[np.float64], degree: int, width: int) -> NDArray[np.float64]:
    """Fit a curve to points, ignoring outliers, and return its row in each column."""
    curve = np.polynomial.Polynomial.fit(columns, rows, degree)
    away = np.abs(rows - curve(columns))
    near = away <= max(1.5, 2.5 * float(np.median(away)))
    if np.count_nonzero(near) > degree:
        curve = np.polynomial.Polynomial.fit(columns[near], rows[near], degree)
    return curve(np.arange(width))


def _covered_span(
    covered: NDArray[np.bool_], counted: NDArray[np.bool_], inside: NDArray[np.bool_], shortest: float
) -> NDArray[np.bool_]:
    """Return the columns of windows, as long as the shortest line, that are sufficiently covered."""
    from scipy import ndimage

    n_inside = int(np.count_nonzero(inside))
    window = min(max(_FEWEST_COLUMNS, int(max(shortest, _SHORTEST) * len(inside))), int(0.98 * n_inside))
    if window < _FEWEST_COLUMNS:
        return np.zeros_like(inside)

    def sums(columns: NDArray[np.bool_]) -> NDArray[np.float64]:
        return window * ndimage.uniform_filter1d(columns.astype(np.float64), window, mode="constant")

    # Columns with crossing strokes say nothing about the line, but half of it must be visible.
    # Columns where a stroke crosses say nothing of the line; but half of it must be seen.
    is_line = (sums(inside) > 0.98 * window - 1) & (sums(covered) >= _COVERED * sums(counted))
    is_line &= sums(covered) >= 0.5 * _COVERED * window
    span = ndimage.maximum_filter1d(is_line.astype(np.uint8), window) > 0
    return span & inside
