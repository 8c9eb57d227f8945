"""How well each class is separated from the others at every threshold: ROC and precision-recall, the corner zoomed."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.records.predictions import ClassCurve
from hdr_bench.reporting.displays.axes import legend_beside, shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.run import RunSource, read_contents
from hdr_bench.reporting.style import color_of, line_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curve = tuple[NDArray[np.float64], NDArray[np.float64], float]
Box = tuple[float, float, float, float]
_MOST_NAMED = 20
_PIXELS, _MOST_POINTS = 400, 60


@dataclass(eq=False, repr=False)
class ClassCurvesDisplay(BaseDisplay):
    """Base of the displays with a curve per class, each against all others.

    Attributes
    ----------
    curves : dict of str to tuple
        By class: the curve's two coordinates (shares), and the area under it.
    title : str
        The method.
    """

    curves: dict[str, Curve]
    title: str = ""

    names: ClassVar[tuple[str, str]]
    area: ClassVar[str]
    labels: ClassVar[tuple[str, str]]
    corner: ClassVar[Box]
    inset: ClassVar[Box]
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
    def from_run(cls, run: RunSource, case: str) -> Self:
        """Create the display of a method: of several trials, the mean curve and area.

        Curves are averaged vertically (Fawcett 2006, "An introduction to ROC analysis", Pattern Recognition Letters
        27), areas are the mean of the trials' own: scores of different fits are never put together. A class that no
        image is of has no curve.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        case : str
            The method.

        Returns
        -------
        display : object
            Of this class.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed, or the method gives no scores of classes.
        """
        contents = read_contents(run)
        trials = contents.predictions_of(contents.label_of_case(case))
        summaries = [predictions.summary for _, predictions in trials if predictions.summary is not None]
        if not summaries or len(summaries) < len(trials):
            raise StoreError(f"{contents.store.folder}: {case!r} gives no scores of classes that could be drawn")
        names = trials[0][0].class_names
        by_class = {
            name: [each.curves[code] for each in summaries if code in each.curves] for code, name in enumerate(names)
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

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 4.7, 3.7

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row per point of each curve: ``class``, both coordinates, and the area under the curve.
        """
        rows = [
            pd.DataFrame({"class": name, self.names[0]: across, self.names[1]: up, self.area: area})
            for name, (across, up, area) in self.curves.items()
        ]
        columns = ["class", *self.names, self.area]
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)

    def plot(self, ax: "Axes | None" = None, *, line_kw: dict[str, Any] | None = None) -> Self:
        """Draw a line per class, and the corner where good methods meet once more, enlarged.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, for the curves.

        Returns
        -------
        display : object
            Itself.
        """
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        inset = ax.inset_axes(self.inset)
        # It is within the axes: to measure it would change no layout, and take long.
        inset.set_in_layout(False)
        for number, (name, (across, up, area)) in enumerate(self.curves.items()):
            look = {"color": color_of(number), "linestyle": line_of(number), "linewidth": 1.1}
            style = with_style(look, line_kw, Line2D)
            label = f"{shorten_label(name, 24)} ({area:.4f})" if number < _MOST_NAMED else None
            ax.plot(*_simplify(across, up), **{"label": label, **style})
            inset.plot(*_simplify(across, up, self.corner), **style)
        left, right, low, high = self.corner
        inset.set_xlim(left, right)
        inset.set_ylim(low, high)
        inset.tick_params(labelsize=7)
        ax.indicate_inset_zoom(inset, edgecolor="#777777")
        ax.set_xlim(-0.01, 1.01)
        ax.set_ylim(-0.01, 1.01)
        ax.set_xlabel(self.labels[0])
        ax.set_ylabel(self.labels[1])
        ax.set_title(f"{self.heading}: {shorten_label(self.title)}")
        if self.curves:
            more = "" if len(self.curves) <= _MOST_NAMED else f", first {_MOST_NAMED} of {len(self.curves)}"
            legend_beside(ax, title=f"Class ({self.legend}{more})", fontsize=7.5, title_fontsize=7.5)
        return self


@dataclass(eq=False, repr=False)
class RocDisplay(ClassCurvesDisplay):
    """Receiver operating characteristic of each class: images of it found against images of others taken for it.

    Parameters
    ----------
    curves : dict of str to tuple
        By class: false positive rates, true positive rates (shares), and the area under the curve.
    title : str, default=""
        The method.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import RocDisplay
    >>> RocDisplay.from_run("reports/quick", "SVM, RBF").plot(line_kw={"lw": 2})  # doctest: +SKIP
    """

    names: ClassVar[tuple[str, str]] = ("false_positive_rate", "true_positive_rate")
    area: ClassVar[str] = "auc"
    labels: ClassVar[tuple[str, str]] = ("False positive rate", "True positive rate")
    corner: ClassVar[Box] = (0.0, 0.05, 0.9, 1.0)
    inset: ClassVar[Box] = (0.36, 0.14, 0.58, 0.58)
    heading: ClassVar[str] = "ROC"
    legend: ClassVar[str] = "area"

    def describe(self) -> str:
        """Return the area under each curve in words.

        Returns
        -------
        text : str
        """
        areas = "; ".join(f"{name} {area:.4f}" for name, (_, _, area) in self.curves.items())
        return f"Areas under the ROC curves: {areas}."

    @staticmethod
    def _points(curve: ClassCurve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        true, false = np.cumsum(curve.positives), np.cumsum(curve.negatives)
        return np.append(0.0, false / false[-1]), np.append(0.0, true / true[-1])

    @staticmethod
    def _area(curve: ClassCurve) -> float:
        return curve.auc


@dataclass(eq=False, repr=False)
class PrecisionRecallDisplay(ClassCurvesDisplay):
    """Precision against recall of each class.

    Parameters
    ----------
    curves : dict of str to tuple
        By class: recall, precision (shares), and the average precision.
    title : str, default=""
        The method.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import PrecisionRecallDisplay
    >>> PrecisionRecallDisplay.from_run("reports/quick", "SVM, RBF").plot()  # doctest: +SKIP
    """

    names: ClassVar[tuple[str, str]] = ("recall", "precision")
    area: ClassVar[str] = "average_precision"
    labels: ClassVar[tuple[str, str]] = ("Recall", "Precision")
    corner: ClassVar[Box] = (0.9, 1.0, 0.9, 1.0)
    inset: ClassVar[Box] = (0.19, 0.14, 0.58, 0.58)
    heading: ClassVar[str] = "Precision and recall"
    legend: ClassVar[str] = "average precision"

    def describe(self) -> str:
        """Return the mean of the average precisions in words.

        Returns
        -------
        text : str
        """
        mean = float(np.mean([area for _, _, area in self.curves.values()])) if self.curves else np.nan
        return f"Average precision, mean over the classes: {mean:.4f}."

    @staticmethod
    def _points(curve: ClassCurve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        true, false = np.cumsum(curve.positives), np.cumsum(curve.negatives)
        precision = true / (true + false)
        return np.append(0.0, true / true[-1]), np.append(precision[0], precision)

    @staticmethod
    def _area(curve: ClassCurve) -> float:
        return curve.average_precision


def _simplify(
    across: NDArray[np.float64], up: NDArray[np.float64], corner: Box = (0.0, 1.0, 0.0, 1.0)
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Leave out what no figure shows: points outside the corner, and of the rest those on a straight line."""
    from matplotlib.path import Path

    left, right, low, high = corner
    inside = np.flatnonzero((across >= left) & (across <= right) & (up >= low) & (up <= high))
    if len(inside) < 2:
        return across[:0], up[:0]
    # With the neighbours outside, to which the line goes on.
    part = slice(max(inside[0] - 1, 0), inside[-1] + 2)
    scale = np.array([right - left, high - low]) / _PIXELS
    points = np.column_stack([across[part], up[part]]) / scale
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T).clip(max=_PIXELS))])
    evenly = np.searchsorted(along, np.linspace(0, along[-1], _MOST_POINTS)).clip(max=len(along) - 1)
    line = Path(points[np.unique(evenly)]).cleaned(simplify=True)
    vertices, codes = np.asarray(line.vertices, np.float64), np.asarray(line.codes)
    kept = vertices[codes != Path.STOP] * scale
    return kept[:, 0], kept[:, 1]
