"""Confusion matrices of all methods as small multiples."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from hdr_bench.reporting.displays.axes import shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.displays.confusion import MOST_NUMBERS, ConfusionDisplay, shade_matrix
from hdr_bench.reporting.run import RunSource, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_COLUMNS = 6
# From one square of side 1 to the next.
_ACROSS, _DOWN = 1.25, 1.5


@dataclass(eq=False, repr=False)
class ConfusionGridDisplay(BaseDisplay):
    """Confusion matrices of all methods as small multiples.

    Parameters
    ----------
    displays : tuple of ConfusionDisplay
        One per method.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The frame around all.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import ConfusionGridDisplay
    >>> ConfusionGridDisplay.from_run("reports/quick").plot()  # doctest: +SKIP
    """

    displays: tuple[ConfusionDisplay, ...]

    @classmethod
    def from_run(cls, run: RunSource) -> Self:
        """Create the display of every method whose predictions can be read.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.

        Returns
        -------
        display : ConfusionGridDisplay

        Raises
        ------
        StoreError
            If there is no run there.
        """
        contents = read_contents(run)
        return cls(tuple(ConfusionDisplay.from_run(contents, case) for case in contents.readable_cases()))

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 8.5, 1.6 + 0.31 * len(self.displays)

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row for each ``case``, ``true`` class and ``predicted`` class, with the number of ``images``.
        """
        frames = [
            display.frame().reset_index().melt("true", value_name="images").assign(case=display.title)
            for display in self.displays
        ]
        return pd.concat(frames, ignore_index=True)

    def describe(self) -> str:
        """Return in words how many matrices there are.

        Returns
        -------
        text : str
        """
        return f"Of {len(self.displays)} methods: true class down, predicted class across."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        im_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw every matrix in a grid, shaded by the share of the true class.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        im_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.imshow`, for each matrix.
        text_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.text`, for the methods' names.

        Returns
        -------
        display : ConfusionGridDisplay
            Itself.
        """
        ax, _ = self._set_axes(ax)
        ax.set_axis_off()
        columns = min(math.ceil(math.sqrt(2 * len(self.displays))), _MOST_COLUMNS)
        rows = math.ceil(len(self.displays) / columns)
        for number, display in enumerate(self.displays):
            row, column = divmod(number, columns)
            _draw_tile(ax, display, (column * _ACROSS + 0.12, row * _DOWN + 0.3), im_kw, text_kw)
        ax.set_xlim(-0.05, columns * _ACROSS)
        ax.set_ylim(rows * _DOWN, 0)
        ax.set_aspect("equal")
        ax.set_title("Confusion matrices: true class down, predicted class across")
        return self


def _draw_tile(
    ax: "Axes",
    display: ConfusionDisplay,
    corner: tuple[float, float],
    im_kw: dict[str, Any] | None,
    text_kw: dict[str, Any] | None,
) -> None:
    """Draw a matrix as a square of side 1, with its name above and its classes at the edges."""
    from matplotlib.text import Text

    (left, top), n = corner, len(display.class_names)
    shade_matrix(ax, display.shares(), {"extent": (left, left + 1, top + 1, top), **(im_kw or {})})
    ax.text(
        left,
        top - 0.06,
        shorten_label(display.title, 24),
        **with_style({"fontsize": 7.5, "va": "bottom"}, text_kw, Text),
    )
    for number in range(0, n, 1 if n <= MOST_NUMBERS else 5):
        middle = (number + 0.5) / n
        name = shorten_label(display.class_names[number], 8)
        ax.text(left - 0.03, top + middle, name, fontsize=5, ha="right", va="center")
        ax.text(left + middle, top + 1.02, name, fontsize=5, ha="center", va="top")
