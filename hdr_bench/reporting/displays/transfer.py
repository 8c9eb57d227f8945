"""Accuracy of each method on each test set."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.displays.axes import (
    interval_lengths,
    interval_limits,
    legend_beside,
    scale_by_log_error,
    shorten_label,
)
from hdr_bench.reporting.displays.base import ResultsDisplay, with_style
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.frame_columns import check_frame
from hdr_bench.reporting.run import RunSource, read_contents
from hdr_bench.reporting.style import color_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OWN = "own test part"
_SPREAD = 0.7
"""Share of the room between two test sets that the methods take."""


@dataclass(eq=False, repr=False)
class TransferDisplay(ResultsDisplay):
    """Accuracy of each method on the test part of its own data and on the other test sets, with 95 % intervals.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it, a row for each method and test set, named in the column ``test_set``.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench import TransferDisplay
    >>> TransferDisplay.from_run("reports/transfer").plot().figure_.savefig("transfer.svg")  # doctest: +SKIP
    """

    summary: pd.DataFrame

    @classmethod
    def from_results(cls, results: pd.DataFrame) -> Self:
        """Create the display from a run's results; corrupted and attacked test sets are left out.

        Parameters
        ----------
        results : DataFrame
            Results, in the form that `load_results` returns.

        Returns
        -------
        display : TransferDisplay

        Raises
        ------
        StoreError
            If no method was evaluated.
        ValueError
            If there are no rows, or columns are missing.
        """
        check_frame(results)
        plain = _without_distorted(results)
        groups = [(str(name), summarise(rows)) for name, rows in plain.groupby("test_set", sort=False)]
        of_sets = [summary.assign(test_set=name or OWN) for name, summary in groups]
        found = [summary[summary["accuracy"].notna()] for summary in of_sets]
        found = [summary for summary in found if len(summary)]
        if not found:
            raise StoreError("these results hold no accuracy")
        return cls(pd.concat(found, ignore_index=True))

    @classmethod
    def from_run(cls, run: RunSource, **options: Any) -> Self:
        """Create the display from a run.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        **options : dict
            As `from_results` takes them.

        Returns
        -------
        display : TransferDisplay

        Raises
        ------
        StoreError
            If there is no run, or no method was evaluated.
        """
        contents = read_contents(run)
        frames = [frame for frame in (contents.results, contents.evaluations) if len(frame)]
        return cls.from_results(pd.concat(frames, ignore_index=True), **options)

    @property
    def test_sets(self) -> list[str]:
        """The test sets, the methods' own test part first."""
        return list(dict.fromkeys(self.summary["test_set"]))

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 9.0, 1.4 + len(self.test_sets) * (0.3 + 0.14 * self.summary["case"].nunique())

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Columns ``test_set``, ``case``, ``n_test``, ``accuracy``, ``accuracy_low`` and ``accuracy_high``.
        """
        names = ["test_set", "case", "n_test", "accuracy", "accuracy_low", "accuracy_high"]
        return self.summary[names].reset_index(drop=True)

    def describe(self) -> str:
        """Return each accuracy in words.

        Returns
        -------
        text : str
        """
        return " ".join(f"{name}: {self._list(rows)}." for name, rows in self.summary.groupby("test_set", sort=False))

    @staticmethod
    def _list(rows: pd.DataFrame) -> str:
        pairs = zip(rows["case"], rows["accuracy"], strict=True)
        return "; ".join(f"{case} {100 * accuracy:.1f} %" for case, accuracy in pairs)

    def plot(self, ax: "Axes | None" = None, *, errorbar_kw: dict[str, Any] | None = None) -> Self:
        """Draw a group of points for each test set, the methods' own test part at the top.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        errorbar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.errorbar`, for the accuracies with their intervals.

        Returns
        -------
        display : TransferDisplay
            Itself.
        """
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        places = {name: place for place, name in enumerate(self.test_sets)}
        cases = list(dict.fromkeys(self.summary["case"]))
        # Not out to the edges: two points would be nearer to those of other groups than to each other.
        offsets = _SPREAD * ((np.arange(len(cases)) + 0.5) / len(cases) - 0.5)
        for case, offset in zip(cases, offsets, strict=True):
            rows = self.summary[self.summary["case"] == case]
            number = int(rows["number"].iloc[0])
            look = {"marker": marker_of(number), "linestyle": "none", "color": color_of(number), "capsize": 2}
            style = with_style({**look, "label": shorten_label(case), "markersize": 5}, errorbar_kw, Line2D)
            heights = rows["test_set"].map(places).to_numpy(float) + offset
            ax.errorbar(100 * rows["accuracy"].to_numpy(), heights, xerr=interval_lengths(rows), **style)
        self._label(ax)
        return self

    def _label(self, ax: "Axes") -> None:
        counts = self.summary.groupby("test_set", sort=False)["n_test"].max()
        names = [f"{shorten_label(name, 26)}\n{counts[name]:,.0f} images" for name in self.test_sets]
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.5, -0.5)
        for place in range(1, len(names)):
            ax.axhline(place - 0.5, color="0.8", linewidth=0.6)
        scale_by_log_error(ax, "x", *interval_limits(self.summary))
        ax.set_xlabel("Accuracy (%; error on a log scale)")
        ax.set_title("Accuracy on each test set, with its 95 % interval")
        ax.grid(axis="y", visible=False)
        legend_beside(ax)


def _without_distorted(results: pd.DataFrame) -> pd.DataFrame:
    """Leave out corrupted and attacked test sets, which have figures of their own: there are too many for this one."""
    # Results of earlier versions have none.
    names = [name for name in ("corruption", "attack") if name in results]
    return results[results[names].isna().all(axis=1)]
