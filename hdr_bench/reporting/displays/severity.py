"""Error of each method by the severity of a corruption."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.comparisons.robustness.corruption_errors import (
    CorruptionErrors,
    corruption_title,
    corruptions_of,
)
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome, read_outcomes
from hdr_bench.reporting.displays.base import BaseDisplay
from hdr_bench.reporting.displays.panel_lines import Panel, draw_panels, panels_size
from hdr_bench.reporting.run import RunSource, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEWEST = 3
"""Severities of a corruption that make a curve."""


@dataclass(eq=False, repr=False)
class SeverityDisplay(BaseDisplay):
    """Error of each method by the severity of each corruption that has at least three, with 95 % intervals.

    Parameters
    ----------
    points : DataFrame
        Columns ``corruption``, ``case``, ``number`` (the method's place in the suite, from 0), ``severity``, ``error``,
        ``low`` and ``high`` (shares). Severity 0 means the original images.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The frame around all.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench import SeverityDisplay
    >>> SeverityDisplay.from_run("reports/robustness").plot()  # doctest: +SKIP
    """

    points: pd.DataFrame

    @classmethod
    def from_run(cls, run: RunSource) -> Self:
        """Create the display from a run.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.

        Returns
        -------
        display : SeverityDisplay

        Raises
        ------
        StoreError
            If there is no run, or no corruption has three severities.
        """
        contents = read_contents(run)
        numbers = dict(zip(contents.summary["case"], contents.summary["number"], strict=True))
        rows = list(_rows(corruptions_of(read_outcomes(contents)), numbers))
        if not rows:
            raise StoreError(f"{contents.store.folder}: no corruption has {_FEWEST} severities")
        return cls(pd.DataFrame(rows))

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return panels_size(self.points["corruption"].nunique(), self.points["case"].nunique())

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Columns ``corruption``, ``case``, ``severity``, ``error``, ``low`` and ``high`` (shares).
        """
        return self.points.drop(columns="number")

    def describe(self) -> str:
        """Return in words what the highest severity of each corruption does.

        Returns
        -------
        text : str
        """
        groups = self.points.groupby("corruption", sort=False)
        worst = {str(name): rows[rows["severity"] == rows["severity"].max()] for name, rows in groups}
        texts = [
            f"{name}, severity {rows['severity'].iloc[0]}: {100 * rows['error'].min():.1f} to "
            f"{100 * rows['error'].max():.1f} % error"
            for name, rows in worst.items()
        ]
        return f"{'; '.join(texts)}."

    def plot(self, ax: "Axes | None" = None, *, errorbar_kw: dict[str, Any] | None = None) -> Self:
        """Draw a panel for each corruption, and in it a line for each method.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        errorbar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.errorbar`, for the errors with their intervals.

        Returns
        -------
        display : SeverityDisplay
            Itself.
        """
        ax, _ = self._set_axes(ax)
        percent = self.points[["error", "low", "high"]].mul(100).set_axis(["y", "low", "high"], axis=1)
        points = pd.concat([self.points[["corruption", "case", "number"]], percent], axis=1)
        points["x"] = self.points["severity"]
        panels = [Panel(str(name), rows) for name, rows in points.groupby("corruption", sort=False)]
        draw_panels(ax, panels, "Severity (0: original images)", "Error (%)", errorbar_kw)
        return self


def _rows(corruptions: Sequence[CorruptionErrors], numbers: dict[str, int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for corruption in corruptions:
        steps = [severity for severity in corruption.severities if isinstance(severity, int)]
        if len(steps) < _FEWEST:
            continue
        for label, outcomes in corruption.outcomes.items():
            common = {"corruption": corruption_title(corruption.name), "case": label, "number": numbers[label]}
            rows += [{**common, **point} for point in _points(outcomes)]
    return rows


def _points(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    first = outcomes[0]
    points = [] if first.before is None else [{"severity": 0, **_error(first.before.accuracy, first.interval_before)}]
    return points + [
        {"severity": each.corruption.severity, **_error(each.accuracy, each.interval)}
        for each in outcomes
        if each.corruption is not None and isinstance(each.corruption.severity, int)
    ]


def _error(accuracy: float, interval: tuple[float, float]) -> dict[str, float]:
    low, high = interval
    return {"error": 1 - accuracy, "low": 1 - high, "high": 1 - low}
