"""What refusing the unsure images gains: error on the rest by the share refused."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.records.predictions import ScoreSummary
from hdr_bench.records.scores import REJECTION_ERROR
from hdr_bench.reporting.displays.base import axes_of, legend_beside, plain_log, shortened
from hdr_bench.reporting.run import RunContents, read_contents
from hdr_bench.reporting.style import INK, colour_of, line_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_POINTS = 120
_LEAST_PERCENT = 0.05
_ROUNDING = 1e-12


@dataclass(eq=False)
class RejectionDisplay:
    """Error on the images that are kept, by the share refused: those of the smallest difference of the highest scores.

    Attributes
    ----------
    curves : DataFrame
        Columns ``case``, ``number`` (the method's place in the suite), ``rejected`` and ``error`` (shares).
    n_left_out : int
        Methods that are less accurate than these, and not drawn.
    ax_, figure_
        Where it was drawn.
    """

    curves: pd.DataFrame
    n_left_out: int = 0
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(
        cls,
        source: RunContents | str | os.PathLike[str],
        cases: Sequence[str] | None = None,
        most: int | None = None,
    ) -> Self:
        """Make the display of `cases` of the run in the folder `source`, or of all; of a method's trials the mean.

        Methods without scores of classes are left out; of the others, the `most` most accurate are taken.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If none of them gives scores of classes.
        """
        contents = read_contents(source)
        numbers = dict(zip(contents.summary["method"], contents.summary["number"], strict=True))
        found = (_curve(contents, case, numbers) for case in (contents.readable_cases() if cases is None else cases))
        curves = sorted(
            (curve for curve in found if curve is not None), key=lambda curve: float(curve["error"].iloc[0])
        )
        if not curves:
            raise StoreError(f"{contents.store.folder}: no method gives scores of classes")
        taken = curves[:most]
        return cls(pd.concat(taken, ignore_index=True), len(curves) - len(taken))

    def frame(self) -> pd.DataFrame:
        """Return a row a method and share refused: the error on the rest, as a share."""
        return self.curves[["case", "rejected", "error"]]

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line a method, the error on a logarithmic axis, and the 0.5 % at which LeCun et al. (1998) compare."""
        self.ax_, self.figure_ = axes_of(ax)
        share = self._shown_share()
        for case, curve in self.curves.groupby("case", sort=False):
            number = int(curve["number"].iloc[0])
            shown = curve[curve["rejected"] <= share]
            shown = shown.iloc[np.unique(np.linspace(0, len(shown) - 1, _MOST_POINTS).astype(int))]
            self.ax_.plot(100 * shown["rejected"], 100 * shown["error"], color=colour_of(number),
                          linestyle=line_of(number), label=shortened(str(case)))  # fmt: skip
        target = 100 * REJECTION_ERROR
        self.ax_.axhline(target, color=INK, linewidth=0.8, linestyle=":")
        self.ax_.annotate(f"{target:g} %", (1, target), xycoords=("axes fraction", "data"), xytext=(-2, 2),
                          textcoords="offset points", ha="right", va="bottom", fontsize=8)  # fmt: skip
        self.ax_.set_xlim(0, 100 * share)
        self.ax_.set_yscale("log")
        plain_log(self.ax_.yaxis)
        self.ax_.set_ylim(bottom=_LEAST_PERCENT)
        self.ax_.set_xlabel("Images refused (%)")
        self.ax_.set_ylabel("Error on the rest (%)")
        n_shown = len(set(self.curves["case"]))
        more = f" (the {n_shown} most accurate of {n_shown + self.n_left_out} methods)" if self.n_left_out else ""
        self.ax_.set_title(f"Error when the unsure images are refused{more}")
        legend_beside(self.ax_)
        return self

    def _shown_share(self) -> float:
        """Return how far refusing is shown: a little beyond where the last method reaches the target, 10 to 60 %."""
        reached = self.curves[self.curves["error"] <= REJECTION_ERROR].groupby("case")["rejected"].min()
        return float(np.clip(1.3 * reached.max() if len(reached) else 0.5, 0.1, 0.6))


def _curve(contents: RunContents, case: str, numbers: dict[str, int]) -> pd.DataFrame | None:
    """Return a method's curve, from none refused on, the mean over its trials; None without scores of classes."""
    found = contents.predictions_of(contents.label_of_case(case))
    summaries = [each.summary for _, each in found if each.summary is not None]
    if not summaries or len(summaries) < len(found):
        return None
    rejected = np.unique(np.concatenate([1 - each.kept / each.kept[-1] for each in summaries]))
    errors = np.mean([_error_at(rejected, each) for each in summaries], axis=0)
    return pd.DataFrame({"case": case, "number": numbers[case], "rejected": rejected, "error": errors})


def _error_at(rejected: NDArray[np.float64], summary: ScoreSummary) -> NDArray[np.float64]:
    """Return the error on the rest where at least these shares are refused, by the next threshold of a trial."""
    shares = (1 - summary.kept / summary.kept[-1])[::-1]
    errors = (summary.wrong / summary.kept)[::-1]
    places = np.minimum(np.searchsorted(shares, rejected - _ROUNDING), len(shares) - 1)
    return errors[places]
