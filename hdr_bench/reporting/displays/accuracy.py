"""Accuracy of each method."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from hdr_bench.reporting.displays.base import axes_of, ends_of, log_error, reach_of, shortened
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.style import colour_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INTERVAL = ["accuracy", "accuracy_low", "accuracy_high"]
"""The accuracy and the ends of its interval, as a summary calls them."""

_TICKS = 0.16, 0.36
"""Where the tick of a seed begins and ends below its row, in rows: clear of the marker and of the next row."""


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
    """Accuracy of each method with its 95 % interval, and a tick for each of several seeds or folds.

    Attributes as `SummaryDisplay`'s, and

    Attributes
    ----------
    trials : dict of str to tuple of float
        Accuracy of each seed or fold, by row; of rows with several.
    """

    trials: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def from_results(cls, results: pd.DataFrame) -> Self:
        """Make the display from what `load_results` returns."""
        good = results[results["status"] == "ok"]
        trials = {str(label): tuple(rows["accuracy"].astype(float)) for label, rows in good.groupby("label")}
        several = {label: values for label, values in trials.items() if len(values) > 1}
        return cls(super().from_results(results).summary, several)

    def frame(self) -> pd.DataFrame:
        """Return method, accuracy and the ends of its interval, as shares."""
        return self.summary[["case", *INTERVAL]].reset_index(drop=True)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line for each method, the first at the top."""
        self.ax_, self.figure_ = axes_of(ax)
        accuracy = 100 * self.summary["accuracy"].to_numpy()
        points = zip(self.summary["number"], accuracy, *reach_of(self.summary), strict=True)
        for position, (number, value, low, high) in enumerate(points):
            self.ax_.errorbar(
                value, position, xerr=[[low], [high]], fmt=marker_of(number), color=colour_of(number), capsize=3
            )
        for position, (number, case) in enumerate(zip(self.summary["number"], self.summary["case"], strict=True)):
            ticks = [100 * value for value in self.trials.get(case, ())]
            self.ax_.vlines(ticks, position + _TICKS[0], position + _TICKS[1], colors=colour_of(number), linewidth=0.8)
        self.ax_.set_yticks(range(len(self.summary)), list(map(shortened, self.summary["case"])))
        self.ax_.set_ylim(len(self.summary) - 0.5, -0.5)
        counts = " or ".join(f"{count:,}" for count in sorted(set(self.summary["n_test"])))
        low, high = ends_of(self.summary)
        drawn = [100 * value for values in self.trials.values() for value in values]
        log_error(self.ax_, "x", min([low, *drawn]), max([high, *drawn]))
        self.ax_.set_xlabel(f"Accuracy on {counts} images (%; error on a log scale)")
        ticks_are = "; ticks: each seed or fold" if self.trials else ""
        self.ax_.set_title(f"Accuracy of each method, with its 95 % interval{ticks_are}")
        self.ax_.grid(axis="y", visible=False)
        return self
