"""Accuracy of each method against what it costs."""

from dataclasses import dataclass
from itertools import pairwise
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
    scale_by_log_error,
    shorten_label,
)
from hdr_bench.reporting.displays.base import ResultsDisplay, list_accuracies, with_style
from hdr_bench.reporting.displays.direct_labels import label_directly
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.frame_columns import on_one_test_set
from hdr_bench.reporting.numbers import percent_places, write_cost
from hdr_bench.reporting.points import Point
from hdr_bench.reporting.style import COLOURS, INK, OTHERS
from hdr_bench.reporting.wording import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COST_AXES = tuple(name for name in cost_metrics() if cost_terms(name).axis)
"""What accuracy is drawn against."""

PROCESSOR_TIMES = {"fit_seconds": "fit_cpu_seconds", "predict_seconds": "predict_cpu_seconds"}
"""What accuracy is drawn against in place of wall times that are disturbed."""

# Names that a figure of the usual height has room for.
_MANY = 12
# More seconds or bytes than there can be; a logarithmic axis overflows far beyond.
_MOST = 1e21


@dataclass(eq=False, repr=False)
class CostDisplay(ResultsDisplay):
    """Accuracy of each method against the median of what it costs, with the Pareto front of the ranked methods.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it, without the methods that have no accuracy or no undisturbed cost; with the median of
        the cost over the fits in its column, and its range in ``COST_low`` and ``COST_high``, in seconds or bytes.
    cost : str, default="fit_seconds"
        What accuracy is drawn against; one of `COST_AXES`.
    omitted : tuple of str, default=()
        Methods that are not drawn, since all of their times are disturbed.
    unmeasured : tuple of str, default=()
        Methods that are not drawn, since the cost was not measured.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import CostDisplay
    >>> CostDisplay.from_run("reports/quick", cost="size_bytes").plot()  # doctest: +SKIP
    """

    summary: pd.DataFrame
    cost: str = "fit_seconds"
    omitted: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()

    @classmethod
    def from_results(cls, results: pd.DataFrame, cost: str = "fit_seconds") -> Self:
        """Create the display of all methods; those with disturbed times only are left out.

        Parameters
        ----------
        results : DataFrame
            Results, in the form that `load_results` returns.
        cost : str, default="fit_seconds"
            What accuracy is drawn against; one of `COST_AXES`.

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
        unmeasured = tuple(case for case in summary["case"] if case not in costs)
        # Other work on the machine lengthens the wall time alone.
        may_be_disturbed = METRICS[cost].clock != "processor"
        omitted = tuple(
            case for case in summary["case"] if case in costs and may_be_disturbed and costs[case].is_disturbed
        )
        is_known = ~summary["case"].isin([*unmeasured, *omitted]).to_numpy(bool)
        rows = summary[pd.Series(is_known, index=summary.index, dtype=bool)]
        columns = [cost, f"{cost}_low", f"{cost}_high"]
        # What costs nothing that can be measured has a place on a logarithmic axis all the same.
        least = cost_terms(cost).resolution
        clipped = rows.assign(**{name: rows[name].clip(least, _MOST) for name in columns})
        return cls(clipped, cost, omitted, unmeasured)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches: many names need more room."""
        return 7.2, 4.4 if len(self.summary) <= _MANY else 6.2

    @property
    def note(self) -> str:
        """Which methods are left out, and why."""
        reasons = {"times disturbed": self.omitted, "not measured": self.unmeasured}
        left_out = [f"Left out, {reason}: {'; '.join(cases)}." for reason, cases in reasons.items() if cases]
        if METRICS[self.cost].clock == "processor":
            left_out.insert(0, "Processor time of all threads, which other work on the machine does not lengthen.")
        return " ".join(left_out)

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

    def named_points(self) -> list[Point]:
        """Return where the methods are drawn, with their figures in words.

        Returns
        -------
        points : list of Point
            Costs in the unit of the axis, accuracies in percent.
        """
        metric = METRICS[self.cost]
        return [
            Point(row["case"], self._in_words(row), metric.factor * row[self.cost], 100 * row["accuracy"])
            for _, row in self.summary.iterrows()
        ]

    def _in_words(self, row: pd.Series) -> str:
        metric, places = METRICS[self.cost], percent_places(int(row["n_test"]))
        ends = "–".join(f"{100 * row[name]:.{places}f}" for name in ("accuracy_low", "accuracy_high"))
        costs = (metric.factor * row[f"{self.cost}{end}"] for end in ("", "_low", "_high"))
        middle, low, high = map(write_cost, costs)
        spread = f" ({low}–{high})" if low != high else ""
        accuracy = f"accuracy {percent(row)}\N{NO-BREAK SPACE}% ({ends})"
        return (
            f"{row['case']}: {accuracy}, {cost_terms(self.cost).words} {middle}{spread}\N{NO-BREAK SPACE}{metric.unit}"
        )

    def describe(self) -> str:
        """Return the Pareto front in words.

        Returns
        -------
        text : str
            It says so if no ranked methods have costs that compare.
        """
        frame = self.frame()
        front = frame[frame["is_on_front"]]
        return f"Pareto front: {list_accuracies(front)}" if len(front) else "No Pareto front."

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
            Axes to draw on; by default those of a new figure.
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
        look = {"color": OTHERS, "linewidth": 0.9, "linestyle": (0, (4, 3)), "zorder": 1}
        steps = with_style(look, front_kw, Line2D)
        ax.step(costs[front][order], accuracy[front][order], where="post", **steps)
        self._draw_methods(ax, costs, accuracy, metric.factor, errorbar_kw, hlines_kw)
        ax.set_xscale("log")
        label_log_plainly(ax.xaxis)
        ax.set_xlabel(f"{metric.axis}; median and range")
        scale_by_log_error(ax, "y", *interval_limits(self.summary))
        ax.set_ylabel("Accuracy (%; error on a log scale)")
        ax.set_title(f"Accuracy against the {words}; the Pareto front in blue")
        self._name_methods(ax, costs, accuracy, self._lines(costs, accuracy, metric.factor))
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
        methods = zip(self.front(), costs, accuracy, lengths, self._ranges(factor), strict=True)
        for is_on_front, cost, value, (low, high), (least, most) in methods:
            color = COLOURS[0] if is_on_front else OTHERS
            look = {"marker": "o", "linestyle": "none", "color": color, "capsize": 0, "zorder": 2 + is_on_front}
            ax.errorbar(cost, value, yerr=[[low], [high]], **with_style(look, errorbar_kw, Line2D))
            line = {"color": color, "linewidth": 1.5, "zorder": 2}
            ax.hlines(value, least, most, **with_style(line, hlines_kw, LineCollection))

    def _ranges(self, factor: float) -> NDArray[np.float64]:
        """Return the least and the most cost of each method, in the units of the axis."""
        return factor * self.summary[[f"{self.cost}_low", f"{self.cost}_high"]].to_numpy(float)

    def _lines(self, costs: NDArray[np.float64], accuracy: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
        """Return the ends of all lines: intervals and ranges of the methods, and the steps of the front."""
        low, high = interval_lengths(self.summary)
        intervals = zip(costs, accuracy - low, costs, accuracy + high, strict=True)
        ranges = [(least, y, most, y) for (least, most), y in zip(self._ranges(factor), accuracy, strict=True)]
        order = np.argsort(costs[self.front()], kind="stable")
        corners = list(zip(costs[self.front()][order], accuracy[self.front()][order], strict=True))
        across = [(x, y, next_x, y) for (x, y), (next_x, _) in pairwise(corners)]
        up = [(x, y, x, next_y) for (_, y), (x, next_y) in pairwise(corners)]
        return np.array([*intervals, *ranges, *across, *up]).reshape(-1, 2, 2)

    def _name_methods(
        self, ax: "Axes", costs: NDArray[np.float64], accuracy: NDArray[np.float64], lines: NDArray[np.float64]
    ) -> None:
        """Write the names beside the points, those of the front first: they have the choice of the places."""
        front = self.front()
        order = np.argsort(~front, kind="stable")
        names = [shorten_label(case) for case in self.summary["case"]]
        looks = [
            {"color": INK, "fontweight": "bold", "fontsize": 9} if is_on_front else {"color": OTHERS, "fontsize": 8.5}
            for is_on_front in front
        ]
        chosen = [names[row] for row in order], [looks[row] for row in order]
        label_directly(ax, costs[order], accuracy[order], *chosen, lines)
