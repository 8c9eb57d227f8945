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
    """Mean accuracy over the folds of each candidate of a grid search, the best first.

    Parameters
    ----------
    candidates : DataFrame
        As `load_candidates` returns it, of one method and seed, best first.
    title : str, default=""
        The method.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import SearchDisplay
    >>> SearchDisplay.from_run("reports/quick", "SVM, RBF").frame()  # doctest: +SKIP
    """

    candidates: pd.DataFrame
    title: str = ""

    @classmethod
    def from_run(cls, run: RunSource, case: str) -> Self:
        """Make the display of a method, of its first seed.

        Of successive halving it is the last round that each candidate was in.

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
            If all of its trials failed, or it is no grid search.
        """
        contents = read_contents(run)
        record = contents.good_records(contents.label_of_case(case))[0]
        if record.searched is None:
            raise StoreError(f"{contents.store.folder}: {case!r} is no grid search")
        frame = pd.DataFrame(candidate_rows([record])).drop_duplicates("params", keep="last")
        ordered = frame.sort_values(["is_chosen", "score"], ascending=False, kind="stable", na_position="last")
        return cls(ordered.reset_index(drop=True), case)

    @property
    def figsize(self) -> tuple[float, float]:
        """Width and height that suit it, in inches."""
        return 8.0, 1.2 + 0.25 * min(len(self.candidates), _MOST_ROWS)

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row per candidate: ``params`` (JSON), ``score`` and ``score_std`` (mean and standard deviation of its
            accuracy, shares), ``fit_seconds`` (of one fit), ``is_chosen``.
        """
        return self.candidates[["params", "score", "score_std", "fit_seconds", "is_chosen"]]

    def describe(self) -> str:
        """Return in words which candidate was chosen.

        Returns
        -------
        text : str
        """
        return f"Chosen: {self.candidates['params'][0]}, of {len(self.candidates)} candidates."

    def plot(self, ax: "Axes | None" = None, *, errorbar_kw: dict[str, Any] | None = None) -> Self:
        """Draw a line per candidate with the standard deviation over the folds, the chosen one marked.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
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
        more = "" if len(rows) == len(self.candidates) else f", the best {_MOST_ROWS} of {len(self.candidates)}"
        ax.set_title(f"Candidates of {shorten_label(self.title)}{more}; the diamond was chosen")
        ax.grid(axis="y", visible=False)
        return self
