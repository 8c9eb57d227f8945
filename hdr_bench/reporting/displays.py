"""Figures as scikit-learn's Display objects: they hold computed data, and `plot` only draws."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.experiments.store import Store
from hdr_bench.reporting.details import readable_results
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.style import colour_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(eq=False)
class SummaryDisplay:
    """What is drawn of a summary, a mark a method.

    Attributes
    ----------
    summary : DataFrame
        As `summarise` returns it, the methods without an accuracy left out.
    ax_, figure_
        Where it was drawn.
    """

    summary: pd.DataFrame
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, results: pd.DataFrame) -> Self:
        """Make the display from what `load_results` returns."""
        summary = summarise(results)
        return cls(summary[summary["accuracy"].notna()])


@dataclass(eq=False)
class AccuracyDisplay(SummaryDisplay):
    """Accuracy of each method with its 95 % interval.

    Attributes as `SummaryDisplay`'s.
    """

    def frame(self) -> pd.DataFrame:
        """Return method, accuracy and the ends of its interval, as shares."""
        return self.summary[["case", "accuracy", "accuracy_low", "accuracy_high"]].reset_index(drop=True)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line a method, the first at the top."""
        self.ax_, self.figure_ = _axes(ax)
        positions = range(len(self.summary))
        accuracy = 100 * self.summary["accuracy"].to_numpy()
        reach = _reach(self.summary)
        for position, number, value, low, high in zip(positions, self.summary.index, accuracy, *reach, strict=True):
            self.ax_.errorbar(
                value, position, xerr=[[low], [high]], fmt=marker_of(number), color=colour_of(number), capsize=3
            )
        self.ax_.set_yticks(positions, self.summary["case"])
        self.ax_.set_ylim(len(self.summary) - 0.5, -0.5)
        self.ax_.set_xlabel(f"Accuracy on {_images(self.summary)} test images (%), with 95 % interval")
        self.ax_.set_title("Accuracy of each method")
        self.ax_.grid(axis="y", visible=False)
        return self


@dataclass(eq=False)
class CostDisplay(SummaryDisplay):
    """Accuracy of each method against the time that its fit takes, but for times that other trials disturbed.

    Attributes as `SummaryDisplay`'s.
    """

    @classmethod
    def from_results(cls, results: pd.DataFrame) -> Self:
        """Make the display from what `load_results` returns."""
        summary = super().from_results(results).summary
        return cls(summary[~summary["is_time_disturbed"]])

    def frame(self) -> pd.DataFrame:
        """Return method, seconds of the fit, accuracy and the ends of its interval, as shares."""
        columns = ["case", "fit_seconds", "accuracy", "accuracy_low", "accuracy_high"]
        return self.summary[columns].reset_index(drop=True)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a point a method, seconds on a logarithmic axis."""
        from matplotlib.ticker import LogLocator, NullLocator

        self.ax_, self.figure_ = _axes(ax)
        points = zip(self.summary["case"], self.summary["fit_seconds"], 100 * self.summary["accuracy"], strict=True)
        reach = zip(*_reach(self.summary), strict=True)
        for number, (case, seconds, value), (low, high) in zip(self.summary.index, points, reach, strict=True):
            self.ax_.errorbar(
                seconds, value, yerr=[[low], [high]], fmt=marker_of(number), color=colour_of(number), capsize=3,
                label=case,
            )  # fmt: skip
        self.ax_.set_xscale("log")
        # 1, 2 and 5 of each power of ten, as plain numbers: what matplotlib writes between them runs together.
        self.ax_.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        self.ax_.xaxis.set_major_formatter("{x:g}")
        self.ax_.xaxis.set_minor_locator(NullLocator())
        self.ax_.set_xlabel("Wall time of the fit (s)")
        self.ax_.set_ylabel("Accuracy (%), with 95 % interval")
        self.ax_.set_title("Accuracy against the time to fit")
        self.ax_.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
        return self


@dataclass(eq=False)
class ConfusionDisplay:
    """How often each class was taken for each other.

    Attributes
    ----------
    matrix : ndarray of shape (n_classes, n_classes), int64
        Test images by true class (rows) and predicted class (columns).
    class_names : tuple of str
    title : str
    ax_, figure_
        Where it was drawn.
    """

    matrix: NDArray[np.int64]
    class_names: tuple[str, ...]
    title: str = "Confusion matrix"
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, path: str | os.PathLike[str], case: str) -> Self:
        """Make the display of a method of the run in the folder `path`; seeds and folds are added up.

        Of a learning curve it is the trials with most images.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If none of its trials went well.
        """
        store = Store(path)
        planned = store.read_run().trials
        trials = [trial for trial in planned if trial.case == case]
        if not trials:
            raise UnknownNameError("case", case, dict.fromkeys(trial.case for trial in planned))
        # What cannot be read is told of elsewhere; the rest is drawn.
        results = readable_results(store, trials)
        good = [result for result in results if result.status == "ok"]
        if not good:
            raise StoreError(f"{store.folder}: no trial of {case!r} went well")
        if good[0].trial.protocol == "learning-curve":
            most = max(result.n_train for result in good)
            good = [result for result in good if result.n_train == most]
        n_classes = len(good[0].class_names)
        matrix = np.zeros((n_classes, n_classes), np.int64)
        for result in good:
            predictions = store.read_predictions(result.key)
            if predictions is not None:
                np.add.at(matrix, (predictions.y_true, predictions.y_pred), 1)
        return cls(matrix, good[0].class_names, title=case)

    def frame(self) -> pd.DataFrame:
        """Return the matrix with its class names."""
        rows = pd.Index(self.class_names, name="true")
        return pd.DataFrame(self.matrix, index=rows, columns=pd.Index(self.class_names, name="predicted"))

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the counts, shaded by their share of the true class; zeros stay empty."""
        self.ax_, self.figure_ = _axes(ax)
        shares = self.matrix / np.maximum(self.matrix.sum(axis=1, keepdims=True), 1)
        # The square root lets the few errors be seen beside the many right ones.
        self.ax_.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(self.matrix):
            if count:
                colour = "white" if shares[row, column] > 0.4 else "black"
                self.ax_.text(column, row, str(count), ha="center", va="center", color=colour, fontsize="small")
        ticks = np.arange(len(self.class_names))
        self.ax_.set_xticks(ticks, self.class_names)
        self.ax_.set_yticks(ticks, self.class_names)
        self.ax_.set_xlabel("Predicted class")
        self.ax_.set_ylabel("True class")
        self.ax_.set_title(self.title)
        self.ax_.grid(visible=False)
        return self


def _axes(ax: "Axes | None") -> "tuple[Axes, Figure]":
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(layout="constrained")
    return ax, ax.figure  # type: ignore[return-value]  # a SubFigure draws as well


def _reach(summary: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far the intervals reach below and above the accuracy, in percentage points."""
    accuracy = summary["accuracy"].to_numpy()
    low, high = summary["accuracy_low"].to_numpy(), summary["accuracy_high"].to_numpy()
    return 100 * np.maximum(accuracy - low, 0), 100 * np.maximum(high - accuracy, 0)


def _images(summary: pd.DataFrame) -> str:
    counts = sorted(set(summary["n_test"]))
    return " or ".join(f"{count:,}" for count in counts)
