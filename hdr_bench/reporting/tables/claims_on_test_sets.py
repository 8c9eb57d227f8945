"""Measured figures of a claim on another test set of the suite."""

from collections.abc import Iterator

import numpy as np

from hdr_bench.records.claims import DROP, Placeholder
from hdr_bench.records.evaluation_images import rows_of_own_test_part
from hdr_bench.records.evaluations import Evaluation
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.values import value_writer, write_with_unit

# However many images a share is counted on, it is not known to a thousandth of a percent.
_MOST_IMAGES = 10_000


def measure_on_test_set(placeholder: Placeholder, contents: RunContents, label: str) -> str:
    """Return a figure of a method on another test set.

    Parameters
    ----------
    placeholder : Placeholder
    contents : RunContents
        The run.
    label : str
        What tables call the row of the method.

    Returns
    -------
    text : str
        With its unit, the mean over seeds; empty if a trial lacks it.
    """
    records = contents.good_records(label)
    found = [_evaluation(record, placeholder.test_set) for record in records]
    evaluations = [each for each in found if each is not None and each.status == "ok"]
    if len(evaluations) < len(records):
        return ""
    n_images = min(evaluations[0].n_test, _MOST_IMAGES)
    if placeholder.figure == DROP:
        return _drop(contents, label, placeholder.test_set, n_images)
    metric = METRICS[placeholder.figure]
    pairs = zip(records, evaluations, strict=True)
    values = [record.model_copy(update={"scores": each.scores}).value_of(metric) for record, each in pairs]
    known = [value for value in values if value is not None]
    return write_with_unit(metric, float(np.mean(known)), n_images) if len(known) == len(values) else ""


def _evaluation(record: Result, test_set: str) -> Evaluation | None:
    return next((each for each in record.evaluations if each.test_set == test_set), None)


def _drop(contents: RunContents, label: str, test_set: str, n_images: int) -> str:
    """Return the accuracy that is lost, in points: on the same images before, if they are of the own test part."""
    drops = list(_drops(contents.predictions_of(label), test_set))
    if not drops or len(drops) < len(contents.good_records(label)):
        return ""
    return f"{value_writer(METRICS['accuracy'], n_images)(float(np.mean(drops)))} points"


def _drops(found: list[tuple[Result, Predictions]], test_set: str) -> Iterator[float]:
    for record, predictions in found:
        other = predictions.test_sets.get(test_set)
        if other is None:
            continue
        rows = rows_of_own_test_part(record.trial, test_set, predictions.y_true)
        before = predictions.is_right if rows is None else predictions.is_right[rows]
        yield float(before.mean() - other.is_right.mean())
