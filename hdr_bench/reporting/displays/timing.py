"""Times as distributions, if they were measured more than once."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.metrics import METRICS, cost_metrics, cost_terms
from hdr_bench.reporting.displays.base import axes_of, plain_log, shortened
from hdr_bench.reporting.disturbed import disturbed_times
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.style import colour_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TIMES = tuple(name for name, metric in cost_metrics().items() if metric.kind == "seconds")
"""What can be drawn."""


@dataclass(eq=False)
class TimingDisplay:
    """Each time that was measured, of methods with several trials.

    Attributes
    ----------
    times : DataFrame
        Columns ``case``, ``number`` (the method's place in the suite), ``seconds``.
    measure : {"fit_seconds", "predict_seconds"}
    ax_, figure_
        Where it was drawn.
    """

    times: pd.DataFrame
    measure: str = "fit_seconds"
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, results: pd.DataFrame, measure: str = "fit_seconds") -> Self:
        """Make the display from what `load_results` returns; disturbed ones are left out.

        Raises
        ------
        UnknownNameError
            If there is no such time.
        StoreError
            If nothing was measured more than once.
        """
        if measure not in TIMES:
            raise UnknownNameError("time", measure, TIMES)
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

    def frame(self) -> pd.DataFrame:
        """Return a row a time: method and seconds."""
        return self.times[["case", "seconds"]]

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line for each method: a mark for each time, a bar at the median, on a logarithmic axis."""
        self.ax_, self.figure_ = axes_of(ax)
        cases = list(dict.fromkeys(self.times["case"]))
        for place, case in enumerate(cases):
            trials = self.times[self.times["case"] == case]
            number = int(trials["number"].iloc[0])
            seconds = trials["seconds"].clip(lower=cost_terms(self.measure).resolution)
            self.ax_.plot(seconds, [place] * len(trials), linestyle="", marker=marker_of(number),
                          color=colour_of(number), alpha=0.75, markeredgecolor="white", markersize=7)  # fmt: skip
            self.ax_.plot([seconds.median()], [place], marker="|", markersize=18, color=colour_of(number))
        self.ax_.set_xscale("log")
        plain_log(self.ax_.xaxis)
        self.ax_.set_yticks(range(len(cases)), list(map(shortened, cases)))
        self.ax_.set_ylim(len(cases) - 0.5, -0.5)
        self.ax_.set_xlabel(f"{METRICS[self.measure].axis}; the bar is the median")
        self.ax_.set_title("Each time that was measured")
        self.ax_.grid(axis="y", visible=False)
        return self
