"""The table of published figures against measured ones."""

import math
from dataclasses import dataclass, fields
from decimal import Decimal

import pandas as pd

from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.reproduction import Reproduction
from hdr_bench.reporting.comparisons.reproductions import RULE
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.tables.table import Column, Table, interval_writer, make_table
from hdr_bench.reporting.tables.values import difference_writer, value_writer, write_published

_COLUMNS = (
    "The interval of an accuracy or error is the 95 % interval of its row; of losses, times and rejection it is the "
    "range over the trials; times are medians, of the undisturbed trials if there are any. Differences are measured "
    "minus published, of a curve in the epoch whose ratio is furthest from 1. A difference has no interval where "
    "nothing in it is random."
)
"""What the table's columns hold, in words."""


@dataclass(frozen=True, eq=False)
class PublishedTable(Table):
    """The table of published figures, with the figures themselves.

    Attributes
    ----------
    figures : tuple of Reproduction
        One for each row.
    """

    figures: tuple[Reproduction, ...] = ()


def published_table(figures: tuple[Reproduction, ...]) -> PublishedTable | None:
    """Return published and measured figures with their intervals, difference, margin and verdict.

    Parameters
    ----------
    figures : tuple of Reproduction
        The suite's published figures, compared.

    Returns
    -------
    table : PublishedTable or None
        A row for each; None for none.
    """
    if not figures:
        return None
    rows = pd.DataFrame([_row(each) for each in figures])
    columns = [
        Column("Method", ("case",), str, "left"),
        Column("Figure (unit)", ("figure",), str, "left"),
        Column("Published", ("metric", "published"), _write_figure),
        Column("Measured", ("metric", "n_images", "measured"), _write_measured),
        Column("Verdict", ("verdict",), str, "left"),
        Column("Interval", ("metric", "n_images", "low", "high"), _interval),
        Column("Difference", ("metric", "n_images", "difference"), _difference),
        Column(
            "95 % interval of it", ("metric", "n_images", "difference_low", "difference_high"), _difference_interval
        ),
        Column("Margin", ("metric", "n_images", "margin"), _margin),
        Column("Reason", ("reason",), lambda reason: reason or MISSING, "wide"),
        Column("Where", ("where",), lambda where: where or MISSING, "wide"),
    ]
    note = f"{RULE} {_COLUMNS}"
    table = make_table("published", "Published against measured", rows, columns, note)
    joined = {
        name: table.exact[name].map(lambda values: ";".join(map(str, values))) for name in ("published", "measured")
    }
    parts = {field.name: getattr(table, field.name) for field in fields(Table)}
    return PublishedTable(**{**parts, "exact": table.exact.assign(**joined)}, figures=figures)


def _row(each: Reproduction) -> dict[str, object]:
    epochs = f", {len(each.published)} epochs" if len(each.published) > 1 else ""
    of_class = f" of {each.class_name}" if each.class_name else ""
    metric = METRICS[each.metric]
    head = f"{metric.label}{of_class} ({metric.unit})" if of_class else metric.head
    return {**vars(each), "figure": f"{head}{epochs}"}


def _write_figure(metric: str, values: tuple[Decimal, ...]) -> str:
    """Write a figure with the digits of its source; of several the first and the last."""
    written = [write_published(METRICS[metric], value) for value in values]
    return written[0] if len(written) == 1 else f"{written[0]} … {written[-1]}"


def _write_measured(metric: str, n_images: float, values: tuple[float, ...]) -> str:
    """Write one value, or the first and last of several."""
    write = value_writer(METRICS[metric], n_images)
    if not values:
        return MISSING
    if len(values) == 1:
        return write(values[0])
    return f"{write(values[0])} … {write(values[-1])}"


def _interval(metric: str, n_images: float, low: float, high: float) -> str:
    return interval_writer(value_writer(METRICS[metric], n_images))(low, high)


def _difference(metric: str, n_images: float, difference: float) -> str:
    return difference_writer(METRICS[metric], n_images)(difference)


def _margin(metric: str, n_images: float, margin: float) -> str:
    return MISSING if math.isnan(margin) else f"±{value_writer(METRICS[metric], n_images)(margin)}"


def _difference_interval(metric: str, n_images: float, low: float, high: float) -> str:
    if math.isnan(low) or low == high:
        return MISSING
    write = difference_writer(METRICS[metric], n_images)
    return f"{write(low)} to {write(high)}"
