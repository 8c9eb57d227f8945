"""Accuracy of each method by attack strength."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.comparisons.robustness.attacks import AttackKind, attacks_of
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome, read_outcomes
from hdr_bench.reporting.displays.base import BaseDisplay
from hdr_bench.reporting.displays.panel_lines import Panel, draw_panels, panels_size
from hdr_bench.reporting.run import RunSource, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False, repr=False)
class AttackDisplay(BaseDisplay):
    """Accuracy of each method by eps, for each attack of at least two sizes, with 95 % intervals.

    Attacks with the methods' own gradients, and images that were made for another method, have panels of their own.

    Parameters
    ----------
    points : DataFrame
        Columns ``attack``, ``case``, ``number`` (the method's place in the suite, from 0), ``eps``, ``accuracy``,
        ``low`` and ``high`` (shares). An eps of 0 means the original images.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The frame around all.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> from hdr_bench import AttackDisplay
    >>> AttackDisplay.from_run("reports/robustness").plot()  # doctest: +SKIP
    """

    points: pd.DataFrame

    @classmethod
    def from_run(cls, run: RunSource) -> Self:
        """Make the display of a run.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.

        Returns
        -------
        display : AttackDisplay

        Raises
        ------
        StoreError
            If there is no run, or no attack has two sizes.
        """
        contents = read_contents(run)
        numbers = dict(zip(contents.summary["case"], contents.summary["number"], strict=True))
        rows = _rows(attacks_of(read_outcomes(contents)), numbers)
        if not rows:
            raise StoreError(f"{contents.store.folder}: no attack has two sizes")
        return cls(pd.DataFrame(rows))

    @property
    def figsize(self) -> tuple[float, float]:
        """Width and height that suit it, in inches."""
        return panels_size(self.points["attack"].nunique(), self.points["case"].nunique())

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Columns ``attack``, ``case``, ``eps``, ``accuracy``, ``low`` and ``high`` (shares).
        """
        return self.points.drop(columns="number")

    def describe(self) -> str:
        """Return in words what the largest eps of each attack leaves.

        Returns
        -------
        text : str
        """
        groups = self.points.groupby("attack", sort=False)
        largest = {str(name): rows[rows["eps"] == rows["eps"].max()] for name, rows in groups}
        texts = [
            f"{name}, eps {rows['eps'].iloc[0]:g}: "
            + ", ".join(f"{row['case']} {100 * row['accuracy']:.1f} %" for row in rows.to_dict("records"))
            for name, rows in largest.items()
        ]
        return f"{'; '.join(texts)}."

    def plot(self, ax: "Axes | None" = None, *, errorbar_kw: dict[str, Any] | None = None) -> Self:
        """Draw a panel for each attack, and in it a line for each method.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        errorbar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.errorbar`, for the accuracies with their intervals.

        Returns
        -------
        display : AttackDisplay
            Itself.
        """
        ax, _ = self._set_axes(ax)
        percent = self.points[["accuracy", "low", "high"]].mul(100).set_axis(["y", "low", "high"], axis=1)
        points = pd.concat([self.points[["attack", "case", "number"]], percent], axis=1)
        points["x"] = self.points["eps"]
        panels = [Panel(str(name), rows) for name, rows in points.groupby("attack", sort=False)]
        draw_panels(ax, panels, "eps (0: original images)", "Accuracy (%)", errorbar_kw)
        return self


def _rows(attacks: Mapping[AttackKind, Sequence[Outcome]], numbers: dict[str, int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for kind, outcomes in attacks.items():
        if len({each.attack.eps for each in outcomes if each.attack is not None}) < 2:
            continue
        title = f"{kind.title}: {kind.origin}"
        for label in dict.fromkeys(each.label for each in outcomes):
            common = {"attack": title, "case": label, "number": numbers[label]}
            rows += [{**common, **point} for point in _points([each for each in outcomes if each.label == label])]
    return rows


def _points(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    first = outcomes[0]
    points = [] if first.before is None else [_point(0.0, first.before.accuracy, first.interval_before)]
    return points + [
        _point(each.attack.eps, each.accuracy, each.interval) for each in outcomes if each.attack is not None
    ]


def _point(eps: float, accuracy: float, interval: tuple[float, float]) -> dict[str, float]:
    low, high = interval
    return {"eps": eps, "accuracy": accuracy, "low": low, "high": high}
