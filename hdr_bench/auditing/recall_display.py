"""Figure of known errors found against images reviewed."""

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
"""Numbers of reviewed images for which a report states the errors found."""

# The curve ends when the last error is found, but not before this many images.
_FEWEST_DRAWN = 100


@dataclass(eq=False, repr=False)
class RecallDisplay(BaseDisplay):
    """Known errors found against the number of images reviewed.

    Parameters
    ----------
    curve : RecallCurve

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes with the curve.
    figure_ : matplotlib.figure.Figure
        Figure of `ax_`.
    """

    curve: RecallCurve

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height, in inches."""
        return 7.0, 3.6

    @property
    def note(self) -> str:
        """Source of the known errors."""
        return f"Known errors: {self.curve.source}."

    def frame(self) -> pd.DataFrame:
        """Return the plotted numbers.

        Returns
        -------
        frame : DataFrame
            One row per known error: the number of images ``inspected`` until it is found, and the number ``found`` by
            then.
        """
        return pd.DataFrame({"inspected": self.curve.ranks, "found": np.arange(1, len(self.curve.ranks) + 1)})

    def describe(self) -> str:
        """Describe in words how many errors are found.

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
        """Draw the curve and the best possible one.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        line_kw : dict, default=None
            Keywords for `matplotlib.axes.Axes.step`.

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
        ax.set_xlabel(f"Images of the {self.curve.part} part reviewed")
        ax.set_ylabel("Known errors found")
        ax.set_title(f"{n_known} known errors")
        ax.legend(loc="lower right")
        return self
