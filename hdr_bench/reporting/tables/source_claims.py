"""The table of what a source claims, in words, with what was measured put into its places."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.claims import Place, places_of
from hdr_bench.records.lost_time import is_disturbed
from hdr_bench.records.result import Result
from hdr_bench.reporting.comparisons.costs import make_cost
from hdr_bench.reporting.displays.classes import RocDisplay
from hdr_bench.reporting.numbers import percent_places, write_time
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.accuracy import class_frame
from hdr_bench.reporting.tables.table import Column, Table, make_table, write_count

NOT_MEASURED = "(not measured)"
_MOST_PLACES = 2


def claims_table(claims: tuple[str, ...]) -> Table | None:
    """Return a row a claim, numbered from 1; None for none."""
    if not claims:
        return None
    rows = pd.DataFrame({"number": range(1, len(claims) + 1), "claim": claims})
    columns = [Column("No.", ("number",), str), Column("Claim", ("claim",), str, "wide")]
    return make_table("claims", "Claims, checked", rows, columns)


def worded_claims(contents: RunContents) -> tuple[str, ...]:
    """Return the suite's claims with measured figures: means over seeds or folds, medians of times."""
    return tuple(_worded(claim, contents) for claim in contents.run.suite.claims)


def _worded(claim: str, contents: RunContents) -> str:
    for place in places_of(claim):
        claim = claim.replace(place.text, _measured(place, contents))
    return claim


def _measured(place: Place, contents: RunContents) -> str:
    try:
        label = contents.label_of_case(place.case)
    # A case that was left out by `--only` is not in the run.
    except (StoreError, UnknownNameError):
        return NOT_MEASURED
    if place.figure in _WRITERS:
        row = next(row for row in contents.summary.to_dict("records") if row["case"] == label)
        name, write = _WRITERS[place.figure]
        value = row[name]
        return NOT_MEASURED if value == "" or value != value else write(value, int(row["n_test"]))  # noqa: PLR0124  # NaN
    if place.figure in _OF_CLASSES:
        return _of_classes(place, contents, label)
    records = contents.good_records(label)
    if place.figure.endswith("seconds"):
        return _time(records, place.figure)
    values = _of_epoch(records, place)
    if not values:
        return NOT_MEASURED
    mean = float(np.mean(values))
    return f"{100 * mean:.{_places(records[0].n_train)}f} %" if place.figure.endswith("accuracy") else f"{mean:.4f}"


def _of_classes(place: Place, contents: RunContents, label: str) -> str:
    try:
        if place.figure == "least_auc":
            return f"{RocDisplay.from_run(contents, place.case).frame()['auc'].min():.4f}"
        frame = class_frame(contents)
    except StoreError:
        return NOT_MEASURED
    rows = frame[frame["case"] == label] if len(frame) else frame
    if not len(rows):
        return NOT_MEASURED
    if place.figure == "least_f1":
        return f"{rows['f1'].min():.4f}"
    # The first of several.
    at = rows["recall"].argmax() if place.figure == "best_class" else rows["recall"].argmin()
    return str(rows["class"].iloc[int(at)])


def _of_epoch(records: list[Result], place: Place) -> list[float]:
    name, at = place.figure.replace("validation_", "valid_"), (place.epoch or 0) - 1
    rows = [record.history[at] for record in records if -1 <= at < len(record.history) and record.history]
    found = [row.get(name) for row in rows]
    return [value for value in found if value is not None] if None not in found else []


def _time(records: list[Result], figure: str) -> str:
    """Return a time: of several fits the median with the range, and whether it was disturbed."""
    values, disturbed = [], []
    for record in records:
        if (seconds := _seconds(record, figure)) is not None and record.measurements is not None:
            values.append(seconds)
            call = "predict" if figure == "predict_seconds" else "fit"
            share = getattr(record.measurements, f"{call}_wait_share")
            disturbed.append(is_disturbed(share, record.n_concurrent))
    if not values:
        return NOT_MEASURED
    cost = make_cost(figure, values, disturbed)
    notes = [f"{write_time(cost.low)} to {write_time(cost.high)} s"] if len(cost.values) > 1 else []
    notes += ["disturbed"] if cost.is_disturbed else []
    in_brackets = f" ({', '.join(notes)})" if notes else ""
    return f"{write_time(cost.median)} s{in_brackets}"


def _seconds(record: Result, figure: str) -> float | None:
    if record.measurements is None:
        return None
    if figure != "epoch_seconds":
        return float(getattr(record.measurements, figure))
    return record.measurements.fit_seconds / len(record.history) if record.history else None


def _places(n_images: int) -> int:
    # However many images a share is counted on, it is not known to a thousandth of a percent.
    return min(percent_places(n_images), _MOST_PLACES)


def _share(value: float, n_images: int) -> str:
    return f"{100 * value:.{_places(n_images)}f} %"


def _count(value: float, _: int) -> str:
    return write_count(value)


def _chosen(value: str, _: int) -> str:
    found = [json.loads(part) for part in value.split("\n")]
    return "; ".join(", ".join(f"{name} = {chosen}" for name, chosen in params.items()) for params in found)


_OF_CLASSES = ("best_class", "worst_class", "least_f1", "least_auc")
_WRITERS: dict[str, tuple[str, Callable[..., str]]] = {
    "accuracy": ("accuracy", _share),
    "error": ("error_rate", _share),
    "rejection": ("rejection", _share),
    "loss": ("log_loss", lambda value, _: f"{value:.4f}"),
    "parameters": ("n_parameters", _count),
    "multiply_accumulates": ("n_multiply_accumulates", _count),
    "stored_variables": ("n_stored_variables", _count),
    "chosen": ("chosen", _chosen),
}
