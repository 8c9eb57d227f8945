"""Accuracy of each method against what it costs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.cost_metrics import cost_metrics, cost_terms
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparability import largest_cost_set
from hdr_bench.reporting.comparisons.costs import costs_of, with_costs
from hdr_bench.reporting.displays.axes import (
    interval_lengths,
    interval_limits,
    label_log_plainly,
    legend_beside,
    scale_by_log_error,
    shorten_label,
)
from hdr_bench.reporting.displays.base import ResultsDisplay, list_accuracies, with_style
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.frame_columns import on_one_test_set
from hdr_bench.reporting.style import INK, color_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COST_AXES = tuple(name for name in cost_metrics() if cost_terms(name).axis)
"""What accuracy is drawn against."""


@dataclass(eq=False, repr=False)
class CostDisplay(ResultsDisplay):
    """Accuracy of each method against the median of what it costs, with the Pareto front of the ranked methods.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it, without the methods that have no accuracy or no undisturbed cost; with the median of
        the cost over the fits in its column, and its range in ``COST_low`` and ``COST_high``, in seconds or bytes.
    cost : {"fit_seconds", "predict_seconds", "fit_peak_bytes", "size_bytes"}, default="fit_seconds"
        What accuracy is drawn against.
    omitted : tuple of str, default=()
        Methods that are not drawn, since all of their times are disturbed.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import CostDisplay
    >>> CostDisplay.from_run("reports/quick", cost="size_bytes").plot()  # doctest: +SKIP
    """

    summary: pd.DataFrame
    cost: str = "fit_seconds"
    omitted: tuple[str, ...] = ()

    @classmethod
    def from_results(cls, results: pd.DataFrame, cost: str = "fit_seconds") -> Self:
        """Make the display of all methods; those with disturbed times only are left out.

        Parameters
        ----------
        results : DataFrame
            As `load_results` returns it.
        cost : {"fit_seconds", "predict_seconds", "fit_peak_bytes", "size_bytes"}, default="fit_seconds"
            What accuracy is drawn against.

        Returns
        -------
        display : CostDisplay

        Raises
        ------
        UnknownNameError
            If there is no such cost.
        ValueError
            If there are no rows, or columns are missing.
        """
        if cost not in COST_AXES:
            raise UnknownNameError("cost", cost, COST_AXES)
        results = on_one_test_set(results)
        costs = costs_of(results, cost)
        accurate = summarise(results)
        summary = with_costs(accurate[accurate["accuracy"].notna()], results, [cost])
        is_known = [case in costs and not costs[case].is_disturbed for case in summary["case"]]
        omitted = tuple(case for case in summary["case"] if case in costs and costs[case].is_disturbed)
        rows = summary[pd.Series(is_known, index=summary.index, dtype=bool)]
        columns = [cost, f"{cost}_low", f"{cost}_high"]
        # What costs nothing that can be measured has a place on a logarithmic axis all the same.
        least = cost_terms(cost).resolution
        return cls(rows.assign(**{name: rows[name].clip(lower=least) for name in columns}), cost, omitted)

    @property
    def figsize(self) -> tuple[float, float]:
        """Width and height that suit it, in inches: the legend has a line for each method."""
        return 8.5, max(4.2, 0.9 + 0.205 * (len(self.summary) + 1))

    @property
    def note(self) -> str:
        """Which methods are left out."""
        return f"Left out, times disturbed: {'; '.join(self.omitted)}." if self.omitted else ""

    def front(self) -> NDArray[np.bool_]:
        """Return which methods are on the Pareto front of the largest set whose costs compare.

        None of the other ranked methods in it costs no more and is more accurate. Dummies, incomplete rows, other data,
        other numbers of images, and parts of learning curves are not on it.

        Returns
        -------
        front : ndarray of shape (n_methods,), bool
            In the order of the summary.
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
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Columns ``case``, the cost with ``COST_low`` and ``COST_high`` (in seconds or bytes), ``accuracy``,
            ``accuracy_low`` and ``accuracy_high`` (shares), ``is_on_front``.
        """
        costs = [self.cost, f"{self.cost}_low", f"{self.cost}_high"]
        frame = self.summary[["case", *costs, "accuracy", "accuracy_low", "accuracy_high"]]
        return frame.assign(is_on_front=self.front()).reset_index(drop=True)

    def describe(self) -> str:
        """Return the Pareto front in words.

        Returns
        -------
        text : str
        """
        frame = self.frame()
        return f"Pareto front: {list_accuracies(frame[frame['is_on_front']])}"

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        errorbar_kw: dict[str, Any] | None = None,
        hlines_kw: dict[str, Any] | None = None,
        front_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a point for each method with the range of its cost, on a logarithmic axis, the front as steps.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        errorbar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.errorbar`, for the methods.
        hlines_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.hlines`, for the ranges of the costs.
        front_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.step`, for the Pareto front.

        Returns
        -------
        display : CostDisplay
            Itself.

        Raises
        ------
        StoreError
            If no method has such a cost that was measured undisturbed.
        """
        from matplotlib.lines import Line2D

        if not len(self.summary):
            words = cost_terms(self.cost).words
            raise StoreError(f"no {words} was measured undisturbed; {self.note or 'run the suite again'}")
        ax, _ = self._set_axes(ax)
        words, metric = cost_terms(self.cost).words, METRICS[self.cost]
        costs, accuracy = (
            metric.factor * self.summary[self.cost].to_numpy(float),
            100 * self.summary["accuracy"].to_numpy(),
        )
        front = self.front()
        order = np.argsort(costs[front], kind="stable")
        look = {"color": INK, "linewidth": 0.9, "linestyle": (0, (4, 3)), "label": "Pareto front", "zorder": 1}
        steps = with_style(look, front_kw, Line2D)
        ax.step(costs[front][order], accuracy[front][order], where="post", **steps)
        self._draw_methods(ax, costs, accuracy, metric.factor, errorbar_kw, hlines_kw)
        ax.set_xscale("log")
        label_log_plainly(ax.xaxis)
        ax.set_xlabel(f"{metric.axis}; median and range")
        scale_by_log_error(ax, "y", *interval_limits(self.summary))
        ax.set_ylabel("Accuracy (%; error on a log scale)")
        ax.set_title(f"Accuracy with its 95 % interval, against the {words}")
        legend_beside(ax)
        return self

    def _draw_methods(
        self,
        ax: "Axes",
        costs: NDArray[np.float64],
        accuracy: NDArray[np.float64],
        factor: float,
        errorbar_kw: dict[str, Any] | None,
        hlines_kw: dict[str, Any] | None,
    ) -> None:
        from matplotlib.collections import LineCollection
        from matplotlib.lines import Line2D

        lengths = zip(*interval_lengths(self.summary), strict=True)
        ranges = factor * self.summary[[f"{self.cost}_low", f"{self.cost}_high"]].to_numpy(float)
        methods = zip(self.summary["number"], self.summary["case"], costs, accuracy, lengths, ranges, strict=True)
        for number, case, cost, value, (low, high), (least, most) in methods:
            look = {
                "marker": marker_of(number),
                "linestyle": "none",
                "color": color_of(number),
                "capsize": 3,
                "label": shorten_label(case),
                "zorder": 2,
            }
            ax.errorbar(cost, value, yerr=[[low], [high]], **with_style(look, errorbar_kw, Line2D))
            line = {"color": color_of(number), "linewidth": 1.5, "zorder": 2}
            ax.hlines(value, least, most, **with_style(line, hlines_kw, LineCollection))
