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
        return self.summary[["case", *INTERVAL]].reset_index(drop=True)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line a method, the first at the top."""
        self.ax_, self.figure_ = axes_of(ax)
        accuracy = 100 * self.summary["accuracy"].to_numpy()
        points = zip(self.summary["number"], accuracy, *reach_of(self.summary), strict=True)
        for position, (number, value, low, high) in enumerate(points):
            self.ax_.errorbar(
                value, position, xerr=[[low], [high]], fmt=marker_of(number), color=colour_of(number), capsize=3
            )
        self.ax_.set_yticks(range(len(self.summary)), list(map(shortened, self.summary["case"])))
        self.ax_.set_ylim(len(self.summary) - 0.5, -0.5)
        counts = " or ".join(f"{count:,}" for count in sorted(set(self.summary["n_test"])))
        log_error(self.ax_, "x", *ends_of(self.summary))
        self.ax_.set_xlabel(f"Accuracy on {counts} images (%; error on a log scale)")
        self.ax_.set_title("Accuracy of each method, with its 95 % interval")
        self.ax_.grid(axis="y", visible=False)
        return self
