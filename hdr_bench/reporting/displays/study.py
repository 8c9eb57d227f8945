"""Accuracy of the levels of a study on its held-out images, and how their networks learned."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.records.courses import course_columns
from hdr_bench.reporting.comparisons.studies import StudyOutcome, compare_study
from hdr_bench.reporting.details import history_rows
from hdr_bench.reporting.displays.axes import interval_lengths, interval_limits, scale_by_log_error, shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, list_accuracies, with_style
from hdr_bench.reporting.displays.training import TrainingDisplay
from hdr_bench.reporting.run import RunContents, RunSource, read_contents
from hdr_bench.reporting.style import CHOSEN, OTHERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ["level", "accuracy", "accuracy_low", "accuracy_high", "n_trials", "is_chosen"]
_LOG_FROM = 20.0
"""Ratio of the largest to the smallest level from which the axis of a number is logarithmic."""


@dataclass(eq=False, repr=False)
class StudyDisplay(BaseDisplay):
    """Accuracy of each level of a study, with 95 % intervals and a tick for each seed.

    Levels that are numbers form a curve; other levels are dots, one below the other.

    Parameters
    ----------
    points : DataFrame
        A row for each level: ``level`` (its label), ``number`` (its value; missing if it is not a number),
        ``accuracy``, ``accuracy_low`` and ``accuracy_high`` (shares), ``n_trials`` and ``is_chosen``.
    seeds : DataFrame
        A row for each seed: ``level`` and ``accuracy``.
    study : str
        Name of the study.
    factor : str, default=""
        What varies, for the axis of numbers.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import StudyDisplay
    >>> StudyDisplay.from_run("runs/cnn", "Kernel size").plot()  # doctest: +SKIP
    """

    points: pd.DataFrame
    seeds: pd.DataFrame
    study: str
    factor: str = ""

    @classmethod
    def from_run(cls, run: RunSource, study: str) -> Self:
        """Create the display of a study of a run.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        study : str
            Name of the study.

        Returns
        -------
        display : StudyDisplay

        Raises
        ------
        UnknownNameError
            If the suite has no such study.
        StoreError
            If there is no run, or none of the study's trials has a result.
        """
        return cls.from_outcome(compare_study(read_contents(run), study))

    @classmethod
    def from_outcome(cls, outcome: StudyOutcome) -> Self:
        """Create the display of a study that was compared before.

        Parameters
        ----------
        outcome : StudyOutcome

        Returns
        -------
        display : StudyDisplay
        """
        numbers = {level.name: level.number for level in outcome.study.levels}
        rows = outcome.rows[outcome.rows["accuracy"].notna()]
        points = rows.assign(number=rows["level"].map(numbers), is_chosen=rows["level"] == outcome.level)
        labels = dict(zip(outcome.rows["case"], outcome.rows["level"], strict=True))
        good = outcome.results[outcome.results["status"] == "ok"]
        seeds = pd.DataFrame({"level": good["label"].map(labels), "accuracy": good["accuracy"].astype(float)})
        kept = points[[*_COLUMNS, "number"]].reset_index(drop=True)
        return cls(kept, seeds.reset_index(drop=True), outcome.study.name, outcome.study.factor)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return (6.5, 3.8) if self._is_numeric else (6.5, 1.4 + 0.36 * len(self.points))

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Columns ``level``, ``accuracy``, ``accuracy_low``, ``accuracy_high`` (shares), ``n_trials`` and
            ``is_chosen``.
        """
        return self.points[_COLUMNS]

    def describe(self) -> str:
        """Return each accuracy in words.

        Returns
        -------
        text : str
        """
        return list_accuracies(self.points.assign(case=self.points["level"]))

    def plot(self, ax: "Axes | None" = None, *, errorbar_kw: dict[str, Any] | None = None) -> Self:
        """Draw the levels.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        errorbar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.errorbar`, for the accuracies with their intervals.

        Returns
        -------
        display : StudyDisplay
            Itself.
        """
        ax, _ = self._set_axes(ax)
        if self._is_numeric:
            self._draw_curve(ax, errorbar_kw)
        else:
            self._draw_dots(ax, errorbar_kw)
        ax.set_title(f"{shorten_label(self.study)}: accuracy on held-out images (95 % intervals, seeds)")
        return self

    @property
    def _is_numeric(self) -> bool:
        return bool(self.points["number"].notna().all())

    def _limits(self) -> tuple[float, float]:
        low, high = interval_limits(self.points)
        seeds = 100 * self.seeds["accuracy"]
        return min(low, float(seeds.min())), max(high, float(seeds.max()))

    def _draw_curve(self, ax: "Axes", errorbar_kw: dict[str, Any] | None) -> None:
        points = self.points.sort_values("number", kind="stable")
        places = points["number"].to_numpy(float)
        style = _style({"linestyle": "-"}, errorbar_kw)
        ax.errorbar(places, 100 * points["accuracy"], yerr=interval_lengths(points), **style)
        x = self.seeds["level"].map(dict(zip(points["level"], places, strict=True)))
        ax.plot(x, 100 * self.seeds["accuracy"], linestyle="", marker="_", color=OTHERS, markersize=7, zorder=3)
        chosen = points[points["is_chosen"]]
        ax.plot(chosen["number"], 100 * chosen["accuracy"], linestyle="", marker="o", color=CHOSEN, zorder=4)
        if places.min() > 0 and places.max() / places.min() >= _LOG_FROM:
            ax.set_xscale("log")
        ax.set_xticks(places, [shorten_label(str(label), 14) for label in points["level"]])
        ax.minorticks_off()
        ax.set_xlabel(shorten_label(self.factor.removeprefix("params.") or self.study))
        scale_by_log_error(ax, "y", *self._limits())
        ax.set_ylabel("Accuracy (%; error on a log scale)")

    def _draw_dots(self, ax: "Axes", errorbar_kw: dict[str, Any] | None) -> None:
        points = self.points
        # The first level is at the top.
        places = -np.arange(len(points), dtype=float)
        style = _style({"linestyle": ""}, errorbar_kw)
        ax.errorbar(100 * points["accuracy"], places, xerr=interval_lengths(points), **style)
        y = self.seeds["level"].map(dict(zip(points["level"], places, strict=True)))
        ax.plot(100 * self.seeds["accuracy"], y, linestyle="", marker="|", color=OTHERS, markersize=9, zorder=3)
        is_chosen = points["is_chosen"].to_numpy(bool)
        chosen = 100 * points["accuracy"].to_numpy(float)[is_chosen]
        ax.plot(chosen, places[is_chosen], linestyle="", marker="o", color=CHOSEN, zorder=4)
        ax.set_yticks(places, [shorten_label(str(label), 34) for label in points["level"]])
        ax.set_ylim(places[-1] - 0.6, 0.6)
        scale_by_log_error(ax, "x", *self._limits())
        ax.set_xlabel("Accuracy (%; error on a log scale)")


def training_of_study(contents: RunContents, outcome: StudyOutcome, quantity: str) -> TrainingDisplay:
    """Return how the networks of a study's levels learned, on training images and on the held-out ones.

    Parameters
    ----------
    contents : RunContents
        The run.
    outcome : StudyOutcome
    quantity : {"accuracy", "loss"}
        What is drawn.

    Returns
    -------
    display : TrainingDisplay

    Raises
    ------
    StoreError
        If no level is a network, or the quantity is not recorded.
    """
    labels = dict(zip(outcome.rows["method"], outcome.rows["level"], strict=True))
    good = outcome.rows[outcome.rows["n_trials"] > 0]["case"]
    histories = pd.DataFrame(history_rows([record for label in good for record in contents.good_records(label)]))
    columns = list(course_columns(quantity).values())
    if len(histories):
        histories = histories[histories.reindex(columns=columns).notna().any(axis=1)]
    if not len(histories):
        raise StoreError(f"{contents.store.folder}: no course of training is kept of {outcome.study.name}")
    numbers = {level: number for number, level in enumerate(labels.values())}
    levels = histories["case"].map(labels)
    return TrainingDisplay(histories.assign(case=levels, number=levels.map(numbers)), quantity)


def _style(look: dict[str, Any], errorbar_kw: dict[str, Any] | None) -> dict[str, Any]:
    from matplotlib.lines import Line2D

    common = {"marker": "o", "color": "black", "linewidth": 1.2, "elinewidth": 1.2, "markersize": 5, "capsize": 3}
    return with_style({**common, **look}, errorbar_kw, Line2D)
