"""Error against rejection rate: what refusing the unsure images gains."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.records.predictions import ScoreSummary
from hdr_bench.records.scores import REJECTION_ERROR
from hdr_bench.reporting.displays.axes import label_log_plainly, legend_beside, shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.run import RunContents, RunSource, read_contents
from hdr_bench.reporting.style import INK, color_of, line_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_POINTS = 120
_LEAST_PERCENT = 0.05
_ROUNDING = 1e-12


@dataclass(eq=False, repr=False)
class RejectionDisplay(BaseDisplay):
    """Error on the images that are kept, by the share refused: those of the smallest difference of the highest scores.

    Parameters
    ----------
    curves : DataFrame
        Columns ``case``, ``number`` (the method's place in the suite), ``rejected`` and ``error`` (shares).
    n_omitted : int, default=0
        Methods that are less accurate than these, and not drawn.
    reached : dict of str to float, default=None
        By method, also of those that are not drawn: the share to refuse for an error of 0.5 %.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import RejectionDisplay
    >>> RejectionDisplay.from_run("reports/quick", max_methods=5).plot()  # doctest: +SKIP
    """

    curves: pd.DataFrame
    n_omitted: int = 0
    reached: dict[str, float] | None = None

    @classmethod
    def from_run(cls, run: RunSource, cases: Sequence[str] | None = None, *, max_methods: int | None = None) -> Self:
        """Create the display of some methods, or of all; of a method's trials the mean.

        Methods without scores of classes are left out.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        cases : sequence of str, default=None
            The methods; by default all.
        max_methods : int, default=None
            Number of methods at most, the most accurate ones; by default all.

        Returns
        -------
        display : RejectionDisplay

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If none of them gives scores of classes.
        ValueError
            If `max_methods` is below 1.
        """
        if max_methods is not None and max_methods < 1:
            raise ValueError(f"max_methods must be at least 1, got {max_methods}")
        contents = read_contents(run)
        numbers = dict(zip(contents.summary["method"], contents.summary["number"], strict=True))
        chosen = contents.readable_cases() if cases is None else cases
        known = [curve for case in chosen if (curve := _curve(contents, case, numbers)) is not None]
        if not known:
            raise StoreError(f"{contents.store.folder}: no method gives scores of classes")
        curves = sorted(known, key=lambda curve: float(curve["error"].iloc[0]))
        kept = curves[:max_methods]
        shares = contents.summary.set_index("case")["rejection"].dropna()
        reached = {str(case): float(share) for case, share in shares.items()}
        return cls(pd.concat(kept, ignore_index=True), len(curves) - len(kept), reached)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 8.5, 4.0

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Columns ``case``, ``rejected`` and ``error`` (on the rest), as shares.
        """
        return self.curves[["case", "rejected", "error"]]

    def describe(self) -> str:
        """Return in words what each method must refuse for an error of 0.5 %.

        Returns
        -------
        text : str
        """
        shares = "; ".join(f"{case}: {100 * share:.1f} %" for case, share in (self.reached or {}).items())
        return f"Refused for an error of 0.5 %: {shares or 'none gets there'}."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        line_kw: dict[str, Any] | None = None,
        ref_line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a line per method, the error on a logarithmic axis, and the 0.5 % at which LeCun et al. (1998) compare.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, for the methods.
        ref_line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.axhline`, for the line at 0.5 %.

        Returns
        -------
        display : RejectionDisplay
            Itself.
        """
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        share = self._visible_share()
        for case, curve in self.curves.groupby("case", sort=False):
            number = int(curve["number"].iloc[0])
            part = curve[curve["rejected"] <= share]
            part = part.iloc[np.unique(np.linspace(0, len(part) - 1, _MOST_POINTS).astype(int))]
            look = {"color": color_of(number), "linestyle": line_of(number), "label": shorten_label(str(case))}
            ax.plot(100 * part["rejected"], 100 * part["error"], **with_style(look, line_kw, Line2D))
        self._draw_target(ax, ref_line_kw)
        ax.set_xlim(0, 100 * share)
        ax.set_yscale("log")
        label_log_plainly(ax.yaxis)
        ax.set_ylim(bottom=_LEAST_PERCENT)
        ax.set_xlabel("Images refused (%)")
        ax.set_ylabel("Error on the rest (%)")
        n_drawn = self.curves["case"].nunique()
        more = f" (the {n_drawn} most accurate of {n_drawn + self.n_omitted} methods)" if self.n_omitted else ""
        ax.set_title(f"Error against rejection rate{more}")
        legend_beside(ax)
        return self

    def _draw_target(self, ax: "Axes", ref_line_kw: dict[str, Any] | None) -> None:
        from matplotlib.lines import Line2D

        target = 100 * REJECTION_ERROR
        look = {"color": INK, "linewidth": 0.8, "linestyle": ":"}
        ax.axhline(target, **with_style(look, ref_line_kw, Line2D))
        ax.annotate(
            f"{target:g} %",
            (1, target),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 2),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=8,
        )

    def _visible_share(self) -> float:
        """Return how far refusing is shown: a little beyond where the last method reaches the target, 10 to 60 %."""
        reached = self.curves[self.curves["error"] <= REJECTION_ERROR].groupby("case")["rejected"].min()
        return float(np.clip(1.3 * reached.max() if len(reached) else 0.5, 0.1, 0.6))


def _curve(contents: RunContents, case: str, numbers: dict[str, int]) -> pd.DataFrame | None:
    """Return a method's curve, from none refused on, the mean over its trials; None without scores of classes."""
    trials = contents.predictions_of(contents.label_of_case(case))
    summaries = [each.summary for _, each in trials if each.summary is not None]
    if not summaries or len(summaries) < len(trials):
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
