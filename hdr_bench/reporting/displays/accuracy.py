"""Accuracy of each method, and what it costs."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.reporting.displays.base import axes_of, ends_of, legend_beside, log_error, plain_log, reach_of, shortened
from hdr_bench.reporting.frame import label_of, largest_cost_set, summarise
from hdr_bench.reporting.style import INK, colour_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INTERVAL = ["accuracy", "accuracy_low", "accuracy_high"]

_TICKS = 0.16, 0.36
"""Where the tick of a seed begins and ends below its row, in rows: clear of the marker and of the next row."""

COST_AXES: dict[str, tuple[str, str, float]] = {
    "fit_seconds": ("the time to fit", "Wall time of the fit (s)", 1.0),
    "predict_seconds": ("the time to predict", "Wall time to predict the whole test part (s)", 1.0),
    "fit_peak_bytes": ("the memory to fit", "Peak memory of the fit (MB)", 1e-6),
    "size_bytes": ("the size", "Size of the pickled estimator (MB)", 1e-6),
}
"""What accuracy is drawn against: in words, as a label with its unit, and the factor to that unit."""


_LEAST = {"fit_seconds": 1e-5, "predict_seconds": 1e-5, "fit_peak_bytes": 1e3, "size_bytes": 1.0}


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
        labels = pd.Series([label_of(row) for row in good.to_dict("records")], good.index, dtype=object)
        trials = {str(label): tuple(values.astype(float)) for label, values in good["accuracy"].groupby(labels)}
        several = {label: values for label, values in trials.items() if len(values) > 1}
        return cls(super().from_results(results).summary, several)

    def frame(self) -> pd.DataFrame:
        """Return method, accuracy and the ends of its interval, as shares."""
        return self.summary[["case", *_INTERVAL]].reset_index(drop=True)

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


@dataclass(eq=False)
class CostDisplay(SummaryDisplay):
    """Accuracy of each method against what it costs, with the front that no method is better than in both.

    Attributes as `SummaryDisplay`'s, and

    Attributes
    ----------
    cost : {"fit_seconds", "predict_seconds", "fit_peak_bytes", "size_bytes"}
    """

    cost: str = "fit_seconds"

    @classmethod
    def from_results(cls, results: pd.DataFrame, cost: str = "fit_seconds") -> Self:
        """Make the display from what `load_results` returns; times that other trials disturbed are left out.

        Raises
        ------
        UnknownNameError
            If there is no such cost.
        """
        if cost not in COST_AXES:
            raise UnknownNameError("cost", cost, COST_AXES)
        summary = super().from_results(results).summary
        if cost.endswith("seconds"):
            summary = summary[~summary["is_time_disturbed"]]
        # What costs nothing that can be measured has a place on a logarithmic axis all the same.
        return cls(summary.assign(**{cost: summary[cost].clip(lower=_LEAST[cost])}), cost)

    def front(self) -> NDArray[np.bool_]:
        """Return which methods are on the Pareto front of the largest set whose costs compare.

        None of the others in it costs no more and is more accurate. Other data, other numbers of images, and parts of
        learning curves are not on it.
        """
        costs, accuracy = (self.summary[name].to_numpy(float) for name in (self.cost, "accuracy"))
        sets = self.summary["cost_set"].where(self.summary["cost_set"] != "").to_numpy(object)
        compares = sets == largest_cost_set(self.summary)
        no_dearer = (costs[None, :] <= costs[:, None]) & compares[None, :] & compares[:, None]
        no_worse = accuracy[None, :] >= accuracy[:, None]
        is_beaten = no_dearer & no_worse & ((costs[None, :] < costs[:, None]) | (accuracy[None, :] > accuracy[:, None]))
        front: NDArray[np.bool_] = compares & ~np.any(is_beaten, axis=1)
        return front

    def frame(self) -> pd.DataFrame:
        """Return method, cost (seconds or bytes), accuracy and its interval (shares), whether it is on the front."""
        frame = self.summary[["case", self.cost, *_INTERVAL]]
        return frame.assign(is_on_front=self.front()).reset_index(drop=True)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a point a method, the cost on a logarithmic axis, the front as a line of steps."""
        self.ax_, self.figure_ = axes_of(ax)
        words, label, factor = COST_AXES[self.cost]
        costs, accuracy = factor * self.summary[self.cost].to_numpy(float), 100 * self.summary["accuracy"].to_numpy()
        front = self.front()
        order = np.argsort(costs[front], kind="stable")
        self.ax_.step(costs[front][order], accuracy[front][order], where="post", color=INK, linewidth=0.9,
                      linestyle=(0, (4, 3)), label="Pareto front", zorder=1)  # fmt: skip
        reach = zip(*reach_of(self.summary), strict=True)
        named = zip(self.summary["number"], self.summary["case"], costs, accuracy, reach, strict=True)
        for number, case, cost, value, (low, high) in named:
            self.ax_.errorbar(
                cost, value, yerr=[[low], [high]], fmt=marker_of(number), color=colour_of(number), capsize=3,
                label=shortened(case), zorder=2,
            )  # fmt: skip
        self.ax_.set_xscale("log")
        plain_log(self.ax_.xaxis)
        self.ax_.set_xlabel(label)
        log_error(self.ax_, "y", *ends_of(self.summary))
        self.ax_.set_ylabel("Accuracy (%; error on a log scale)")
        self.ax_.set_title(f"Accuracy with its 95 % interval, against {words}")
        legend_beside(self.ax_)
        return self
