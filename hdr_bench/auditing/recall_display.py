"""Figure of known errors found against images looked at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.auditing.known_errors import RecallCurve
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.style import OTHERS, color_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED = (15, 30, 81)
"""Images looked at for which a report says in words how many errors are found."""

# The curve is drawn until the last error is found, or for so many images.
_FEWEST_DRAWN = 100


@dataclass(eq=False, repr=False)
class RecallDisplay(BaseDisplay):
    """Known errors found, by how many images were looked at.

    Parameters
    ----------
    curve : RecallCurve

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.
    """

    curve: RecallCurve

    @property
    def figsize(self) -> tuple[float, float]:
        """Width and height that suit it, in inches."""
        return 7.0, 3.6

    @property
    def note(self) -> str:
        """Who knows the errors."""
        return f"Known errors: {self.curve.source}."

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row for each known error: ``inspected`` images until it is found, and how many are ``found`` then.
        """
        return pd.DataFrame({"inspected": self.curve.ranks, "found": np.arange(1, len(self.curve.ranks) + 1)})

    def describe(self) -> str:
        """Return in words how many errors are found.

        Returns
        -------
        text : str
        """
        found = ", ".join(f"{self.curve.found_among(n)} among the first {n}" for n in NAMED)
        return (
            f"Of {len(self.curve.ranks)} known errors in the {self.curve.part} part: {found} of its images; the last "
            f"one has rank {self.curve.ranks[-1]:,}."
        )

    def plot(self, ax: "Axes | None" = None, *, line_kw: dict[str, Any] | None = None) -> Self:
        """Draw the curve, and what no order could exceed.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.step`, for the curve.

        Returns
        -------
        display : RecallDisplay
            Itself.
        """
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        n_known = len(self.curve.ranks)
        last = min(max(self.curve.ranks[-1], _FEWEST_DRAWN), self.curve.n_images)
        ax.plot([0, n_known, last], [0, n_known, n_known], color=OTHERS, linestyle="--", label="best possible")
        ends = [0, *self.curve.ranks, last]
        counts = [0, *range(1, n_known + 1), n_known]
        ax.step(ends, counts, where="post", **with_style({"color": color_of(0), "label": "audit"}, line_kw, Line2D))
        ax.set_xlabel(f"Images of the {self.curve.part} part looked at")
        ax.set_ylabel("Known errors found")
        ax.set_title(f"{n_known} known errors")
        ax.legend(loc="lower right")
        return self
