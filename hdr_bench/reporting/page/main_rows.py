"""Rows of the main table as the page shows them: errors as dots on one axis, costs as bars."""

import math
import re
from dataclasses import dataclass

from markupsafe import Markup

from hdr_bench.reporting.comparisons.costs import Cost
from hdr_bench.reporting.page.error_axis import HEIGHT, Axis, axis_of, grid_lines, make_svg, tick_labels
from hdr_bench.reporting.tables.formats import Cell, to_cells
from hdr_bench.reporting.tables.main import MainTable

_WIDEST_BAR = 26
_NARROWEST_BAR = 3

_WORD_ENDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Bar:
    """A cost in a cell.

    Attributes
    ----------
    cell : Cell
        Its text.
    width : int
        Of its bar, in CSS pixels; 0 for none.
    range : str
        Over the fits, without the unit; empty for a single one.
    """

    cell: Cell
    width: int
    range: str


@dataclass(frozen=True)
class MainRow:
    """A row of the main table.

    Attributes
    ----------
    label : str
        The method.
    error, interval, letters : Cell
        As in the table.
    dots : Markup
        The error, its interval and its seeds as SVG; empty without an error.
    bars : tuple of Bar
        What it costs.
    has_rule : bool
        Every method above differs from every one from here on.
    is_outside : bool
        It has an error, and is outside the ranking.
    """

    label: str
    error: Cell
    interval: Cell
    letters: Cell
    dots: Markup
    bars: tuple[Bar, ...]
    has_rule: bool
    is_outside: bool


def main_rows(table: MainTable) -> list[MainRow]:
    """Return the rows of the main table as the page shows them.

    Parameters
    ----------
    table : MainTable
        As `hdr_bench.reporting.tables.main.main_table` returns it.

    Returns
    -------
    rows : list of MainRow
    """
    axis = _axis_of(table)
    widths = list(zip(*(_widths(column) for column in zip(*table.costs, strict=True)), strict=True))
    has_ranking = bool((table.exact["letters"] != "").any())
    rows = []
    for place, (name, error, interval, letters, *costs) in enumerate(to_cells(table)):
        bars = zip(costs, widths[place], table.ranges[place], strict=True)
        dots = _draw(axis, table, place, f"{name.text}: error {error.text} % ({interval.text})")
        made = tuple(Bar(*bar) for bar in bars)
        is_outside = bool(dots) and has_ranking and not table.exact["letters"].iloc[place]
        rows.append(MainRow(name.text, error, interval, letters, dots, made, place in table.rules, is_outside))
    return rows


def axis_head(table: MainTable) -> Markup:
    """Return the numbers above the axis, in percent.

    Parameters
    ----------
    table : MainTable
        As `hdr_bench.reporting.tables.main.main_table` returns it.

    Returns
    -------
    svg : Markup
    """
    axis = _axis_of(table)
    if axis is None:
        return Markup("")
    return tick_labels(axis)


def divisible(label: str) -> Markup:
    """Return a name that a narrow column parts between the words of a compound, not within one.

    Parameters
    ----------
    label : str
        For instance the name of a class of scikit-learn.

    Returns
    -------
    name : Markup

    Examples
    --------
    >>> divisible("GaussianNB, RandomForest")
    Markup('Gaussian<wbr>NB, Random<wbr>Forest')
    """
    return Markup("<wbr>").join(_WORD_ENDS.split(label))


def _axis_of(table: MainTable) -> Axis | None:
    """Return the axis of all errors, those of dummies left out, which would take the room of the others."""
    exact = table.exact[table.exact["error_rate"].notna()]
    shown = exact[~exact.index.isin(table.dummies)]
    rows = shown if len(shown) else exact
    ends = rows[["error_low", "error_high"]].to_numpy(float).ravel()
    return axis_of(rows["error_rate"].tolist(), ends.tolist())


def _draw(axis: Axis | None, table: MainTable, place: int, title: str) -> Markup:
    row = table.exact.iloc[place]
    if axis is None or math.isnan(row["error_rate"]):
        return Markup("")
    middle = HEIGHT / 2
    low, high = (row[name] if not math.isnan(row[name]) else row["error_rate"] for name in ("error_low", "error_high"))
    interval = f'<path class=interval d="M{axis.place(high)},{middle}H{axis.place(low)}"/>'
    seeds = [f'<path class=seed d="M{axis.place(share)},4V{HEIGHT - 4}"/>' for share in table.fits[place]]
    dot = f"<circle cx={axis.place(row['error_rate'])} cy={middle} r=4 />"
    name = Markup("<title>{}</title>").format(title)
    return make_svg(HEIGHT, name + Markup("".join([grid_lines(axis), interval, *seeds, dot])), "role=img")  # noqa: S704  # numbers


def _widths(costs: tuple[Cost | None, ...]) -> list[int]:
    """Return the widths of the bars of a column, on a logarithmic scale from its smallest to its largest value."""
    medians = [cost.median for cost in costs if cost is not None and 0 < cost.median < math.inf]
    if not medians:
        return [0] * len(costs)
    low, high = min(medians), max(medians)
    span = math.log(high) - math.log(low) or 1.0

    def width(cost: Cost | None) -> int:
        if cost is None or not 0 < cost.median < math.inf:
            return 0
        part = (math.log(cost.median) - math.log(low)) / span
        return round(_NARROWEST_BAR + part * (_WIDEST_BAR - _NARROWEST_BAR))

    return [width(cost) for cost in costs]
