"""The table of published figures against measured ones."""

import math
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from hdr_bench.records.published import COUNTS
from hdr_bench.reporting.comparisons.measured_by import Reproduction
from hdr_bench.reporting.comparisons.reproductions import RULE
from hdr_bench.reporting.numbers import MISSING, percent_places, write_time
from hdr_bench.reporting.tables.accuracy import signed_writer
from hdr_bench.reporting.tables.table import Column, Table, fixed_writer, make_table, write_count

_NAMES = {
    "test_accuracy": "Test accuracy (%)",
    "test_error": "Test error (%)",
    "test_loss": "Test loss",
    "test_rejection": "Rejection for 0.5 % error (%)",
    "cross_validation_accuracy": "Accuracy over folds (%)",
    "cross_validation_error": "Error over folds (%)",
    "train_accuracy": "Training accuracy (%)",
    "train_loss": "Training loss",
    "validation_accuracy": "Validation accuracy (%)",
    "validation_loss": "Validation loss",
    "parameters": "Parameters",
    "multiply_accumulates": "Multiply-accumulates",
    "stored_variables": "Stored variables",
    "fit_seconds": "Fit (s)",
    "predict_seconds": "Predict all (s)",
    "epoch_seconds": "An epoch (s)",
}


_COLUMNS = (
    "The interval of an accuracy or error is the 95 % interval of its row; of losses, times and rejection it is the "
    "range over the trials; times are medians, of the undisturbed trials if there are any. Differences are measured "
    "minus published, of a curve in the epoch whose ratio is furthest from 1. A difference has no interval where "
    "nothing in it is random."
)
"""What the table's columns hold, in words."""


def published_table(found: tuple[Reproduction, ...]) -> Table | None:
    """Return published and measured figures with their intervals, difference, margin and verdict; None for none."""
    if not found:
        return None
    rows = pd.DataFrame([_row(each) for each in found])
    columns = [
        Column("Method", ("case",), str, "left"),
        Column("Figure (unit)", ("figure",), str, "left"),
        Column("Published", ("metric", "published"), _published),
        Column("Measured", ("metric", "n_images", "measured"), _measured),
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
    return replace(table, exact=table.exact.assign(**joined))


def _row(each: Reproduction) -> dict[str, object]:
    epochs = f", {len(each.published)} epochs" if len(each.published) > 1 else ""
    return {**vars(each), "figure": f"{_NAMES[each.metric]}{epochs}"}


def _published(metric: str, values: tuple[Decimal, ...]) -> str:
    """Write a figure with the digits of its source; of several the first and the last."""
    written = [_with_its_digits(metric, value) for value in values]
    return written[0] if len(written) == 1 else f"{written[0]} … {written[-1]}"


def _with_its_digits(metric: str, value: Decimal) -> str:
    if metric in COUNTS:
        return f"{value:,f}"
    is_share = metric.endswith(("accuracy", "error", "rejection"))
    return f"{value.scaleb(2) if is_share else value:f}"


def _measured(metric: str, n_images: float, values: tuple[float, ...]) -> str:
    """Write one value, or the first and last of several."""
    write = _writer(metric, n_images)
    if not values:
        return MISSING
    if len(values) == 1:
        return write(values[0])
    return f"{write(values[0])} … {write(values[-1])}"


def _interval(metric: str, n_images: float, low: float, high: float) -> str:
    write = _writer(metric, n_images)
    return MISSING if math.isnan(low) else f"{write(low)}–{write(high)}"


def _difference(metric: str, n_images: float, difference: float) -> str:
    if metric in COUNTS:
        return MISSING if math.isnan(difference) else f"{difference:+,.0f}".replace("-", "−")
    if metric.endswith("seconds"):
        return MISSING if math.isnan(difference) else f"{difference:+.2g}".replace("-", "−")
    return (
        signed_writer(4, 1.0)(difference) if metric.endswith("loss") else signed_writer(_places(n_images))(difference)
    )


def _margin(metric: str, n_images: float, margin: float) -> str:
    return MISSING if math.isnan(margin) else f"±{_writer(metric, n_images)(margin)}"


def _difference_interval(metric: str, n_images: float, low: float, high: float) -> str:
    if math.isnan(low) or low == high:
        return MISSING
    return f"{_difference(metric, n_images, low)} to {_difference(metric, n_images, high)}"


def _writer(metric: str, n_images: float) -> Callable[[float], str]:
    if metric in COUNTS:
        return write_count
    if metric.endswith("seconds"):
        return write_time
    return fixed_writer(4) if metric.endswith("loss") else fixed_writer(_places(n_images), 100)


def _places(n_images: float) -> int:
    """Return the decimal places of a percentage: two where it is none of images, as of an epoch."""
    return percent_places(int(n_images)) if n_images else 2
