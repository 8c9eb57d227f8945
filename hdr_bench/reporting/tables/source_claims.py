"""The table of what a source claims, in words, with what was measured put into its places."""

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.claims import CHOSEN, CLASS_FIGURES, Placeholder, placeholders_of
from hdr_bench.records.metric_types import Metric
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.result import Result
from hdr_bench.reporting.comparisons.class_figures import class_values, correct_counts
from hdr_bench.reporting.comparisons.costs import make_cost
from hdr_bench.reporting.displays.classes import RocDisplay
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.claims_on_test_sets import measure_on_test_set
from hdr_bench.reporting.tables.classes import class_frame
from hdr_bench.reporting.tables.table import Column, Table, make_table
from hdr_bench.reporting.tables.values import describe_choice, value_writer, write_with_unit

NOT_MEASURED = "(not measured)"
"""What stands in the placeholder of a figure that a method has none of."""

_MOST_IMAGES = 10_000
"""However many images a share is counted on, it is not known to a thousandth of a percent."""


def claims_table(claims: tuple[str, ...]) -> Table | None:
    """Return the claims of a source as a table.

    Parameters
    ----------
    claims : tuple of str
        As `fill_claims` returns them.

    Returns
    -------
    table : Table or None
        A row for each claim, numbered from 1; None for none.
    """
    if not claims:
        return None
    rows = pd.DataFrame({"number": range(1, len(claims) + 1), "claim": claims})
    columns = [Column("No.", ("number",), str), Column("Claim", ("claim",), str, "wide")]
    return make_table("claims", "Claims, checked", rows, columns)


def fill_claims(contents: RunContents) -> tuple[str, ...]:
    """Return the suite's claims with measured figures in their places.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    claims : tuple of str
        With means over seeds or folds, and medians of times with their range.
    """
    return tuple(_fill_claim(claim, contents) for claim in contents.run.suite.claims)


def _fill_claim(claim: str, contents: RunContents) -> str:
    for placeholder in placeholders_of(claim):
        claim = claim.replace(placeholder.text, _measure(placeholder, contents))
    return claim


def _measure(placeholder: Placeholder, contents: RunContents) -> str:
    try:
        label = contents.label_of_case(placeholder.case)
    # A case that was left out by `--only` is not in the run.
    except (StoreError, UnknownNameError):
        return NOT_MEASURED
    if placeholder.test_set:
        return measure_on_test_set(placeholder, contents, label) or NOT_MEASURED
    return _measure_row(placeholder, contents, label)


def _measure_row(placeholder: Placeholder, contents: RunContents, label: str) -> str:
    if placeholder.figure in CLASS_FIGURES:
        return _of_classes(placeholder, contents, label)
    row = contents.summary.set_index("case").loc[[label]].iloc[0]
    if placeholder.figure == CHOSEN:
        return describe_choice(str(row["chosen"])) if row["chosen"] else NOT_MEASURED
    metric, records = METRICS[placeholder.figure], contents.good_records(label)
    if placeholder.class_name:
        found = class_values(contents, label, metric, placeholder.class_name)
        return NOT_MEASURED if found is None else write_with_unit(metric, float(np.mean(found.values)), found.n_images)
    if metric.kind == "seconds":
        return _time(metric, records)
    values = [_value(record, metric, placeholder.epoch) for record in records]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return NOT_MEASURED
    n_images = records[0].n_train if metric.source == "history" else int(row["n_test"])
    return write_with_unit(metric, float(np.mean(known)), min(n_images, _MOST_IMAGES))


def _value(record: Result, metric: Metric, epoch: int | None) -> float | None:
    """Return a metric of a trial; of a course of training that of an epoch, counted from 1, or of the last."""
    if epoch is None:
        return record.value_of(metric)
    curve = record.curve_of(metric)
    return curve[epoch - 1] if epoch <= len(curve) else None


def _of_classes(placeholder: Placeholder, contents: RunContents, label: str) -> str:
    try:
        if placeholder.figure == "least_auc":
            return f"{RocDisplay.from_run(contents, placeholder.case).frame()['auc'].min():.4f}"
        if placeholder.figure in {"most_correct_class", "fewest_correct_class"}:
            counts = correct_counts(contents, label)
            choose = max if placeholder.figure == "most_correct_class" else min
            return choose(counts, key=counts.__getitem__, default=NOT_MEASURED)
        frame = class_frame(contents)
    except StoreError:
        return NOT_MEASURED
    rows = frame[frame["case"] == label] if len(frame) else frame
    if not len(rows):
        return NOT_MEASURED
    if placeholder.figure == "least_f1":
        return f"{rows['f1'].min():.4f}"
    # The first of several.
    at = rows["recall"].argmax() if placeholder.figure == "best_class" else rows["recall"].argmin()
    return str(rows["class"].iloc[int(at)])


def _time(metric: Metric, records: list[Result]) -> str:
    """Return a time: of several fits the median with the range, and whether it was disturbed."""
    timed = [record for record in records if record.value_of(metric) is not None]
    values = [value for record in timed if (value := record.value_of(metric)) is not None]
    if not values:
        return NOT_MEASURED
    cost = make_cost(metric.name, values, [record.is_disturbed(metric) for record in timed])
    write = value_writer(metric)
    notes = [f"{write(cost.low)} to {write(cost.high)} {metric.unit}"] if len(cost.values) > 1 else []
    notes += ["disturbed"] if cost.is_disturbed else []
    in_brackets = f" ({', '.join(notes)})" if notes else ""
    return f"{write_with_unit(metric, cost.median)}{in_brackets}"
