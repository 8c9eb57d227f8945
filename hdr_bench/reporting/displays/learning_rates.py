"""Loss by learning rate, from a range test."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.records.learning_rates import LearningRateRange
from hdr_bench.records.text import pluralize
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.style import CHOSEN, COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Below the lowest loss and above the first, as a share of the fall between them.
_MARGIN = 0.08
# Further space above, for the label of the suggested range and the beginning of the rise.
_HEADROOM = 0.28


@dataclass(eq=False, repr=False)
class LearningRateDisplay(BaseDisplay):
    """Smoothed training loss by learning rate, over the sweeps of a range test, with the suggested range.

    Parameters
    ----------
    found : LearningRateRange
        As `learning_rate_range` returns it.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> from hdr_bench import LearningRateDisplay, learning_rate_range, load_dataset
    >>> from hdr_bench.estimators import MLPClassifier
    >>> digits = load_dataset("digits-8x8").train
    >>> found = learning_rate_range(MLPClassifier("16N"), digits.X, digits.y, seeds=2)
    >>> LearningRateDisplay.from_range(found).plot()  # doctest: +SKIP
    """

    found: LearningRateRange

    @classmethod
    def from_range(cls, found: LearningRateRange) -> Self:
        """Make the display of a range test.

        Parameters
        ----------
        found : LearningRateRange
            As `learning_rate_range` returns it.

        Returns
        -------
        display : LearningRateDisplay
        """
        return cls(found)

    @property
    def figsize(self) -> tuple[float, float]:
        """Width and height that suit it, in inches."""
        return 6.4, 3.8

    @property
    def note(self) -> str:
        """What limits the suggested range, or why there is none; empty for nothing."""
        return self.found.remark

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row for each ``rate``: ``median``, ``lowest`` and ``highest`` of the smoothed losses, infinite where
            sweeps have stopped, and ``sweeps``, the number that have not.
        """
        return self.found.curve()

    def describe(self) -> str:
        """Return the suggested range in words.

        Returns
        -------
        text : str
        """
        return self.found.describe()

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        line_kw: dict[str, Any] | None = None,
        fill_between_kw: dict[str, Any] | None = None,
        axvspan_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the median loss by rate, with a band from the lowest to the highest sweep.

        Where a sweep has stopped, the band leaves the axes at the top.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, for the median.
        fill_between_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.fill_between`, for the band.
        axvspan_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.axvspan`, for the suggested range.

        Returns
        -------
        display : LearningRateDisplay
            Itself.
        """
        from matplotlib.collections import PolyCollection
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        curve = self.frame()
        bottom, top = _limits(curve)
        ax.set_xscale("log")
        ax.set_xlim(curve["rate"].iloc[0], curve["rate"].iloc[-1])
        ax.set_ylim(bottom, top)
        self._draw_range(ax, axvspan_kw)
        band = with_style({"color": COLOURS[0], "alpha": 0.2, "linewidth": 0}, fill_between_kw, PolyCollection)
        # Beyond the axes, where it is cut off: infinity would not be drawn at all.
        low, high = (curve[name].clip(upper=top + (top - bottom)) for name in ("lowest", "highest"))
        ax.fill_between(curve["rate"], low, high, where=curve["sweeps"] > 0, **band)
        line = with_style({"color": COLOURS[0], "linewidth": 1.6}, line_kw, Line2D)
        ax.plot(curve["rate"], curve["median"].replace(np.inf, np.nan), **line)
        self._label(ax, curve)
        return self

    def _draw_range(self, ax: "Axes", axvspan_kw: dict[str, Any] | None) -> None:
        from matplotlib.patches import Rectangle

        if self.found.suggested is None:
            return
        low, high = self.found.suggested
        look = {"color": CHOSEN, "alpha": 0.15, "linewidth": 0}
        ax.axvspan(low, high, **with_style(look, axvspan_kw, Rectangle))
        ax.annotate(
            f"{low:.2g} to {high:.2g}",
            (np.sqrt(low * high), 1),
            xycoords=ax.get_xaxis_transform(),
            xytext=(0, -3),
            textcoords="offset points",
            ha="center",
            va="top",
            color=CHOSEN,
        )

    def _label(self, ax: "Axes", curve: pd.DataFrame) -> None:
        n_seeds = len(self.found.seeds)
        text = "one sweep" if n_seeds == 1 else f"median of {pluralize(n_seeds, 'sweep')},\nfrom lowest to highest"
        first = float(curve["median"].iloc[0])
        ax.annotate(
            text,
            (curve["rate"].iloc[0], first if np.isfinite(first) else ax.get_ylim()[1]),
            xytext=(5, -7),
            textcoords="offset points",
            va="top",
            color=COLOURS[0],
            annotation_clip=False,
        )
        ax.set_xlabel("Learning rate (log scale)")
        ax.set_ylabel("Training loss, smoothed")
        title = "suggested rates shaded" if self.found.suggested else "no rate suggested"
        ax.set_title(f"Loss by learning rate; {title}")


def _limits(curve: pd.DataFrame) -> tuple[float, float]:
    """Return limits that show the fall from the first loss, whatever height the loss explodes to."""
    finite = curve[["lowest", "median"]].to_numpy()
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return 0.0, 1.0
    bottom, first = float(finite.min()), float(finite[0])
    height = max(first - bottom, 0.1 * first) or 1.0
    return bottom - _MARGIN * height, bottom + (1 + _MARGIN + _HEADROOM) * height
