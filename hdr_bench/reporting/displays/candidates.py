"""Candidates of a grid search: the accuracy of each over the folds."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.details import candidate_rows
from hdr_bench.reporting.displays.axes import shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.run import RunSource, read_contents
from hdr_bench.reporting.style import CHOSEN, OTHERS
from hdr_bench.reporting.wording import describe_params

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 30


@dataclass(eq=False, repr=False)
class SearchDisplay(BaseDisplay):
    """Mean accuracy over the folds of each candidate in a grid search.

    Parameters
    ----------
    candidates : DataFrame
        Candidates of one method and seed, in the form that `load_candidates` returns: the chosen one first, then by
        descending accuracy.
    title : str, default=""
        The method.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import SearchDisplay
    >>> SearchDisplay.from_run("reports/quick", "SVM, RBF").frame()  # doctest: +SKIP
    """

    candidates: pd.DataFrame
    title: str = ""

    @classmethod
    def from_run(cls, run: RunSource, case: str) -> Self:
        """Create the display from the search of a method's first seed.

        For successive halving, each candidate is shown with its scores from the last round that it took part in.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        case : str
            The method.

        Returns
        -------
        display : SearchDisplay

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed, or the case is not a grid search.
        """
        contents = read_contents(run)
        record = contents.good_records(contents.label_of_case(case))[0]
        if record.searched is None:
            raise StoreError(
                f"{contents.store.folder}: {case!r} is not a grid search. Choose a case whose protocol is grid-search."
            )
        frame = pd.DataFrame(candidate_rows([record])).drop_duplicates("params", keep="last")
        ordered = frame.sort_values(["is_chosen", "score"], ascending=False, kind="stable", na_position="last")
        return cls(ordered.reset_index(drop=True), case)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 8.0, 1.2 + 0.25 * min(len(self.candidates), _MOST_ROWS)

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            One row per candidate: ``params`` (JSON), ``score`` and ``score_std`` (mean and standard deviation of its
            accuracy, as a fraction of 1), ``fit_seconds`` (mean time of one fit), ``is_chosen``.
        """
        return self.candidates[["params", "score", "score_std", "fit_seconds", "is_chosen"]]

    def describe(self) -> str:
        """Return in words which candidate was chosen.

        Returns
        -------
        text : str
        """
        return f"Chosen from {len(self.candidates)} candidates: {self.candidates['params'][0]}."

    def plot(self, ax: "Axes | None" = None, *, errorbar_kw: dict[str, Any] | None = None) -> Self:
        """Draw the mean accuracy of each candidate; the chosen candidate is a diamond.

        Error bars are standard deviations over the folds. At most 30 candidates are drawn.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        errorbar_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.errorbar`, for the candidates.

        Returns
        -------
        display : SearchDisplay
            Itself.
        """
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        rows = self.candidates.head(_MOST_ROWS)
        columns = (rows[name].to_numpy() for name in ("score", "score_std", "is_chosen"))
        for position, (score, spread, is_chosen) in enumerate(zip(*columns, strict=True)):
            if np.isnan(score):
                continue
            color, marker = (CHOSEN, "D") if is_chosen else (OTHERS, "o")
            look = {"marker": marker, "linestyle": "none", "color": color, "markersize": 5, "capsize": 2}
            ax.errorbar(100 * score, position, xerr=100 * spread, **with_style(look, errorbar_kw, Line2D))
        words = [shorten_label(describe_params(json.loads(params)), 60) for params in rows["params"]]
        ax.set_yticks(range(len(rows)), words, fontsize=8)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.set_xlabel("Accuracy over the folds (%), mean and standard deviation")
        more = "" if len(rows) == len(self.candidates) else f" (best {_MOST_ROWS} of {len(self.candidates)})"
        ax.set_title(f"Candidates of {shorten_label(self.title)}{more}; diamond: chosen")
        ax.grid(axis="y", visible=False)
        return self
