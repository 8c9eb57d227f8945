"""What grid searches found: every candidate's accuracy over the folds."""

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.details import candidate_rows
from hdr_bench.reporting.displays.base import axes_of, shortened
from hdr_bench.reporting.run import RunContents, read_contents
from hdr_bench.reporting.style import CHOSEN, OTHERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 30


@dataclass(eq=False)
class SearchDisplay:
    """Mean accuracy over the folds of each candidate of a grid search, the best first.

    Attributes
    ----------
    candidates : DataFrame
        As `load_candidates` returns it, of one method and seed, best first.
    title : str
    ax_, figure_
        Where it was drawn.
    """

    candidates: pd.DataFrame
    title: str = ""
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str], case: str) -> Self:
        """Make the display of a method of the run in the folder `source`, of its first seed.

        Of successive halving it is the last round that each candidate was in.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed, or it is no grid search.
        """
        contents = read_contents(source)
        record = contents.good_records(contents.label_of_case(case))[0]
        if record.searched is None:
            raise StoreError(f"{contents.store.folder}: {case!r} is no grid search")
        frame = pd.DataFrame(candidate_rows([record])).drop_duplicates("params", keep="last")
        ordered = frame.sort_values(["is_chosen", "score"], ascending=False, kind="stable", na_position="last")
        return cls(ordered.reset_index(drop=True), case)

    def frame(self) -> pd.DataFrame:
        """Return a row a candidate: parameters, mean and standard deviation of its accuracy, seconds of a fit."""
        return self.candidates[["params", "score", "score_std", "fit_seconds", "is_chosen"]]

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line a candidate with the standard deviation over the folds, the chosen one marked."""
        self.ax_, self.figure_ = axes_of(ax)
        shown = self.candidates.head(_MOST)
        columns = (shown[name].to_numpy() for name in ("score", "score_std", "is_chosen"))
        for place, (score, spread, is_chosen) in enumerate(zip(*columns, strict=True)):
            colour, marker = (CHOSEN, "D") if is_chosen else (OTHERS, "o")
            if not np.isnan(score):
                self.ax_.errorbar(100 * score, place, xerr=100 * spread, fmt=marker, color=colour, markersize=5,
                                  capsize=2)  # fmt: skip
        words = [shortened(_words(params), 60) for params in shown["params"]]
        self.ax_.set_yticks(range(len(shown)), words, fontsize=8)
        self.ax_.set_ylim(len(shown) - 0.5, -0.5)
        self.ax_.set_xlabel("Accuracy over the folds (%), mean and standard deviation")
        more = "" if len(shown) == len(self.candidates) else f", the best {_MOST} of {len(self.candidates)}"
        self.ax_.set_title(f"Candidates of {shortened(self.title)}{more}; the diamond was chosen")
        self.ax_.grid(axis="y", visible=False)
        return self


def _words(params: str) -> str:
    return ", ".join(f"{name} = {value}" for name, value in json.loads(params).items())
