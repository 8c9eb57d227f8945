"""Accuracy of each method against what it costs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.reporting.comparisons.costs import costs_of, with_costs
from hdr_bench.reporting.displays.accuracy import INTERVAL, SummaryDisplay
from hdr_bench.reporting.displays.base import axes_of, ends_of, legend_beside, log_error, plain_log, reach_of, shortened
from hdr_bench.reporting.frame import largest_cost_set
from hdr_bench.reporting.style import INK, colour_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COST_AXES: dict[str, tuple[str, str, float]] = {
    "fit_seconds": ("the time to fit", "Wall time of the fit (s)", 1.0),
    "predict_seconds": ("the time to predict", "Wall time to predict the whole test part (s)", 1.0),
    "fit_peak_bytes": ("the memory to fit", "Peak memory of the fit (MB)", 1e-6),
    "size_bytes": ("the size", "Size of the pickled estimator (MB)", 1e-6),
}
"""What accuracy is drawn against: in words, as a label with its unit, and the factor to that unit."""

# What costs nothing that can be measured has a place on a logarithmic axis all the same.
_LEAST = {"fit_seconds": 1e-5, "predict_seconds": 1e-5, "fit_peak_bytes": 1e3, "size_bytes": 1.0}


@dataclass(eq=False)
class CostDisplay(SummaryDisplay):
    """Accuracy of each method against the median of what it costs, with the Pareto front of the ranked methods.

    Attributes as `SummaryDisplay`'s, with the cost's median over the fits in its column and the range beside it in
    ``COST_low`` and ``COST_high``, and

    Attributes
    ----------
    cost : {"fit_seconds", "predict_seconds", "fit_peak_bytes", "size_bytes"}
    left_out : tuple of str
        Methods that are not drawn, since all of their times are disturbed.
    """

    cost: str = "fit_seconds"
    left_out: tuple[str, ...] = ()

    @classmethod
    def from_results(cls, results: pd.DataFrame, cost: str = "fit_seconds") -> Self:
        """Make the display from what `load_results` returns; methods with disturbed times only are left out.

        Raises
        ------
        UnknownNameError
            If there is no such cost.
        """
        if cost not in COST_AXES:
            raise UnknownNameError("cost", cost, COST_AXES)
        costs = costs_of(results, cost)
        summary = with_costs(super().from_results(results).summary, results, [cost])
        kept = [case in costs and not costs[case].is_disturbed for case in summary["case"]]
        left_out = tuple(case for case in summary["case"] if case in costs and costs[case].is_disturbed)
        columns = [cost, f"{cost}_low", f"{cost}_high"]
        shown = summary[pd.Series(kept, index=summary.index, dtype=bool)]
        return cls(shown.assign(**{name: shown[name].clip(lower=_LEAST[cost]) for name in columns}), cost, left_out)

    def front(self) -> NDArray[np.bool_]:
        """Return which methods are on the Pareto front of the largest set whose costs compare.

        None of the other ranked methods in it costs no more and is more accurate. Dummies, incomplete rows, other data,
        other numbers of images, and parts of learning curves are not on it.
        """
        costs, accuracy = (self.summary[name].to_numpy(float) for name in (self.cost, "accuracy"))
        sets = self.summary["cost_set"].where(self.summary["cost_set"] != "").to_numpy(object)
        compares = (sets == largest_cost_set(self.summary)) & self.summary["is_ranked"].to_numpy(bool)
        no_dearer = (costs[None, :] <= costs[:, None]) & compares[None, :] & compares[:, None]
        no_worse = accuracy[None, :] >= accuracy[:, None]
        is_beaten = no_dearer & no_worse & ((costs[None, :] < costs[:, None]) | (accuracy[None, :] > accuracy[:, None]))
        front: NDArray[np.bool_] = compares & ~np.any(is_beaten, axis=1)
        return front

    def frame(self) -> pd.DataFrame:
        """Return method, median and range of the cost, accuracy and its interval, and whether it is on the front.

        Costs are in seconds or bytes, accuracies are shares.
        """
        frame = self.summary[["case", self.cost, f"{self.cost}_low", f"{self.cost}_high", *INTERVAL]]
        return frame.assign(is_on_front=self.front()).reset_index(drop=True)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a point for each method with the range of its cost, on a logarithmic axis, the front as steps."""
        self.ax_, self.figure_ = axes_of(ax)
        words, label, factor = COST_AXES[self.cost]
        costs, accuracy = factor * self.summary[self.cost].to_numpy(float), 100 * self.summary["accuracy"].to_numpy()
        front = self.front()
        order = np.argsort(costs[front], kind="stable")
        self.ax_.step(costs[front][order], accuracy[front][order], where="post", color=INK, linewidth=0.9,
                      linestyle=(0, (4, 3)), label="Pareto front", zorder=1)  # fmt: skip
        reach = zip(*reach_of(self.summary), strict=True)
        ranges = factor * self.summary[[f"{self.cost}_low", f"{self.cost}_high"]].to_numpy(float)
        named = zip(self.summary["number"], self.summary["case"], costs, accuracy, reach, ranges, strict=True)
        for number, case, cost, value, (low, high), (least, most) in named:
            self.ax_.errorbar(
                cost, value, yerr=[[low], [high]], fmt=marker_of(number), color=colour_of(number), capsize=3,
                label=shortened(case), zorder=2,
            )  # fmt: skip
            self.ax_.hlines(value, least, most, color=colour_of(number), linewidth=1.5, zorder=2)
        self.ax_.set_xscale("log")
        plain_log(self.ax_.xaxis)
        self.ax_.set_xlabel(f"{label}; median and range")
        log_error(self.ax_, "y", *ends_of(self.summary))
        self.ax_.set_ylabel("Accuracy (%; error on a log scale)")
        self.ax_.set_title(f"Accuracy with its 95 % interval, against {words}")
        legend_beside(self.ax_)
        return self
