"""How well each class is told from the others at every threshold: ROC and precision-recall, the corner zoomed."""

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.records.predictions import ClassCurve
from hdr_bench.reporting.displays.base import axes_of, legend_beside, shortened
from hdr_bench.reporting.run import RunContents, read_contents
from hdr_bench.reporting.style import colour_of, line_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curve = tuple[NDArray[np.float64], NDArray[np.float64], float]
_MOST_NAMED = 20
_PIXELS, _MOST_POINTS = 400, 60


@dataclass(eq=False)
class ClassCurvesDisplay(ABC):
    """A curve a class, each against all others.

    Attributes
    ----------
    curves : dict of str to tuple
        By class: the curve's two coordinates (shares), and the area under it.
    title : str
    ax_, figure_
        Where it was drawn.
    """

    curves: dict[str, Curve]
    title: str = ""
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    names: ClassVar[tuple[str, str]]
    area: ClassVar[str]
    labels: ClassVar[tuple[str, str]]
    corner: ClassVar[tuple[float, float, float, float]]
    inset: ClassVar[tuple[float, float, float, float]]
    heading: ClassVar[str]
    legend: ClassVar[str]

    @staticmethod
    @abstractmethod
    def _points(curve: ClassCurve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the two coordinates of a trial's curve, the first ascending."""

    @staticmethod
    @abstractmethod
    def _area(curve: ClassCurve) -> float:
        """Return the area under a trial's curve."""

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str], case: str) -> Self:
        """Make the display of a method of the run in the folder `source`: of several trials, the mean curve and area.

        Curves are averaged vertically (Fawcett 2006, "An introduction to ROC analysis", Pattern Recognition Letters
        27), areas are the mean of the trials' own: scores of different fits are never put together. A class that no
        image is of has no curve.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed, or the method gives no scores of classes.
        """
        contents = read_contents(source)
        found = contents.predictions_of(contents.label_of_case(case))
        summaries = [predictions.summary for _, predictions in found if predictions.summary is not None]
        if not summaries or len(summaries) < len(found):
            raise StoreError(f"{contents.store.folder}: {case!r} gives no scores of classes that could be drawn")
        names = found[0][0].class_names
        by_class = {
            names[code]: [each.curves[code] for each in summaries if code in each.curves] for code in range(len(names))
        }
        return cls({name: cls._mean(curves) for name, curves in by_class.items() if curves}, title=case)

    @classmethod
    def _mean(cls, curves: list[ClassCurve]) -> Curve:
        points = [cls._points(curve) for curve in curves]
        area = float(np.mean([cls._area(curve) for curve in curves]))
        if len(points) == 1:
            return *points[0], area
        across = np.unique(np.concatenate([each for each, _ in points]))
        return across, np.mean([np.interp(across, *each) for each in points], axis=0), area

    def frame(self) -> pd.DataFrame:
        """Return a row a point of each curve: class, both coordinates, and the area under the curve."""
        rows = [
            pd.DataFrame({"class": name, self.names[0]: across, self.names[1]: up, self.area: area})
            for name, (across, up, area) in self.curves.items()
        ]
        columns = ["class", *self.names, self.area]
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line a class, and the corner where good methods meet once more, enlarged."""
        self.ax_, self.figure_ = axes_of(ax)
        inset = self.ax_.inset_axes(self.inset)
        for number, (name, (across, up, area)) in enumerate(self.curves.items()):
            look: dict[str, Any] = {"color": colour_of(number), "linestyle": line_of(number), "linewidth": 1.1}
            label = f"{shortened(name, 24)} ({area:.4f})" if number < _MOST_NAMED else None
            self.ax_.plot(*_simplified(across, up), label=label, **look)
            inset.plot(*_simplified(across, up, self.corner), **look)
        left, right, low, high = self.corner
        inset.set_xlim(left, right)
        inset.set_ylim(low, high)
        inset.tick_params(labelsize=7)
        self.ax_.indicate_inset_zoom(inset, edgecolor="#777777")
        self.ax_.set_xlim(-0.01, 1.01)
        self.ax_.set_ylim(-0.01, 1.01)
        self.ax_.set_xlabel(self.labels[0])
        self.ax_.set_ylabel(self.labels[1])
        self.ax_.set_title(f"{self.heading}: {shortened(self.title)}")
        if self.curves:
            more = "" if len(self.curves) <= _MOST_NAMED else f", first {_MOST_NAMED} of {len(self.curves)}"
            legend_beside(self.ax_, title=f"Class ({self.legend}{more})", fontsize=7.5, title_fontsize=7.5)
        return self


@dataclass(eq=False)
class RocDisplay(ClassCurvesDisplay):
    """Receiver operating characteristic of each class: images of it found against images of others taken for it.

    Attributes as `ClassCurvesDisplay`'s; the area is that under the curve.
    """

    names: ClassVar[tuple[str, str]] = ("false_positive_rate", "true_positive_rate")
    area: ClassVar[str] = "auc"
    labels: ClassVar[tuple[str, str]] = ("False positive rate", "True positive rate")
    corner: ClassVar[tuple[float, float, float, float]] = (0.0, 0.05, 0.9, 1.0)
    inset: ClassVar[tuple[float, float, float, float]] = (0.36, 0.14, 0.58, 0.58)
    heading: ClassVar[str] = "ROC"
    legend: ClassVar[str] = "area"

    @staticmethod
    def _points(curve: ClassCurve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found, mistaken = np.cumsum(curve.positives), np.cumsum(curve.negatives)
        return np.append(0.0, mistaken / mistaken[-1]), np.append(0.0, found / found[-1])

    @staticmethod
    def _area(curve: ClassCurve) -> float:
        return curve.auc


@dataclass(eq=False)
class PrecisionRecallDisplay(ClassCurvesDisplay):
    """Precision against recall of each class.

    Attributes as `ClassCurvesDisplay`'s; the area is the average precision.
    """

    names: ClassVar[tuple[str, str]] = ("recall", "precision")
    area: ClassVar[str] = "average_precision"
    labels: ClassVar[tuple[str, str]] = ("Recall", "Precision")
    corner: ClassVar[tuple[float, float, float, float]] = (0.9, 1.0, 0.9, 1.0)
    inset: ClassVar[tuple[float, float, float, float]] = (0.19, 0.14, 0.58, 0.58)
    heading: ClassVar[str] = "Precision and recall"
    legend: ClassVar[str] = "average precision"

    @staticmethod
    def _points(curve: ClassCurve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found, mistaken = np.cumsum(curve.positives), np.cumsum(curve.negatives)
        precision = found / (found + mistaken)
        return np.append(0.0, found / found[-1]), np.append(precision[0], precision)

    @staticmethod
    def _area(curve: ClassCurve) -> float:
        return curve.average_precision


def _simplified(
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    corner: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0),
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Leave out what no figure shows: points outside the corner, and of the rest those on a straight line."""
    from matplotlib.path import Path

    left, right, low, high = corner
    inside = np.flatnonzero((across >= left) & (across <= right) & (up >= low) & (up <= high))
    if len(inside) < 2:
        return across[:0], up[:0]
    # With the neighbours outside, to which the line goes on.
    shown = slice(max(inside[0] - 1, 0), inside[-1] + 2)
    scale = np.array([right - left, high - low]) / _PIXELS
    points = np.column_stack([across[shown], up[shown]]) / scale
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T).clip(max=_PIXELS))])
    evenly = np.searchsorted(along, np.linspace(0, along[-1], _MOST_POINTS)).clip(max=len(along) - 1)
    line = Path(points[np.unique(evenly)]).cleaned(simplify=True)
    vertices, codes = np.asarray(line.vertices, np.float64), np.asarray(line.codes)
    kept = vertices[codes != Path.STOP] * scale
    return kept[:, 0], kept[:, 1]
