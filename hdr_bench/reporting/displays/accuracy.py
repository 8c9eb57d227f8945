"""Accuracy of each method."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from hdr_bench.reporting.displays.axes import interval_lengths, interval_limits, scale_by_log_error, shorten_label
from hdr_bench.reporting.displays.base import ResultsDisplay, list_accuracies, with_style
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.frame_columns import on_one_test_set
from hdr_bench.reporting.style import color_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Where the tick of a seed begins and ends below its row, in rows: clear of the marker and of the next row.
_TICK_TOP, _TICK_BOTTOM = 0.16, 0.36


@dataclass(eq=False, repr=False)
class AccuracyDisplay(ResultsDisplay):
    """Accuracy of each method with its 95 % interval, and a tick for each of several seeds or folds.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it, without the methods that have no accuracy.
    trials : dict of str to tuple of float, default={}
        Accuracy of each seed or fold, a share, by row; of rows with several.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench import load_results
    >>> from hdr_bench.reporting.displays import AccuracyDisplay
    >>> results = load_results("reports/quick")  # doctest: +SKIP
    >>> AccuracyDisplay.from_results(results).plot().figure_.savefig("accuracy.svg")  # doctest: +SKIP
    """

    summary: pd.DataFrame
    trials: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def from_results(cls, results: pd.DataFrame) -> Self:
        """Create the display of all methods.

        Parameters
        ----------
        results : DataFrame
            Results, in the form that `load_results` returns.

        Returns
        -------
        display : AccuracyDisplay

        Raises
        ------
        ValueError
            If there are no rows, or columns are missing.
        """
        results = on_one_test_set(results)
        good = results[results["status"] == "ok"]
        trials = {str(label): tuple(rows["accuracy"].astype(float)) for label, rows in good.groupby("label")}
        summary = summarise(results)
        several = {label: values for label, values in trials.items() if len(values) > 1}
        return cls(summary[summary["accuracy"].notna()], several)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 7.5, 1.2 + 0.3 * len(self.summary)

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Columns ``case``, ``accuracy``, ``accuracy_low`` and ``accuracy_high``, as shares.
        """
        return self.summary[["case", "accuracy", "accuracy_low", "accuracy_high"]].reset_index(drop=True)

    def describe(self) -> str:
        """Return each accuracy in words.

        Returns
        -------
        text : str
        """
        return list_accuracies(self.frame())

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        errorbar_kw: dict[str, Any] | None = None,
        vlines_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a line for each method, the first at the top.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        errorbar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.errorbar`, for the accuracies with their intervals.
        vlines_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.vlines`, for the ticks of seeds and folds.

        Returns
        -------
        display : AccuracyDisplay
            Itself.
        """
        from matplotlib.collections import LineCollection
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        accuracy = 100 * self.summary["accuracy"].to_numpy()
        points = zip(self.summary["number"], accuracy, *interval_lengths(self.summary), strict=True)
        for position, (number, value, low, high) in enumerate(points):
            look = {"marker": marker_of(number), "linestyle": "none", "color": color_of(number), "capsize": 3}
            ax.errorbar(value, position, xerr=[[low], [high]], **with_style(look, errorbar_kw, Line2D))
        for position, (number, case) in enumerate(zip(self.summary["number"], self.summary["case"], strict=True)):
            ticks = [100 * value for value in self.trials.get(case, ())]
            look = {"color": color_of(number), "linewidth": 0.8}
            style = with_style(look, vlines_kw, LineCollection)
            ax.vlines(ticks, position + _TICK_TOP, position + _TICK_BOTTOM, **style)
        self._label(ax)
        return self

    def _label(self, ax: "Axes") -> None:
        n_rows = len(self.summary)
        ax.set_yticks(range(n_rows), list(map(shorten_label, self.summary["case"])))
        ax.set_ylim(n_rows - 0.5, -0.5)
        low, high = interval_limits(self.summary)
        ticks = [100 * value for values in self.trials.values() for value in values]
        scale_by_log_error(ax, "x", min([low, *ticks]), max([high, *ticks]))
        counts = " or ".join(f"{count:,}" for count in sorted(set(self.summary["n_test"])))
        ax.set_xlabel(f"Accuracy on {counts} images (%; error on a log scale)")
        legend = "; ticks: each seed or fold" if self.trials else ""
        ax.set_title(f"Accuracy of each method, with its 95 % interval{legend}")
        ax.grid(axis="y", visible=False)
