"""What all displays share: axes to draw on, and what a figure of many methods needs."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def axes_of(ax: "Axes | None") -> "tuple[Axes, Figure]":
    """Return the axes with their figure; new ones where there are none."""
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(layout="constrained")
    return ax, ax.figure  # type: ignore[return-value]  # a SubFigure draws as well


def reach_of(summary: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far the intervals reach below and above the accuracy, in percentage points."""
    accuracy = summary["accuracy"].to_numpy()
    low, high = summary["accuracy_low"].to_numpy(), summary["accuracy_high"].to_numpy()
    return 100 * np.maximum(accuracy - low, 0), 100 * np.maximum(high - accuracy, 0)


def legend_beside(ax: "Axes", **options: Any) -> None:
    """Put the legend to the right of the axes, where it covers nothing."""
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, frameon=False, **options)


def plain_log(axis: Any) -> None:
    """Write a logarithmic axis as plain numbers: 1, 2 and 5 of each power of ten, for matplotlib's run together."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def shortened(name: str, most: int = 40) -> str:
    """Return a name as a figure has room for it, with no sign that matplotlib takes for mathematics.

    Examples
    --------
    >>> shortened("a name of $x$", most=8)
    'a name …'
    """
    cut = name if len(name) <= most else f"{name[: most - 1]}…"
    return cut.replace("$", r"\$")
