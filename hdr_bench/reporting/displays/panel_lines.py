"""Lines of several methods in small panels that share their axes, with one legend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hdr_bench.reporting.displays.axes import shorten_label
from hdr_bench.reporting.displays.base import with_style
from hdr_bench.reporting.style import color_of, line_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 3
"""Panels side by side."""

_GAP_ACROSS, _GAP_DOWN = 0.08, 0.3
# Intervals of methods at the same place would cover each other.
_SPREAD = 0.3


@dataclass(frozen=True, eq=False)
class Panel:
    """A small panel.

    Attributes
    ----------
    title : str
        Above it.
    points : DataFrame
        Columns ``case``, ``number`` (the method's place in the suite, from 0), ``x``, ``y``, ``low`` and ``high`` (in
        percent).
    """

    title: str
    points: pd.DataFrame


def panels_size(n_panels: int, n_methods: int) -> tuple[float, float]:
    """Return a suitable width and height for panels and their legend, in inches.

    Parameters
    ----------
    n_panels, n_methods : int

    Returns
    -------
    width, height : float
    """
    n_rows = math.ceil(n_panels / COLUMNS)
    return 9.5, 1.0 + 2.5 * n_rows + 0.24 * math.ceil(n_methods / COLUMNS)


def draw_panels(
    ax: "Axes", panels: Sequence[Panel], x_label: str, y_label: str, errorbar_kw: dict[str, Any] | None
) -> None:
    """Draw panels in a grid inside of axes, which are hidden.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    panels : sequence of Panel
        At least one.
    x_label, y_label : str
        Of every panel at the bottom, and at the left.
    errorbar_kw : dict, optional
        Keywords of `matplotlib.axes.Axes.errorbar`.
    """
    ax.set_axis_off()
    n_columns = min(COLUMNS, len(panels))
    n_rows = math.ceil(len(panels) / n_columns)
    width = (1 - _GAP_ACROSS * (n_columns - 1)) / n_columns
    height = 1 / (n_rows + _GAP_DOWN * (n_rows - 1))
    handles: dict[str, Any] = {}
    top = _top_of(panels)
    for number, panel in enumerate(panels):
        row, column = divmod(number, n_columns)
        left, bottom = column * (width + _GAP_ACROSS), 1 - height - row * height * (1 + _GAP_DOWN)
        inset = ax.inset_axes((left, bottom, width, height))
        handles |= _draw(inset, panel, errorbar_kw)
        inset.set_ylim(0, top)
        inset.set_title(shorten_label(panel.title, 40), fontsize=9)
        inset.tick_params(labelsize=8)
        if column == 0:
            inset.set_ylabel(y_label, fontsize=8.5)
        if number + n_columns >= len(panels):
            inset.set_xlabel(x_label, fontsize=8.5)
    ax.legend(
        handles.values(),
        [shorten_label(name, 34) for name in handles],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.42 / (2.5 * n_rows)),
        ncols=COLUMNS,
        frameon=False,
        fontsize=8.5,
    )


def _top_of(panels: Sequence[Panel]) -> float:
    highest = max(float(np.nanmax(panel.points["high"])) for panel in panels)
    return min(1.05 * highest, 102.0) if highest else 1.0


def _draw(ax: "Axes", panel: Panel, errorbar_kw: dict[str, Any] | None) -> dict[str, Any]:
    """Draw a line for each method; return what stands for it in a legend."""
    from matplotlib.lines import Line2D

    cases = list(dict.fromkeys(panel.points["case"]))
    places = np.unique(panel.points["x"])
    step = float(np.diff(places).min()) if len(places) > 1 else 1.0
    handles = {}
    for place, case in enumerate(cases):
        rows = panel.points[panel.points["case"] == case].sort_values("x")
        number = int(rows["number"].iloc[0])
        look = {
            "marker": marker_of(number),
            "linestyle": line_of(number),
            "color": color_of(number),
            "markersize": 4,
            "linewidth": 1.2,
            "elinewidth": 0.8,
            "capsize": 1.5,
        }
        lengths = [rows["y"] - rows["low"], rows["high"] - rows["y"]]
        offset = _SPREAD * step * ((place + 0.5) / len(cases) - 0.5)
        style = with_style(look, errorbar_kw, Line2D)
        handles[str(case)] = ax.errorbar(rows["x"] + offset, rows["y"], yerr=np.maximum(lengths, 0), **style)
    ax.set_xticks(places, [f"{place:g}" for place in places])
    return handles
