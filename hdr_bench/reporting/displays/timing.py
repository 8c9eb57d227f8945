"""Times as distributions, if they were measured more than once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.cost_metrics import cost_metrics, cost_terms
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparability import disturbed_times
from hdr_bench.reporting.displays.axes import label_log_plainly, shorten_label
from hdr_bench.reporting.displays.base import ResultsDisplay, with_style
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.frame_columns import on_one_test_set
from hdr_bench.reporting.style import color_of, marker_of
from hdr_bench.reporting.wording import time_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TIMES = tuple(name for name, metric in cost_metrics().items() if metric.kind == "seconds")
"""What can be drawn."""


@dataclass(eq=False, repr=False)
class TimingDisplay(ResultsDisplay):
    """Every measured time, of methods with several trials.

    Parameters
    ----------
    times : DataFrame
        Columns ``case``, ``number`` (the method's place in the suite), ``seconds``.
    measure : {"fit_seconds", "predict_seconds"}, default="fit_seconds"
        What was timed.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import TimingDisplay
    >>> TimingDisplay.from_run("reports/quick", measure="predict_seconds").frame()  # doctest: +SKIP
    """

    times: pd.DataFrame
    measure: str = "fit_seconds"

    @classmethod
    def from_results(cls, results: pd.DataFrame, measure: str = "fit_seconds") -> Self:
        """Create the display of all methods with several trials; disturbed times are left out.

        Parameters
        ----------
        results : DataFrame
            Results, in the form that `load_results` returns.
        measure : {"fit_seconds", "predict_seconds"}, default="fit_seconds"
            What was timed.

        Returns
        -------
        display : TimingDisplay

        Raises
        ------
        UnknownNameError
            If there is no such time.
        StoreError
            If nothing was measured more than once.
        ValueError
            If there are no rows, or columns are missing.
        """
        if measure not in TIMES:
            raise UnknownNameError("time", measure, TIMES)
        results = on_one_test_set(results)
        numbers = summarise(results).set_index("case")["number"]
        call = METRICS[measure].call or "fit"
        is_known = np.isfinite(results[measure].astype(float))
        good = results[(results["status"] == "ok") & is_known & ~disturbed_times(results, call)]
        counts = good["label"].value_counts()
        repeated = good[good["label"].map(counts) > 1]
        if not len(repeated):
            raise StoreError("no undisturbed time was measured more than once; run the suite with more repeats")
        times = {"case": repeated["label"], "number": repeated["label"].map(numbers), "seconds": repeated[measure]}
        return cls(pd.DataFrame(times).reset_index(drop=True), measure)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 7.5, 1.2 + 0.3 * self.times["case"].nunique()

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row per time: ``case`` and ``seconds``.
        """
        return self.times[["case", "seconds"]]

    def describe(self) -> str:
        """Return medians and ranges in words.

        Returns
        -------
        text : str
        """
        groups = self.times.groupby("case", sort=False)["seconds"]
        return "Medians and ranges: " + "; ".join(f"{case}: {time_range(seconds)}" for case, seconds in groups) + "."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        line_kw: dict[str, Any] | None = None,
        median_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a line for each method: a mark for each time, a bar at the median, on a logarithmic axis.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, for the marks.
        median_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, for the bars.

        Returns
        -------
        display : TimingDisplay
            Itself.
        """
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        cases = list(dict.fromkeys(self.times["case"]))
        for position, case in enumerate(cases):
            trials = self.times[self.times["case"] == case]
            number = int(trials["number"].iloc[0])
            seconds = trials["seconds"].clip(lower=cost_terms(self.measure).resolution)
            look = {
                "linestyle": "",
                "marker": marker_of(number),
                "color": color_of(number),
                "alpha": 0.75,
                "markeredgecolor": "white",
                "markersize": 7,
            }
            ax.plot(seconds, [position] * len(trials), **with_style(look, line_kw, Line2D))
            bar = {"marker": "|", "markersize": 18, "color": color_of(number)}
            ax.plot([seconds.median()], [position], **with_style(bar, median_kw, Line2D))
        ax.set_xscale("log")
        label_log_plainly(ax.xaxis)
        ax.set_yticks(range(len(cases)), list(map(shorten_label, cases)))
        ax.set_ylim(len(cases) - 0.5, -0.5)
        ax.set_xlabel(f"{METRICS[self.measure].axis}; the bar is the median")
        ax.set_title("Every measured time")
        ax.grid(axis="y", visible=False)
        return self
