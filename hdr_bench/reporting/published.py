"""Published figures against measured ones, with a verdict by one rule."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.stats import norm

from hdr_bench.experiments.confidence import shares_of
from hdr_bench.experiments.published import Metric, Published
from hdr_bench.experiments.result import Result
from hdr_bench.experiments.suite import Kind
from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.intervals import mean_interval, newcombe_interval, spread_over_seeds, widened, wilson_interval

Verdict = Literal["reproduced", "better", "worse", "equal", "not equal", "not comparable", "not built", "no verdict"]

RULE = (
    "A share on a test set (accuracy, error) is reproduced when the 95 % interval of the difference holds zero, else "
    "better or worse: Newcombe's interval for two shares, widened by the spread over seeds where there is one. A loss "
    "on a test set likewise, by the normal interval of its mean over images. A count is equal or not; where the source "
    "rounds it, it is equal within that. A figure of training is reproduced when no epoch differs by more than the "
    "tolerance that stands with it, else the largest difference tells. Another protocol, other data or another size "
    "are not comparable. Where the source gives a bound alone, what is better reproduces it. Times and rejection stand "
    "side by side, without a verdict."
)
"""The rule of the verdicts, in words."""

TOLERANCES = {"accuracy": 0.01, "loss": 0.05}
"""How far an epoch's accuracy or loss may be from the published one, unless the suite says otherwise."""

_COUNTS = {"parameters": "n_parameters", "multiply_accumulates": "n_multiply_accumulates",
           "stored_variables": "n_stored_variables"}  # fmt: skip
_SIDE_BY_SIDE = {"fit_seconds": "fit_seconds", "predict_seconds": "predict_seconds", "test_rejection": "rejection"}
_LOWER_IS_BETTER = ("error", "loss", "rejection")
_TINY = 1e-15


@dataclass(frozen=True)
class Reproduction:
    """A published figure and the measured one.

    Attributes
    ----------
    case : str
    metric : str
    published, measured : tuple of float
        One value, or one an epoch; `measured` is empty where it was not measured.
    n_images : int
        Images that a measured share was found on.
    low, high : float
        Ends of the measured value's interval.
    difference, difference_low, difference_high : float
        Measured minus published, with its interval; of a curve the largest difference.
    verdict : str
    reason : str
        Why there is no other verdict, or what tolerance was taken.
    where : str
        Where the source gives it.
    """

    case: str
    metric: Metric
    published: tuple[float, ...]
    measured: tuple[float, ...] = ()
    n_images: int = 0
    low: float = math.nan
    high: float = math.nan
    difference: float = math.nan
    difference_low: float = math.nan
    difference_high: float = math.nan
    verdict: Verdict = "no verdict"
    reason: str = ""
    where: str = ""


def reproductions(contents: RunContents) -> tuple[Reproduction, ...]:
    """Hold every published figure of the suite against what was measured, by `RULE`."""
    suite = contents.run.suite
    judged = [_judged(contents, case.name, published) for case in suite.cases for published in case.published]
    for row in suite.not_built:
        for published in row.published:
            bare = _bare(row.name, published)
            judged.append(replace(bare, verdict="not built", reason=row.reason))
    return tuple(judged)


def counted_verdicts(found: tuple[Reproduction, ...]) -> str:
    """Say in words how many published figures got which verdict."""
    counts = {verdict: sum(each.verdict == verdict for each in found) for verdict in dict.fromkeys(
        each.verdict for each in found)}  # fmt: skip
    parts = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"Of {len(found)} published figures: {parts}." if found else ""


def _bare(case: str, published: Published) -> Reproduction:
    return Reproduction(case, published.metric, published.values or (published.value or 0.0,), where=published.where)


def _judged(contents: RunContents, case: str, published: Published) -> Reproduction:
    bare = _bare(case, published)
    records = _good_records(contents, case)
    if not records:
        return replace(bare, verdict="not comparable", reason="no trial went well, or none was run")
    measured = _measured(contents, bare, published, records)
    reason = published.not_comparable or _incomparable(contents, published.metric, records)
    bound = "the source says no more than that it is at least so good" if published.at_least else ""
    if bound and measured.verdict == "better":
        measured = replace(measured, verdict="reproduced")
    measured = replace(measured, reason="; ".join(filter(None, [measured.reason, bound, published.remark])))
    if reason and measured.verdict != "no verdict":
        return replace(measured, verdict="not comparable", reason="; ".join(filter(None, [reason, published.remark])))
    whole = int((contents.results["case"] == case).sum())
    some = f"of {len(records)} of {whole} trials: the others did not go well" if len(records) < whole else ""
    return replace(measured, reason="; ".join(filter(None, [reason, measured.reason, some])))


def _good_records(contents: RunContents, case: str) -> list[Result]:
    good = contents.results[(contents.results["case"] == case) & (contents.results["status"] == "ok")]
    return [contents.records[key] for key in good["key"]]


def _incomparable(contents: RunContents, metric: Metric, records: list[Result]) -> str:
    """Say why a figure of these trials cannot be held against a published one; nothing where it can."""
    suite, other = contents.run.suite, contents.run.settings.dataset
    case = next(case for case in suite.cases if case.name == records[0].trial.case)
    own = case.dataset or suite.dataset
    if other is not None and other != own.name:
        return f"other data: {other}"
    if metric in _COUNTS:
        has_other = not case.is_object and records[0].trial.params != case.params
        if has_other:
            return "run at a reduced size: with other parameters"
        # A network has its counts whatever it learns from; what keeps training images has not.
        return "" if records[0].layers or not records[0].trial.is_reduced else "run at a reduced size"
    if any(record.trial.is_reduced for record in records):
        return "run at a reduced size"
    return _other_protocol(metric, records[0].trial.protocol)


def _other_protocol(metric: Metric, protocol: Kind) -> str:
    if protocol == "learning-curve":
        return "another protocol: a learning curve"
    if metric.startswith("test_") and protocol == "cross-validation":
        return "another protocol: the folds of the training part were judged, not the test part"
    if metric.startswith("cross_validation_") and protocol != "cross-validation":
        return "another protocol: the test part was judged, not folds"
    return ""


def _measured(contents: RunContents, bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    metric = bare.metric
    if metric in _COUNTS:
        return _count(bare, published, records)
    if metric == "epoch_seconds" or metric in _SIDE_BY_SIDE:
        return _side_by_side(bare, records)
    if metric.startswith(("train_", "validation_")):
        return _curve(bare, published, records)
    if metric == "test_loss":
        return _loss(contents, bare, published, records)
    return _share(bare, published, records)


def _count(bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    counts = {getattr(record.measurements, _COUNTS[bare.metric]) for record in records}
    if None in counts:
        return replace(bare, verdict="not comparable", reason="the method has no such number")
    furthest = max(counts, key=lambda count: abs(count - bare.published[0]))
    difference, tolerance = furthest - bare.published[0], published.tolerance or 0.0
    verdict: Verdict = "equal" if abs(difference) <= tolerance else "not equal"
    reason = f"rounded by the source to within {tolerance:,.0f}" if tolerance else ""
    return replace(bare, measured=(float(furthest),), difference=difference, verdict=verdict, reason=reason)


def _side_by_side(bare: Reproduction, records: list[Result]) -> Reproduction:
    values = [value for record in records if (value := _cost(bare.metric, record)) is not None]
    if len(values) < len(records):
        return replace(bare, reason="not measured: the method lacks what it needs")
    low, high = mean_interval(values)
    mean = float(np.mean(values))
    is_disturbed = bare.metric.endswith("seconds") and any(record.n_concurrent > 1 for record in records)
    reason = "other trials shared the machine meanwhile" if is_disturbed else ""
    return replace(bare, measured=(mean,), low=low, high=high, difference=mean - bare.published[0], reason=reason)


def _cost(metric: Metric, record: Result) -> float | None:
    if record.measurements is None or record.scores is None:
        return None
    if metric == "epoch_seconds":
        return record.measurements.fit_seconds / len(record.history) if record.history else None
    name = _SIDE_BY_SIDE[metric]
    return getattr(record.scores if metric == "test_rejection" else record.measurements, name)


def _curve(bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    name = bare.metric.replace("validation_", "valid_")
    rows = [[epoch.get(name) for epoch in record.history] for record in records]
    curves = np.array([[np.nan if value is None else value for value in row] for row in _equally_long(rows)])
    if not curves.size or np.isnan(curves).any():
        return replace(bare, verdict="not comparable", reason="not recorded in training")
    whole = curves.mean(axis=0)
    taken = whole[-1:] if published.values is None else whole[: len(bare.published)]
    if len(taken) < len(bare.published):
        said = f"{len(taken)} epochs were run, {len(bare.published)} are published"
        return replace(bare, measured=tuple(map(float, taken)), verdict="not comparable", reason=said)
    differences = np.round(taken - np.array(bare.published), 12)
    largest = int(np.abs(differences).argmax())
    tolerance = published.tolerance or TOLERANCES[bare.metric.rpartition("_")[2]]
    furthest = float(differences[largest])
    verdict: Verdict = "reproduced" if abs(furthest) <= tolerance else _direction(bare.metric, furthest)
    said = f"tolerance {tolerance:g}"
    if published.values is not None:
        said += f"; largest difference in epoch {largest + 1}"
    return replace(bare, measured=tuple(map(float, taken)), difference=furthest, verdict=verdict,
                 reason=said)  # fmt: skip


def _equally_long(rows: list[list[float | None]]) -> Iterator[list[float | None]]:
    shortest = min(map(len, rows))
    return (row[:shortest] for row in rows)


def _share(bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    by_seed: dict[int, list[float]] = {}
    for record in records:
        if record.scores is not None:
            by_seed.setdefault(record.trial.seed, []).append(record.scores.accuracy)
    accuracies = [float(np.mean(folds)) for folds in by_seed.values()]
    is_error = bare.metric.endswith("error")
    values = [round(1 - value, 12) if is_error else value for value in accuracies]
    n = sum(record.n_test for record in records if record.trial.seed == records[0].trial.seed)
    mean = round(float(np.mean(values)), 12)
    interval = newcombe_interval(mean, n, bare.published[0], published.n_images or n)
    spread = spread_over_seeds(values, published.repeats)
    return _with_difference(replace(bare, n_images=n), mean, wilson_interval(mean, n), interval, spread)


def _loss(contents: RunContents, bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    losses = []
    for _, predictions in contents.predictions_of(bare.case):
        shares = shares_of(predictions)
        if shares is not None:
            right = shares[np.arange(len(shares)), predictions.y_true]
            losses.append(-np.log(np.clip(right, _TINY, None)))
    if len(losses) < len(records):
        return replace(bare, verdict="not comparable", reason="there are no probabilities, or not of every trial")
    images = np.mean(losses, axis=0)
    mean, variance = float(images.mean()), float(images.var(ddof=1))
    reach = float(norm.ppf(0.975)) * math.sqrt(variance / len(images))
    reach_of_both = reach * math.sqrt(1 + len(images) / (published.n_images or len(images)))
    difference = mean - bare.published[0]
    spread = spread_over_seeds([float(each.mean()) for each in losses], published.repeats)
    interval = (difference - reach_of_both, difference + reach_of_both)
    return _with_difference(bare, mean, (mean - reach, mean + reach), interval, spread)


def _with_difference(
    bare: Reproduction, mean: float, own: tuple[float, float], interval: tuple[float, float], spread: float
) -> Reproduction:
    difference = round(mean - bare.published[0], 12)
    low, high = widened(difference, interval, spread)
    verdict: Verdict = "reproduced" if low <= 0 <= high else _direction(bare.metric, difference)
    return replace(bare, measured=(mean,), low=own[0], high=own[1], difference=difference, difference_low=low,
                 difference_high=high, verdict=verdict)  # fmt: skip


def _direction(metric: Metric, difference: float) -> Verdict:
    return "better" if (difference > 0) != metric.endswith(_LOWER_IS_BETTER) else "worse"
