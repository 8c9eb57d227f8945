"""Axes of figures about many methods: intervals, scales, legends, names that fit."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.names import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def interval_lengths(summary: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far the intervals reach below and above the accuracy.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.

    Returns
    -------
    below, above : ndarray of shape (n_rows,)
        In percentage points.
    """
    accuracy = summary["accuracy"].to_numpy()
    low, high = summary["accuracy_low"].to_numpy(), summary["accuracy_high"].to_numpy()
    return 100 * np.maximum(accuracy - low, 0), 100 * np.maximum(high - accuracy, 0)


def interval_limits(summary: pd.DataFrame) -> tuple[float, float]:
    """Return the least and the greatest end of all intervals.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.

    Returns
    -------
    low, high : float
        In percent.
    """
    # A row may have an accuracy and no interval.
    ends = summary[["accuracy", "accuracy_low", "accuracy_high"]].to_numpy(float)
    return 100 * float(np.nanmin(ends)), 100 * float(np.nanmax(ends))


def legend_beside(ax: "Axes", **options: Any) -> None:
    """Put the legend to the right of the axes, where it covers nothing.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    **options : dict
        Keywords of `matplotlib.axes.Axes.legend`.
    """
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, frameon=False, **options)


def label_log_plainly(axis: Any) -> None:
    """Label a logarithmic axis with plain numbers: 1, 2 and 5 of each power of ten, for matplotlib's run together.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        The x or the y axis.
    """
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def scale_by_log_error(ax: "Axes", which: Literal["x", "y"], low: float, high: float) -> None:
    """Scale an axis of accuracies by the logarithm of the error: from 99 to 99.9 % is as far as from 90 to 99 %.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    which : {"x", "y"}
        The axis.
    low, high : float
        Least and greatest of what is drawn, in percent.
    """
    from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

    ends = _to_log_error(np.array([low, high]).clip(0, 100))
    margin = max(_MARGIN * float(ends[1] - ends[0]), _LEAST_MARGIN)
    least, most = _from_log_error(np.array([ends[0] - margin, ends[1] + margin])).clip(0, 100)
    ticks = [value for value in _ACCURACIES if least <= value <= most]
    if len(ticks) < _FEWEST_TICKS:
        ticks = [value for value in MaxNLocator(5).tick_values(least, most) if least <= value <= most]
    set_scale = ax.set_xscale if which == "x" else ax.set_yscale
    set_limits = ax.set_xlim if which == "x" else ax.set_ylim
    axis = ax.xaxis if which == "x" else ax.yaxis
    set_scale("function", functions=(_to_log_error, _from_log_error))
    set_limits(least, most)
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


_ACCURACIES = (0, 20, 50, 70, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95)
_MARGIN, _LEAST_MARGIN, _FEWEST_TICKS = 0.06, 0.03, 3
# No error at all is drawn as one of a twentieth of a percent: nothing is further.
_LEAST_ERROR = 0.05


def _to_log_error(accuracy: NDArray[np.float64]) -> NDArray[np.float64]:
    return -np.log10(np.maximum(100 - accuracy, 0) + _LEAST_ERROR)


def _from_log_error(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return 100 + _LEAST_ERROR - 10.0**-value


def shorten_label(name: str, most: int = 40) -> str:
    """Return a name as a figure has room for it, escaped as `escape_mathtext` does.

    Parameters
    ----------
    name : str
        E.g. a method's.
    most : int, default=40
        Letters that there is room for.

    Returns
    -------
    text : str

    Examples
    --------
    >>> shorten_label("a name of $x$", most=8)
    'a name …'
    """
    return escape_mathtext(name if len(name) <= most else f"{name[: most - 1]}…")


def escape_mathtext(text: str) -> str:
    r"""Return a text that matplotlib writes as it is: no mathematics, and no label that a legend leaves out.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    text : str

    Examples
    --------
    >>> escape_mathtext("$x$"), escape_mathtext("_private")
    ('\\$x\\$', '\u2009_private')
    """
    escaped = visible(text).replace("$", r"\$")
    return f"\N{THIN SPACE}{escaped}" if escaped.startswith("_") else escaped
