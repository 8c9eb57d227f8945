"""Error of each method under each corruption, as a map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.reporting.comparisons.robustness.corruption_errors import (
    CorruptionErrors,
    before_of,
    corruptions_of,
)
from hdr_bench.reporting.comparisons.robustness.order import by_harm, by_mean_error
from hdr_bench.reporting.comparisons.robustness.outcomes import read_outcomes
from hdr_bench.reporting.displays.axes import shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.run import RunSource, read_contents
from hdr_bench.reporting.statistics.crossed_values import Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Quantity = Literal["error", "drop"]
QUANTITIES: tuple[Quantity, ...] = ("error", "drop")

_MEAN, _BEFORE = "Mean of the corruptions", "Original images"
_TITLES = {"error": "Error under each corruption (%)", "drop": "Accuracy lost under each corruption (points)"}
# The title is wider than a map of few methods.
_LEAST_WIDTH = 6.4
_MAPS = {"error": "Blues", "drop": "Oranges"}
# On a dark page the paper's white becomes dark; a number on a dark cell stays light.
_LIGHT, _DARK = "#fdfdfd", "#000000"


@dataclass(eq=False, repr=False)
class CorruptionMapDisplay(BaseDisplay):
    """Error of each method under each corruption, or what accuracy it loses, as a map with the numbers in it.

    Parameters
    ----------
    values : DataFrame
        Shares; a row for each corruption, the most harmful first, and a column for each method, that with the least
        mean error first. The last row is the mean of the corruptions; of errors, the first is that of the images as
        they came.
    quantity : {"error", "drop"}
        What the values are.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench import CorruptionMapDisplay
    >>> CorruptionMapDisplay.from_run("reports/robustness").plot()  # doctest: +SKIP
    """

    values: pd.DataFrame
    quantity: Quantity = "error"

    @classmethod
    def from_run(cls, run: RunSource, quantity: str = "error") -> Self:
        """Create the display from a run.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        quantity : {"error", "drop"}, default="error"
            What is shown.

        Returns
        -------
        display : CorruptionMapDisplay

        Raises
        ------
        UnknownNameError
            If there is no such quantity.
        StoreError
            If there is no run, or no method was evaluated on a corrupted test set.
        """
        contents = read_contents(run)
        corruptions = corruptions_of(read_outcomes(contents))
        if not corruptions:
            raise StoreError(f"{contents.store.folder}: no method was evaluated on a corrupted test set")
        return cls.from_corruptions(corruptions, quantity)

    @classmethod
    def from_corruptions(cls, corruptions: Sequence[CorruptionErrors], quantity: str = "error") -> Self:
        """Create the display of errors under corruptions.

        Parameters
        ----------
        corruptions : sequence of CorruptionErrors
            At least one.
        quantity : {"error", "drop"}, default="error"
            What is shown.

        Returns
        -------
        display : CorruptionMapDisplay

        Raises
        ------
        UnknownNameError
            If there is no such quantity.
        """
        labels = by_mean_error(corruptions)
        before = pd.Series({label: errors.mean for label, errors in before_of(corruptions).items()})
        rows = {
            each.title: pd.Series({label: e.mean for label, e in each.errors.items()}) for each in by_harm(corruptions)
        }
        values = pd.DataFrame(rows).T.reindex(columns=labels)
        if len(rows) > 1:
            # A method that lacks a corruption has no mean.
            values.loc[_MEAN] = values.mean(skipna=False)
        if quantity == "drop":
            return cls(values - before[labels], "drop")
        if quantity == "error":
            return cls(pd.concat([before[labels].to_frame(_BEFORE).T, values]), "error")
        raise UnknownNameError("quantity", quantity, QUANTITIES)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        n_rows, n_columns = self.values.shape
        return max(2.6 + 0.56 * n_columns, _LEAST_WIDTH), 2.0 + 0.27 * n_rows

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Shares: corruptions as rows, methods as columns.
        """
        return self.values

    def describe(self) -> str:
        """Return in words which corruption does most harm, and which method has the least error.

        Returns
        -------
        text : str
        """
        of_all = self.values.drop(index=[_BEFORE], errors="ignore").mean(axis=1).drop(index=[_MEAN], errors="ignore")
        worst, value = str(of_all.idxmax()), 100 * float(of_all.max())
        unit = "% error" if self.quantity == "error" else "points less"
        first = self.values.columns[0]
        return f"Most harmful: {worst}, {value:.1f} {unit}, the mean of the methods. Least mean error: {first}."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        im_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a cell for each corruption and method, the darker the more, with its number.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        im_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.imshow`, which draws the square roots of the shares.
        text_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.text`, for the numbers.

        Returns
        -------
        display : CorruptionMapDisplay
            Itself.
        """
        from matplotlib.image import AxesImage
        from matplotlib.text import Text

        ax, _ = self._set_axes(ax)
        shares = self.values.to_numpy(float)
        shades = _shades(shares)
        look = {"cmap": _MAPS[self.quantity], "vmin": 0, "vmax": 1, "aspect": "auto", "interpolation": "none"}
        drawn = ax.imshow(shades, **with_style(look, im_kw, AxesImage))
        colors = drawn.get_cmap()
        for (row, column), share in np.ndenumerate(shares):
            if not np.isnan(share):
                color = _LIGHT if _is_dark(tuple(colors(shades[row, column]))) else _DARK
                style = {"ha": "center", "va": "center", "color": color, "fontsize": 7.5}
                ax.text(column, row, f"{100 * share:.1f}".replace("-", "−"), **with_style(style, text_kw, Text))
        self._label(ax)
        return self

    def _label(self, ax: "Axes") -> None:
        n_rows, n_columns = self.values.shape
        methods = [shorten_label(str(label), 22) for label in self.values.columns]
        ax.set_xticks(range(n_columns), methods, rotation=40, ha="right", rotation_mode="anchor", fontsize=8.5)
        ax.set_yticks(range(n_rows), [shorten_label(str(name), 30) for name in self.values.index], fontsize=8.5)
        names = list(self.values.index)
        lines = [0.5] if names[0] == _BEFORE else []
        for height in [*lines, *([n_rows - 1.5] if names[-1] == _MEAN else [])]:
            ax.axhline(height, color="0.5", linewidth=1)
        ax.set_title(_TITLES[self.quantity])
        ax.grid(visible=False)


def _means(errors: Mapping[str, Values]) -> "pd.Series[float]":
    return pd.Series({label: each.mean for label, each in errors.items()})


def _is_dark(color: Sequence[float]) -> bool:
    """Whether light letters have more contrast than dark ones, by the relative luminance of WCAG 2."""
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in color[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return luminance < 0.179


def _shades(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how dark each cell is, from 0 to 1: by the square root, so that small shares differ too."""
    top = max(float(np.nanmax(shares, initial=0.0)), 1e-9)
    shades: NDArray[np.float64] = np.sqrt(np.clip(shares, 0, None) / top)
    return shades
