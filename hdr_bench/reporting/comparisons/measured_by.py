"""A published figure beside the measured one: what each kind of figure is measured by, and compared by."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd

from hdr_bench.records.lost_time import is_disturbed
from hdr_bench.records.published import Metric, Published, half_unit
from hdr_bench.records.result import Result
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.verdicts import (
    Outcome,
    StandardError,
    compare_bound,
    compare_ratios,
    compare_share,
    folds_error,
    margin_of,
    ratio_to,
    seeds_error,
    with_other_images,
)

Verdict = Literal[Outcome, "equal", "not equal", "counted", "not comparable", "not built", "no verdict"]

_COUNTS = {"parameters": "n_parameters", "multiply_accumulates": "n_multiply_accumulates",
           "stored_variables": "n_stored_variables"}  # fmt: skip
_SIDE_BY_SIDE = ("fit_seconds", "predict_seconds", "epoch_seconds", "test_rejection")
_NOT_MEASURED = "not measured: the method lacks what it needs"


@dataclass(frozen=True)
class Reproduction:
    """A published figure and the measured one.

    Attributes
    ----------
    case : str
    metric : str
    published : tuple of Decimal
        One value, or one per epoch, with the digits of the source.
    measured : tuple of float
        Likewise; empty if it was not measured. Of times the median over the undisturbed trials, or over all if none
        is undisturbed; of other figures the mean.
    n_images : int
        Images that a measured share was found on.
    low, high : float
        Of a share its row's 95 % interval, of a loss, times and rejection the range over the trials.
    difference, difference_low, difference_high : float
        Measured minus published, of a share with its 95 % interval; of a curve in the epoch whose ratio is furthest
        from 1.
    margin : float
        Of a share: how far it may differ and still reproduce the published one.
    verdict : str
    reason : str
        Why there is no other verdict, what was compared, what was found out.
    where : str
        Where the source gives it.
    """

    case: str
    metric: Metric
    published: tuple[Decimal, ...]
    measured: tuple[float, ...] = ()
    n_images: int = 0
    low: float = math.nan
    high: float = math.nan
    difference: float = math.nan
    difference_low: float = math.nan
    difference_high: float = math.nan
    margin: float = math.nan
    verdict: Verdict = "no verdict"
    reason: str = ""
    where: str = ""


def bare_reproduction(case: str, published: Published) -> Reproduction:
    """Return a published figure before anything is measured."""
    return Reproduction(case, published.metric, published.figures, where=published.where)


def measure_figure(
    contents: RunContents, bare: Reproduction, published: Published, records: list[Result]
) -> Reproduction:
    """Return a published figure with what was measured, and the verdict if nothing stands in the way of one.

    Parameters
    ----------
    contents : RunContents
    bare : Reproduction
        As `bare_reproduction` returns it.
    published : Published
    records : list of Result
        The case's trials with status "ok", at least one.
    """
    metric = bare.metric
    if metric in _COUNTS:
        return _count(bare, published, records)
    if metric in _SIDE_BY_SIDE:
        return _side_by_side(bare, records)
    if metric.startswith(("train_", "validation_")):
        return _curve(bare, published, records)
    if metric == "test_loss":
        return _loss(bare, records)
    return _share(contents, bare, published, records)


def _count(bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    counts = {getattr(record.measurements, _COUNTS[bare.metric]) for record in records}
    if None in counts:
        return replace(bare, verdict="not comparable", reason="the method has no such number")
    furthest = max(counts, key=lambda count: abs(count - bare.published[0]))
    difference, tolerance = float(furthest - bare.published[0]), published.tolerance or 0.0
    verdict: Verdict = "equal" if abs(difference) <= tolerance else "not equal"
    reason = f"rounded by the source to within {tolerance:,.0f}" if tolerance else ""
    return replace(bare, measured=(float(furthest),), difference=difference, verdict=verdict, reason=reason)


def _side_by_side(bare: Reproduction, records: list[Result]) -> Reproduction:
    if bare.metric.endswith("seconds"):
        return _times(bare, records)
    values = [record.scores.rejection for record in records if record.scores and record.scores.rejection is not None]
    if len(values) < len(records):
        return replace(bare, reason=_NOT_MEASURED)
    return _with_range(bare, float(np.mean(values)), values)


def _times(bare: Reproduction, records: list[Result]) -> Reproduction:
    """Return the median of the undisturbed times; of all, if every one was disturbed."""
    values = [(value, _is_disturbed(bare.metric, record)) for record in records
              if (value := _seconds(bare.metric, record)) is not None]  # fmt: skip
    if len(values) < len(records):
        return replace(bare, reason=_NOT_MEASURED)
    undisturbed = [value for value, disturbed in values if not disturbed]
    kept = undisturbed or [value for value, _ in values]
    found = _with_range(bare, float(np.median(kept)), kept)
    return found if undisturbed else replace(found, reason="disturbed: something else had the processors meanwhile")


def _seconds(metric: Metric, record: Result) -> float | None:
    if record.measurements is None:
        return None
    if metric == "epoch_seconds":
        return record.measurements.fit_seconds / len(record.history) if record.history else None
    return record.measurements.predict_seconds if metric == "predict_seconds" else record.measurements.fit_seconds


def _is_disturbed(metric: Metric, record: Result) -> bool:
    if record.measurements is None:
        return False
    waits = record.measurements
    wait = waits.predict_wait_share if metric == "predict_seconds" else waits.fit_wait_share
    return is_disturbed(wait, record.n_concurrent)


def _with_range(bare: Reproduction, middle: float, values: list[float]) -> Reproduction:
    low, high = (min(values), max(values)) if len(values) > 1 else (math.nan, math.nan)
    difference = middle - float(bare.published[0])
    return replace(bare, measured=(middle,), low=low, high=high, difference=difference)


def _curve(bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    name = bare.metric.replace("validation_", "valid_")
    rows = [[epoch.get(name) for epoch in record.history] for record in records]
    curves = np.array([[np.nan if value is None else value for value in row] for row in _equally_long(rows)])
    if not curves.size or np.isnan(curves).any():
        return replace(bare, verdict="not comparable", reason="not recorded in training")
    mean = curves.mean(axis=0)
    measured = tuple(map(float, mean[-1:] if published.values is None else mean[: len(bare.published)]))
    if len(measured) < len(bare.published):
        reason = f"{len(measured)} epochs were run, {len(bare.published)} are published"
        return replace(bare, measured=measured, verdict="not comparable", reason=reason)
    return _compared_curve(replace(bare, measured=measured), published)


def _equally_long(rows: list[list[float | None]]) -> Iterator[list[float | None]]:
    shortest = min(map(len, rows))
    return (row[:shortest] for row in rows)


def _compared_curve(bare: Reproduction, published: Published) -> Reproduction:
    is_accuracy = bare.metric.endswith("accuracy")
    pairs = list(zip(bare.measured, bare.published, strict=True))
    furthest, verdict = compare_ratios([ratio_to(*pair, is_accuracy=is_accuracy) for pair in pairs])
    differences = [round(value - float(of_source), 12) for value, of_source in pairs]
    ratio = ratio_to(*pairs[furthest], is_accuracy=is_accuracy)
    reason = f"ratio {ratio:.2f}{' of the errors' if is_accuracy else ''}"
    if published.tolerance is not None:
        furthest = int(np.abs(differences).argmax())
        is_within = abs(differences[furthest]) <= published.tolerance
        is_better = (differences[furthest] > 0) == is_accuracy
        verdict = "reproduced" if is_within else "better" if is_better else "worse"
        reason = f"tolerance {published.tolerance:g} in place of a ratio"
    if published.values is not None:
        reason += f", furthest in epoch {furthest + 1}"
    return replace(bare, difference=differences[furthest], verdict=verdict, reason=reason)


def _loss(bare: Reproduction, records: list[Result]) -> Reproduction:
    losses = [record.scores.log_loss for record in records if record.scores and record.scores.log_loss is not None]
    if len(losses) < len(records):
        return replace(bare, verdict="not comparable", reason="there are no probabilities, or not of every trial")
    mean = float(np.mean(losses))
    ratio = ratio_to(mean, bare.published[0], is_accuracy=False)
    _, verdict = compare_ratios([ratio])
    return replace(_with_range(bare, mean, losses), verdict=verdict, reason=f"ratio {ratio:.2f}")


def _share(contents: RunContents, bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    is_error = bare.metric.endswith("error")
    trials = [(record, _share_of(record, is_error)) for record in records]
    seeds = {record.trial.seed: [value for other, value in trials if other.trial.seed == record.trial.seed]
             for record in records}  # fmt: skip
    means = [float(np.mean(values)) for values in seeds.values()]
    share, value = round(float(np.mean(means)), 12), float(bare.published[0])
    n = sum(record.n_test for record in records if record.trial.seed == records[0].trial.seed)
    n_published = published.n_images or n
    error = _standard_error(published, records, [value for _, value in trials], means)
    if records[0].trial.fold is None and (published.other_images or n_published != n):
        error = with_other_images(error, share, n, value, n_published)
    compare = compare_bound if published.at_least else compare_share
    margin = margin_of(value, n_published, half_unit(bare.published[0]))
    found = compare(share, value, error, margin, lower_is_better=is_error)
    row = _row(contents, bare.case)
    low, high = _row_interval(row, is_error)
    reasons = ["the source gives only a bound" if published.at_least else ""]
    if found.outcome == "inconclusive":
        reasons.append(_too_few(records, len(means), is_stochastic=bool(row["is_stochastic"])))
    return replace(bare, measured=(share,), n_images=n, low=low, high=high, difference=found.difference,
                   difference_low=found.low, difference_high=found.high, margin=margin, verdict=found.outcome,
                   reason="; ".join(filter(None, reasons)))  # fmt: skip


def _share_of(record: Result, is_error: bool) -> float:
    accuracy = record.scores.accuracy if record.scores else math.nan
    return round(1 - accuracy, 12) if is_error else accuracy


def _standard_error(
    published: Published, records: list[Result], values: list[float], means: list[float]
) -> StandardError:
    """Return the standard error of the difference by the seeds, or over folds, which holds their images already."""
    first = records[0]
    if first.trial.folds is not None and len(values) > 1:
        test_share = float(np.mean([record.n_test / record.n_train for record in records]))
        return folds_error(values, test_share, first.trial.folds * published.repeats)
    return seeds_error(means, published.repeats, is_deterministic=first.trial.is_deterministic)


def _row(contents: RunContents, case: str) -> pd.Series:
    label = contents.label_of_case(case)
    return contents.summary[contents.summary["case"] == label].iloc[0]


def _row_interval(row: pd.Series, is_error: bool) -> tuple[float, float]:
    """Return the interval of the case's row, the same as in the other tables, within 0 and 1."""
    low, high = float(row["accuracy_low"]), float(row["accuracy_high"])
    low, high = (1 - high, 1 - low) if is_error else (low, high)
    return float(np.clip(low, 0, 1)), float(np.clip(high, 0, 1))


def _too_few(records: list[Result], n_seeds: int, *, is_stochastic: bool) -> str:
    """Say what there is too little of, the reason of an inconclusive figure."""
    if records[0].trial.folds is not None:
        return "too few folds to say"
    if not is_stochastic:
        return "too few images to say"
    return "too few seeds to say" if n_seeds > 1 else "one seed is too few to say"
