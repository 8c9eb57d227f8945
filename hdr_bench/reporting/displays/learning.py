"""Accuracy by the number of training images."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.displays.axes import (
    interval_limits,
    label_log_plainly,
    legend_beside,
    scale_by_log_error,
    shorten_label,
)
from hdr_bench.reporting.displays.base import ResultsDisplay, list_accuracies, with_style
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.frame_columns import on_one_test_set
from hdr_bench.reporting.style import color_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = [
    "method",
    "images",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "accuracy_min",
    "accuracy_max",
    "accuracy_std",
    "n_trials",
]


@dataclass(eq=False, repr=False)
class LearningCurveDisplay(ResultsDisplay):
    """Accuracy by the number of training images.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it, of learning curves alone, with the column ``images``: training images.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import LearningCurveDisplay
    >>> LearningCurveDisplay.from_run("reports/curves").plot()  # doctest: +SKIP
    """

    summary: pd.DataFrame

    @classmethod
    def from_results(cls, results: pd.DataFrame) -> Self:
        """Create the display of all learning curves.

        Parameters
        ----------
        results : DataFrame
            Results, in the form that `load_results` returns.

        Returns
        -------
        display : LearningCurveDisplay

        Raises
        ------
        StoreError
            If there is no learning curve among them, or all of its trials failed.
        ValueError
            If there are no rows, or columns are missing.
        """
        results = on_one_test_set(results)
        numbered = summarise(results)[["method", "number"]].drop_duplicates()
        curves = results[(results["protocol"] == "learning-curve") & (results["status"] == "ok")]
        if not len(curves):
            raise StoreError("these results hold no learning curve without failed trials")
        summary = summarise(curves).drop(columns="number").merge(numbered, on="method")
        sizes = curves.groupby("case", sort=False)["n_train"].unique().map(list)
        images = [int(size) for method in dict.fromkeys(summary["method"]) for size in sizes[method]]
        return cls(summary.assign(images=images))

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 8.0, 4.2

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row for each ``method`` and number of training ``images``: mean ``accuracy``, its interval, range and
            standard deviation over the trials (shares), ``n_trials``.
        """
        return self.summary[_COLUMNS].reset_index(drop=True)

    def describe(self) -> str:
        """Return each accuracy in words.

        Returns
        -------
        text : str
        """
        points = self.frame()
        images = points["images"].map("{:,} images".format)
        return list_accuracies(points.assign(case=points["method"] + ", " + images))

    def plot(self, ax: "Axes | None" = None, *, errorbar_kw: dict[str, Any] | None = None) -> Self:
        """Draw a line per method with its 95 % intervals, the images on a logarithmic axis.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        errorbar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.errorbar`, for the methods.

        Returns
        -------
        display : LearningCurveDisplay
            Itself.
        """
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        for method, line in self.summary.groupby("method", sort=False):
            number = int(line["number"].iloc[0])
            accuracy = 100 * line["accuracy"].to_numpy(float)
            low, high = (
                100 * np.abs(line[name].to_numpy(float) - line["accuracy"].to_numpy(float))
                for name in ("accuracy_low", "accuracy_high")
            )
            look = {
                "marker": marker_of(number),
                "color": color_of(number),
                "capsize": 3,
                "label": shorten_label(str(method)),
            }
            ax.errorbar(line["images"], accuracy, yerr=[low, high], **with_style(look, errorbar_kw, Line2D))
        ax.set_xscale("log")
        label_log_plainly(ax.xaxis)
        ax.set_xlabel("Training images")
        scale_by_log_error(ax, "y", *interval_limits(self.summary))
        ax.set_ylabel("Accuracy (%; error on a log scale)")
        ax.set_title("Accuracy with its 95 % interval, by the number of training images")
        legend_beside(ax)
        return self
