"""Rows of the main table as the page shows them: errors as dots on one axis, costs as bars."""

import math
from dataclasses import dataclass

from markupsafe import Markup

from hdr_bench.reporting.comparisons.costs import Cost
from hdr_bench.reporting.tables.formats import Cell, to_cells
from hdr_bench.reporting.tables.main import MainTable

WIDTH, HEIGHT = 240, 22
"""Of the axis in a cell, in CSS pixels."""

_MARGIN = 8
_BETWEEN_TICKS = 30
_WIDEST_BAR = 36
_NARROWEST_BAR = 3
# Below a tenth of the smallest error that is shown, an interval's end has no room on a logarithmic axis.
_SMALLEST_SHARE = 0.1
# Beyond four decades the axis would be too coarse to read a difference.
_MOST_DECADES = 4


@dataclass(frozen=True)
class Axis:
    """Logarithmic axis of errors, on which less is further to the right.

    Attributes
    ----------
    low, high : float
        Its ends, as shares.
    """

    low: float
    high: float

    def place(self, share: float) -> float:
        """Return where an error is on the axis.

        Parameters
        ----------
        share : float
            What is beyond an end is drawn at it.

        Returns
        -------
        x : float
            In CSS pixels.
        """
        within = min(max(share, self.low), self.high)
        part = math.log(self.high / within) / math.log(self.high / self.low)
        return round(_MARGIN + part * (WIDTH - 2 * _MARGIN), 1)

    def ticks(self) -> list[float]:
        """Return the errors that are marked: 1, 2 or 5 with zeros, none of which touch.

        Returns
        -------
        shares : list of float
            The largest first.
        """
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        steps = [float(f"{digit}e{decade}") for decade in decades for digit in (1, 5, 2)]
        kept: list[float] = []
        # Powers of ten before fives, fives before twos.
        for share in sorted(steps, key=lambda step: "152".index(f"{step:e}"[0])):
            is_within = self.low <= share <= self.high
            if is_within and all(abs(self.place(share) - self.place(other)) >= _BETWEEN_TICKS for other in kept):
                kept.append(share)
        return sorted(kept, reverse=True)


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
    """

    label: str
    error: Cell
    interval: Cell
    letters: Cell
    dots: Markup
    bars: tuple[Bar, ...]
    has_rule: bool


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
    rows = []
    for place, (name, error, interval, letters, *costs) in enumerate(to_cells(table)):
        bars = zip(costs, widths[place], table.ranges[place], strict=True)
        dots = _draw(axis, table, place, f"{name.text}: error {error.text} % ({interval.text})")
        made = tuple(Bar(*bar) for bar in bars)
        rows.append(MainRow(name.text, error, interval, letters, dots, made, place in table.rules))
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
    texts = [f"<text x={axis.place(share)} y=12>{100 * share:g}</text>" for share in axis.ticks()]
    return _svg(16, "".join(texts), "aria-hidden=true")


def _axis_of(table: MainTable) -> Axis | None:
    """Return the axis of all errors, those of dummies left out, which would take the room of the others."""
    shown = table.exact[table.exact["error_rate"].notna() & (table.exact["letters"] != "")]
    rows = shown if len(shown) else table.exact[table.exact["error_rate"].notna()]
    if not len(rows):
        return None
    positive = [value for value in rows[["error_rate", "error_low", "error_high"]].to_numpy(float).ravel() if value > 0]
    if not positive:
        return None
    errors = [value for value in rows["error_rate"] if value > 0] or positive
    high = min(max(positive), 1.0)
    low = max(min(positive), _SMALLEST_SHARE * min(errors), high / 10**_MOST_DECADES)
    return Axis(low / 1.1, high * 1.1)


def _draw(axis: Axis | None, table: MainTable, place: int, title: str) -> Markup:
    row = table.exact.iloc[place]
    if axis is None or math.isnan(row["error_rate"]):
        return Markup("")
    middle = HEIGHT / 2
    grid = [f'<path class=grid d="M{axis.place(share)},0V{HEIGHT}"/>' for share in axis.ticks()]
    low, high = (row[name] if not math.isnan(row[name]) else row["error_rate"] for name in ("error_low", "error_high"))
    interval = f'<path class=interval d="M{axis.place(high)},{middle}H{axis.place(low)}"/>'
    seeds = [f'<path class=seed d="M{axis.place(share)},4V{HEIGHT - 4}"/>' for share in table.fits[place]]
    dot = f"<circle cx={axis.place(row['error_rate'])} cy={middle} r=4 />"
    name = Markup("<title>{}</title>").format(title)
    return _svg(HEIGHT, name + Markup("".join([*grid, interval, *seeds, dot])), "role=img")  # noqa: S704  # numbers


def _svg(height: int, content: str, attributes: str) -> Markup:
    return Markup(  # noqa: S704  # of numbers, and of a title that is escaped
        f'<svg width={WIDTH} height={height} viewBox="0 0 {WIDTH} {height}" {attributes}>{content}</svg>'
    )


def _widths(costs: tuple[Cost | None, ...]) -> list[int]:
    """Return the widths of the bars of a column, on a logarithmic scale from its smallest to its largest value."""
    medians = [cost.median for cost in costs if cost is not None and cost.median > 0]
    if not medians:
        return [0] * len(costs)
    low, high = min(medians), max(medians)
    span = math.log(high / low) or 1.0

    def width(cost: Cost | None) -> int:
        if cost is None or cost.median <= 0:
            return 0
        part = math.log(cost.median / low) / span
        return round(_NARROWEST_BAR + part * (_WIDEST_BAR - _NARROWEST_BAR))

    return [width(cost) for cost in costs]
