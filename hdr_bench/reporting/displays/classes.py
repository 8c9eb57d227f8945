"""How well each class is told from the others at every threshold: ROC and precision-recall, the corner zoomed."""

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.confidence import class_scores
from hdr_bench.reporting.contents import RunContents, read_contents
from hdr_bench.reporting.displays.base import axes_of, legend_beside, shortened
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
    def _curve(is_class: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
        """Return the curve of a class against all others, and the area under it."""

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str], case: str) -> Self:
        """Make the display of a method of the run in the folder `source`, from the scores of all its trials together.

        A class that no image is of has no curve.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If none of its trials went well, or the method gives no scores of classes.
        """
        contents = read_contents(source)
        y_true, scores, names = scored(contents, case)
        present = np.flatnonzero(np.bincount(y_true, minlength=len(names)))
        curves = {names[code]: cls._curve(y_true == code, scores[:, code]) for code in present if len(present) > 1}
        return cls(curves, title=case)

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
            label = f"{name} ({area:.4f})" if number < _MOST_NAMED else None
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
    def _curve(is_class: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
        across, up, _ = roc_curve(is_class, scores)
        return across, up, float(auc(across, up))


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
    def _curve(is_class: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
        precision, recall, _ = precision_recall_curve(is_class, scores, drop_intermediate=True)
        return recall, precision, float(average_precision_score(is_class, scores))


def scored(contents: RunContents, case: str) -> tuple[NDArray[np.int64], NDArray[np.float64], tuple[str, ...]]:
    """Return truth, scores of classes, and the classes' names, of all trials of a method together.

    Raises
    ------
    UnknownNameError
        If the run has no such case.
    StoreError
        If none of its trials went well, or the method gives no scores of classes.
    """
    found = contents.predictions_of(contents.label_of_case(case))
    parts = [(predictions.y_true, class_scores(predictions, len(record.class_names))) for record, predictions in found]
    if not parts or any(scores is None for _, scores in parts):
        raise StoreError(f"{contents.store.folder}: {case!r} gives no scores of classes that could be drawn")
    y_true = np.concatenate([truth for truth, _ in parts])
    return y_true, np.concatenate([scores for _, scores in parts if scores is not None]), found[0][0].class_names


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
