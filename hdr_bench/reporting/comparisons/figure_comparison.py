"""A published figure beside the measured one: what each kind of figure is measured by, and compared by."""

import math
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.records.metric_types import Metric, Rule
from hdr_bench.records.published import Published, half_unit
from hdr_bench.records.result import Result
from hdr_bench.reporting.comparisons.class_figures import class_values
from hdr_bench.reporting.comparisons.costs import make_cost
from hdr_bench.reporting.comparisons.reproduction import Reproduction, Verdict
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.ratios import compare_ratios, ratio_to
from hdr_bench.reporting.statistics.uncertainty import uncertainty_of_shares
from hdr_bench.reporting.statistics.verdicts import (
    StandardError,
    compare_bound,
    compare_share,
    folds_error,
    margin_of,
    seeds_error,
    with_other_images,
)

_NOT_MEASURED = "not measured: the method lacks what it needs, or its result is from before it was measured"
_DISTURBED = "disturbed: other work had the processors meanwhile"


def measure_figure(
    contents: RunContents, bare: Reproduction, published: Published, records: list[Result]
) -> Reproduction:
    """Return a published figure with what was measured, and the verdict if nothing stands in the way of one.

    Parameters
    ----------
    contents : RunContents
        The run.
    bare : Reproduction
        As `bare_reproduction` returns it.
    published : Published
        The figure.
    records : list of Result
        The case's trials with status "ok", at least one.

    Returns
    -------
    reproduction : Reproduction
        By the rule of its metric.

    Raises
    ------
    ValueError
        If the figure's metric has no rule of a verdict.
    """
    rule = published.definition.verdict
    if rule is None:
        raise ValueError(f"{published.metric} cannot be published: it has no rule of a verdict")
    return _RULES[rule](contents, bare, published, records)


def _count(_contents: RunContents, bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    counts = [count for record in records if (count := record.value_of(published.definition)) is not None]
    if len(counts) < len(records):
        return replace(bare, verdict="not comparable", reason="the method has no such number")
    furthest = max(counts, key=lambda count: abs(Decimal(count) - bare.published[0]))
    difference, tolerance = float(Decimal(furthest) - bare.published[0]), published.tolerance or 0.0
    verdict: Verdict = "equal" if abs(difference) <= tolerance else "not equal"
    reason = f"rounded by the source to within {tolerance:,.0f}" if tolerance else ""
    return replace(bare, measured=(float(furthest),), difference=difference, verdict=verdict, reason=reason)


def _side_by_side(
    _contents: RunContents, bare: Reproduction, published: Published, records: list[Result]
) -> Reproduction:
    metric = published.definition
    values = [value for record in records if (value := record.value_of(metric)) is not None]
    if len(values) < len(records):
        return replace(bare, reason=_NOT_MEASURED)
    if metric.kind != "seconds":
        return _with_range(bare, float(np.mean(values)), values)
    cost = make_cost(metric.name, values, [record.is_disturbed(metric) for record in records])
    found = _with_range(bare, cost.median, list(cost.values))
    return replace(found, reason=_DISTURBED) if cost.is_disturbed else found


def _with_range(bare: Reproduction, middle: float, values: list[float]) -> Reproduction:
    low, high = (min(values), max(values)) if len(values) > 1 else (math.nan, math.nan)
    difference = middle - float(bare.published[0])
    return replace(bare, measured=(middle,), low=low, high=high, difference=difference)


def _curve(_contents: RunContents, bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    rows = [record.curve_of(published.definition) for record in records]
    shortest = min(map(len, rows))
    curves = np.array([[np.nan if value is None else value for value in row[:shortest]] for row in rows])
    if not curves.size or np.isnan(curves).any():
        return replace(bare, verdict="not comparable", reason="not recorded in training")
    mean = curves.mean(axis=0)
    measured = _of_epochs(mean, published)
    n_epochs = published.mean_epochs or len(bare.published)
    if len(mean) < n_epochs:
        reason = f"{len(mean)} epochs were run, {n_epochs} are published"
        return replace(bare, measured=measured, verdict="not comparable", reason=reason)
    return _compared_curve(replace(bare, measured=measured), published)


def _of_epochs(mean: NDArray[np.float64], published: Published) -> tuple[float, ...]:
    """Return what of a curve is compared: its first epochs, their mean, or the last epoch."""
    if published.values is not None:
        return tuple(map(float, mean[: len(published.values)]))
    if published.mean_epochs is not None:
        return (float(mean[: published.mean_epochs].mean()),)
    return (float(mean[-1]),)


def _compared_curve(bare: Reproduction, published: Published) -> Reproduction:
    is_lower_better = published.definition.is_lower_better
    is_accuracy = published.definition.kind == "share" and not is_lower_better
    pairs = list(zip(bare.measured, bare.published, strict=True))
    furthest, verdict = compare_ratios([ratio_to(*pair, is_accuracy=is_accuracy) for pair in pairs])
    differences = [round(value - float(of_source), 12) for value, of_source in pairs]
    ratio = ratio_to(*pairs[furthest], is_accuracy=is_accuracy)
    reason = f"ratio {ratio:.2f}{' of the errors' if is_accuracy else ''}"
    if published.tolerance is not None:
        furthest = int(np.abs(differences).argmax())
        is_within = abs(differences[furthest]) <= published.tolerance
        is_better = (differences[furthest] > 0) != is_lower_better
        verdict = "reproduced" if is_within else "better" if is_better else "worse"
        reason = f"tolerance {published.tolerance:g} in place of a ratio"
    if published.mean_epochs is not None:
        reason += f", mean over {published.mean_epochs} epochs"
    if published.values is not None:
        reason += f", furthest in epoch {furthest + 1}"
    return replace(bare, difference=differences[furthest], verdict=verdict, reason=reason)


def _loss(_contents: RunContents, bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    losses = [loss for record in records if (loss := record.value_of(published.definition)) is not None]
    if len(losses) < len(records):
        return replace(bare, verdict="not comparable", reason="there are no probabilities, or not of every trial")
    mean = float(np.mean(losses))
    ratio = ratio_to(mean, bare.published[0], is_accuracy=False)
    _, verdict = compare_ratios([ratio])
    return replace(_with_range(bare, mean, losses), verdict=verdict, reason=f"ratio {ratio:.2f}")


def _share(contents: RunContents, bare: Reproduction, published: Published, records: list[Result]) -> Reproduction:
    metric = published.definition
    shares = [share for record in records if (share := record.value_of(metric)) is not None]
    if len(shares) < len(records):
        return replace(bare, verdict="not comparable", reason=_NOT_MEASURED)
    means = _means_over_seeds(records, shares)
    share, value = round(float(np.mean(means)), 12), float(bare.published[0])
    n = sum(record.n_test for record in records if record.trial.seed == records[0].trial.seed)
    n_published = published.n_images or n
    error = _standard_error(published, records, shares, means)
    if records[0].trial.is_on_test_part and (published.other_images or n_published != n):
        error = with_other_images(error, share, n, value, n_published)
    compare = compare_bound if published.at_least else compare_share
    margin = margin_of(value, n_published, half_unit(bare.published[0]))
    found = compare(share, value, error, margin, lower_is_better=metric.is_lower_better)
    row = contents.summary.set_index("case").loc[[contents.label_of_case(bare.case)]].iloc[0]
    low, high = _row_interval(row, metric) if metric.column == "accuracy" else _own_interval(records, shares, n)
    reasons = ["the source gives only a bound" if published.at_least else ""]
    if found.outcome == "inconclusive":
        reasons.append(_too_few(records, len(means), is_stochastic=bool(row["is_stochastic"])))
    return replace(
        bare,
        measured=(share,),
        n_images=n,
        low=low,
        high=high,
        difference=found.difference,
        difference_low=found.low,
        difference_high=found.high,
        margin=margin,
        verdict=found.outcome,
        reason="; ".join(filter(None, reasons)),
    )


def _class_share(
    contents: RunContents, bare: Reproduction, published: Published, records: list[Result]
) -> Reproduction:
    """Compare a share of one class, whose few images make it uncertain on both sides, with its rounding."""
    metric = published.definition
    found = class_values(contents, contents.label_of_case(bare.case), metric, published.class_name)
    if found is None:
        return replace(bare, verdict="not comparable", reason="there are no predictions of this class")
    share, value = round(float(np.mean(found.values)), 12), float(bare.published[0])
    rounding, n_published = half_unit(bare.published[0]), published.n_images or found.n_images
    error = seeds_error(found.values, published.repeats, is_deterministic=records[0].trial.is_deterministic)
    error = with_other_images(error, share, found.n_images, value, n_published)
    # A figure printed as 1.00 leaves more open than one of exactly 1.
    margin = margin_of(min(max(value - rounding, 0.5), value + rounding), n_published, rounding)
    compare = compare_bound if published.at_least else compare_share
    compared = compare(share, value, error, margin, lower_is_better=metric.is_lower_better)
    return replace(
        bare,
        measured=(share,),
        n_images=found.n_images,
        difference=compared.difference,
        difference_low=compared.low,
        difference_high=compared.high,
        margin=margin,
        verdict=compared.outcome,
        reason="too few images of the class to say" if compared.outcome == "inconclusive" else "",
    )


def _means_over_seeds(records: list[Result], shares: list[float]) -> list[float]:
    """Return the mean of each seed's shares: of cross-validation, of its folds."""
    by_seed: dict[int, list[float]] = {}
    for record, share in zip(records, shares, strict=True):
        by_seed.setdefault(record.trial.seed, []).append(share)
    return [float(np.mean(values)) for values in by_seed.values()]


def _standard_error(
    published: Published, records: list[Result], values: list[float], means: list[float]
) -> StandardError:
    """Return the standard error of the difference by the seeds, or over folds, which holds their images already."""
    first = records[0]
    if first.trial.folds is not None and len(values) > 1:
        return folds_error(values, _test_share(records), first.trial.folds * published.repeats)
    return seeds_error(means, published.repeats, is_deterministic=first.trial.is_deterministic)


def _test_share(records: list[Result]) -> float:
    """Return how many images a fold is evaluated on, for each that it learns from."""
    return float(np.mean([record.n_test / record.n_train for record in records]))


def _row_interval(row: pd.Series, metric: Metric) -> tuple[float, float]:
    """Return the interval of the case's row, the same as in the other tables, within 0 and 1."""
    low, high = float(row["accuracy_low"]), float(row["accuracy_high"])
    low, high = (1 - high, 1 - low) if metric.derived == "complement" else (low, high)
    return float(np.clip(low, 0, 1)), float(np.clip(high, 0, 1))


def _own_interval(records: list[Result], shares: list[float], n_images: int) -> tuple[float, float]:
    """Return the interval of another share than accuracy, which the rows of tables have none of."""
    test_share = None if records[0].trial.is_on_test_part else _test_share(records)
    found = uncertainty_of_shares(shares, n_images, test_share, is_deterministic=records[0].trial.is_deterministic)
    return found.interval(float(np.mean(shares)), n_images)


def _too_few(records: list[Result], n_seeds: int, *, is_stochastic: bool) -> str:
    """Say what there is too little of, the reason of an inconclusive figure."""
    if records[0].trial.folds is not None:
        return "too few folds to say"
    if not is_stochastic:
        return "too few images to say"
    return "too few seeds to say" if n_seeds > 1 else "one seed is too few to say"


_RULES: dict[Rule, Callable[[RunContents, Reproduction, Published, list[Result]], Reproduction]] = {
    "margin": _share,
    "ratio": _loss,
    "curve": _curve,
    "equality": _count,
    "side by side": _side_by_side,
    "class margin": _class_share,
}
