"""Published against measured as the page shows it: a row per method, with two marks on one axis."""

import math
from dataclasses import dataclass

from markupsafe import Markup

from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.reproduction import Reproduction
from hdr_bench.reporting.page.error_axis import HEIGHT, Axis, axis_of, grid_lines, make_svg, tick_labels
from hdr_bench.reporting.tables.reproductions import PublishedTable

_NOT_BUILT = "not built"
_FIGURE, _PUBLISHED, _MEASURED = 1, 2, 3
# A published figure is a hollow diamond; its half width, in CSS pixels.
_HALF = 5


@dataclass(frozen=True)
class PublishedFigure:
    """A published figure beside the measured one, as texts.

    Attributes
    ----------
    name : str
        What it is, with the unit.
    published, measured, verdict, reason : str
        As in the table.
    """

    name: str
    published: str
    measured: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class PublishedRow:
    """A method's published figures.

    Attributes
    ----------
    label : str
        The method.
    first : PublishedFigure
        The one that has marks: its error or accuracy, if one is published.
    marks : Markup
        The published figure with its margin and the measured one with its interval; empty without both.
    others : tuple of PublishedFigure
        The rest.
    """

    label: str
    first: PublishedFigure
    marks: Markup
    others: tuple[PublishedFigure, ...]


def published_rows(table: PublishedTable) -> list[PublishedRow]:
    """Return a row per method of which something was built, in the suite's order.

    Parameters
    ----------
    table : PublishedTable
        As `hdr_bench.reporting.tables.reproductions.published_table` returns it.

    Returns
    -------
    rows : list of PublishedRow
    """
    axis = _axis_of(table)
    places: dict[str, list[int]] = {}
    for place, figure in enumerate(table.figures):
        if figure.verdict != _NOT_BUILT:
            places.setdefault(figure.case, []).append(place)
    return [_row(axis, table, label, found) for label, found in places.items()]


def not_built(table: PublishedTable) -> list[str]:
    """Return what was not built, and why.

    Parameters
    ----------
    table : PublishedTable
        As `hdr_bench.reporting.tables.reproductions.published_table` returns it.

    Returns
    -------
    names : list of str
        Each with its reason.
    """
    reasons = {each.case: each.reason for each in table.figures if each.verdict == _NOT_BUILT}
    return [f"{name} ({reason})" if reason else name for name, reason in reasons.items()]


def published_axis(table: PublishedTable) -> Markup:
    """Return the numbers above the marks, in percent of error.

    Parameters
    ----------
    table : PublishedTable
        As `hdr_bench.reporting.tables.reproductions.published_table` returns it.

    Returns
    -------
    svg : Markup
        Empty if no error or accuracy is published.
    """
    axis = _axis_of(table)
    return Markup("") if axis is None else tick_labels(axis)


def _row(axis: Axis | None, table: PublishedTable, label: str, places: list[int]) -> PublishedRow:
    first = next((place for place in places if _has_marks(table.figures[place])), places[0])
    others = tuple(_texts(table, place) for place in places if place != first)
    texts, figure = _texts(table, first), table.figures[first]
    marks = _draw(axis, figure, texts) if axis is not None and _has_marks(figure) else Markup("")
    return PublishedRow(label, texts, marks, others)


def _texts(table: PublishedTable, place: int) -> PublishedFigure:
    cells, figure = table.rows[place], table.figures[place]
    return PublishedFigure(cells[_FIGURE], cells[_PUBLISHED], cells[_MEASURED], figure.verdict, figure.reason)


def _has_marks(figure: Reproduction) -> bool:
    """Whether a figure is an error or an accuracy that was measured."""
    return METRICS[figure.metric].column == "accuracy" and len(figure.measured) == 1 and len(figure.published) == 1


def _to_error(figure: Reproduction, share: float) -> float:
    return share if METRICS[figure.metric].is_lower_better else 1 - share


def _axis_of(table: PublishedTable) -> Axis | None:
    figures = [figure for figure in table.figures if figure.verdict != _NOT_BUILT and _has_marks(figure)]
    values = [_to_error(each, float(value)) for each in figures for value in (each.published[0], each.measured[0])]
    ends = [_to_error(each, value) for each in figures for value in (each.low, each.high) if not math.isnan(value)]
    return axis_of(values, ends)


def _draw(axis: Axis, figure: Reproduction, texts: PublishedFigure) -> Markup:
    middle = HEIGHT // 2
    published, measured = (_to_error(figure, float(value)) for value in (figure.published[0], figure.measured[0]))
    at, low, high = axis.place(published), figure.low, figure.high
    parts = [grid_lines(axis)]
    if not math.isnan(figure.margin):
        left, right = axis.place(published + figure.margin), axis.place(published - figure.margin)
        parts.append(f'<path class=margin d="M{left},{middle}H{right}"/>')
    if not math.isnan(low):
        ends = sorted(axis.place(_to_error(figure, value)) for value in (low, high))
        parts.append(f'<path class=interval d="M{ends[0]},{middle}H{ends[1]}"/>')
    parts.append(f"<circle cx={axis.place(measured)} cy={middle} r=4 />")
    parts.append(f'<path class=published d="M{at - _HALF:g},{middle}l5,-5l5,5l-5,5z"/>')
    title = Markup("<title>{}: published {}, measured {}</title>").format(texts.name, texts.published, texts.measured)
    return make_svg(HEIGHT, title + Markup("".join(parts)), "role=img")  # noqa: S704  # of numbers
