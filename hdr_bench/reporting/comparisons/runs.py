"""What changed from one run to another: accuracy by a paired test, times and memory by the ranges of the repeats."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from hdr_bench.exceptions import ComparisonError
from hdr_bench.names import abbreviate
from hdr_bench.records.committed import open_store
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.result import Result
from hdr_bench.records.store import Store
from hdr_bench.reporting.comparisons.common_trials import (
    describe_differences,
    describe_missing_predictions,
    describe_no_common_trial,
    describe_unpaired,
)
from hdr_bench.reporting.comparisons.costs import COSTS, FEWEST, Cost, costs_of, is_apart, threshold
from hdr_bench.reporting.comparisons.other_methods import other_methods
from hdr_bench.reporting.files.report_folder import settle_report
from hdr_bench.reporting.frame import describe_problem, read_results
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.tests import holm, resampled_difference

Verdict = Literal["worse", "better", "same", "not compared"]
ONE_SEED = "one seed: said of these two fits, not of the method"
"""Note on the accuracy of a stochastic method that was fitted once."""

_PAIR = ["label", "seed", "fold"]
_UNREADABLE = ("damaged", "newer")


@dataclass(frozen=True)
class Change:
    """What became of one measure of a method.

    Attributes
    ----------
    case, measure : str
        The measure is ``"accuracy"``, ``"status"`` or one of `COSTS`.
    before, after : float
        Over the trials that both runs have: the mean accuracy, the median of a cost over the fits (of times, of the
        undisturbed ones if there are any).
    p_value : float
        Of accuracy, corrected for the number of methods by Holm's procedure; otherwise missing.
    threshold : float
        Of a cost: the ratio of after to before from which it counts; else missing.
    verdict : {"worse", "better", "same", "not compared"}
        Beyond what chance and repeats explain.
    note : str
        Why it was not compared, by which rule a cost was, what an accuracy is said of, or what became of the status.
    """

    case: str
    measure: str
    before: float
    after: float
    verdict: Verdict
    p_value: float = math.nan
    threshold: float = math.nan
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to another.

    Attributes
    ----------
    changes : tuple of Change
        Of every method that both runs have.
    new, gone : tuple of str
        Methods that only the second run has, or only the first.
    remarks : tuple of str
        What was not compared and why, and what else differs.
    """

    changes: tuple[Change, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def is_worse(self) -> bool:
        """Anything got worse."""
        return any(change.verdict == "worse" for change in self.changes)

    @property
    def is_empty(self) -> bool:
        """Nothing at all could be compared."""
        return all(change.verdict == "not compared" for change in self.changes)

    def frame(self) -> pd.DataFrame:
        """Return the changes as a table, a row each.

        Returns
        -------
        frame : DataFrame
            With the attributes of `Change` as columns.
        """
        return pd.DataFrame([vars(change) for change in self.changes], columns=list(Change.__annotations__))


def compare_runs(
    before: str | os.PathLike[str],
    after: str | os.PathLike[str],
    *,
    across_machines: bool = False,
    tolerance: float = 0.1,
    alpha: float = 0.05,
) -> Comparison:
    """Compare two runs, method by method, on the trials that both have: same method, seed, fold and images.

    Parameters
    ----------
    before, after : path-like
        The runs' folders.
    across_machines : bool, default=False
        Compare times also if processors or threads differ; disturbed ones never are.
    tolerance : float, default=0.1
        Share by which a cost may grow before it counts, however well it repeats.
    alpha : float, default=0.05
        Level of the tests.

    Returns
    -------
    comparison : Comparison

    Raises
    ------
    StoreError
        If there is no run at one of the paths.
    ComparisonError
        If the runs have no trial in common, or the tolerance or the level is not a share that is allowed.

    Notes
    -----
    Accuracy: as two methods of one run are compared, of folds by the corrected resampled t-test. Over the methods the
    p-values are corrected by Holm's procedure, not by Benjamini and Hochberg's as the pairs of a report: a comparison
    ends in one decision, so the chance that any method is called worse without being it is what must stay below
    `alpha`, also if others have changed. Results whose predictions are not stored are not compared, nor are methods of
    one name that differ in estimator, parameters, steps, data or protocol; those of changed libraries and code are, for
    that is what a comparison is for. Costs: as
    `costs.is_apart` tells two rows apart. With at least three undisturbed fits in each run the ranges do not overlap,
    and the medians differ by more than the tolerance; with fewer, the medians differ by more than the factors
    `costs.single_fit_ratio`.
    """
    _check_shares(tolerance, alpha)
    for folder in (before, after):
        settle_report(Path(folder))
    stores = open_store(before), open_store(after)
    (first, records), (second, other_records) = map(_results_of, stores)
    pairs = first.merge(second, on=_PAIR, suffixes=("_a", "_b"))
    if not len(pairs):
        raise ComparisonError(describe_no_common_trial(stores, first, second))
    cases = list(dict.fromkeys(pairs["label"]))
    remarks = [*describe_differences(pairs)]
    is_one_machine = not remarks
    if remarks and not across_machines:
        remarks.append("Times are not compared; --across-machines compares them all the same")
    others = other_methods(pairs, records, other_records)
    changes = [*_statuses(pairs, others), *_accuracies(pairs, *stores, alpha, others)]
    changes += _costs(pairs, tolerance, across_machines or is_one_machine, others)
    return Comparison(
        tuple(sorted(changes, key=lambda change: cases.index(change.case))),
        tuple(label for label in dict.fromkeys(second["label"]) if label not in set(first["label"])),
        tuple(label for label in dict.fromkeys(first["label"]) if label not in set(second["label"])),
        (
            *remarks,
            *describe_unpaired(pairs[~pairs["label"].isin(others)], first, second),
            *describe_missing_predictions(stores),
        ),
    )


def _check_shares(tolerance: float, alpha: float) -> None:
    if not 0 <= tolerance < math.inf:
        raise ComparisonError(f"tolerance must be a share of at least 0, got {tolerance}; write e.g. 0.1")
    if not 0 < alpha < 1:
        raise ComparisonError(f"alpha must be above 0 and below 1, got {alpha}; write e.g. 0.05")


def _results_of(store: Store) -> tuple[pd.DataFrame, dict[str, Result]]:
    results, records = read_results(store, store.read_run())
    return results[results["status"] != "missing"], records


def _statuses(pairs: pd.DataFrame, others: dict[str, str]) -> Iterable[Change]:
    for label, trials in pairs.groupby("label", sort=False):
        well = [(trials[f"status_{side}"] == "ok").mean() for side in "ab"]
        if well[0] == well[1] == 1:
            continue
        if label in others:
            yield Change(str(label), "status", float(well[0]), float(well[1]), "not compared", note=others[str(label)])
            continue
        verdict: Verdict = "worse" if well[1] < well[0] else "better" if well[1] > well[0] else "same"
        if trials[["status_a", "status_b"]].isin(_UNREADABLE).to_numpy().all():
            verdict = "not compared"
        bad = trials[trials["status_b"] != "ok"]
        note = abbreviate(describe_problem(*bad[["status_b", "error_b"]].iloc[0])) if len(bad) else "does not fail now"
        yield Change(str(label), "status", float(well[0]), float(well[1]), verdict, note=note)


def _accuracies(pairs: pd.DataFrame, first: Store, second: Store, alpha: float, others: dict[str, str]) -> list[Change]:
    changes = [
        _accuracy(str(label), trials, first, second, others.get(str(label), ""))
        for label, trials in _successful_pairs(pairs).groupby("label", sort=False)
    ]
    tested = [change for change in changes if not math.isnan(change.p_value)]
    corrected = holm([change.p_value for change in tested])
    return [change for change in changes if math.isnan(change.p_value)] + [
        replace(
            change, verdict=_direction(change.after - change.before) if p_value < alpha else "same", p_value=p_value
        )
        for change, p_value in zip(tested, corrected, strict=True)
    ]


def _accuracy(label: str, trials: pd.DataFrame, first: Store, second: Store, refusal: str) -> Change:
    """Return the change of a method's accuracy, its p-value not corrected and missing if it is not compared."""
    before, after = float(trials["accuracy_a"].mean()), float(trials["accuracy_b"].mean())
    change = Change(label, "accuracy", before, after, "not compared", note=refusal)
    if change.note:
        return change
    if trials["fold"].notna().any():
        difference = (trials["accuracy_b"] - trials["accuracy_a"]).to_numpy(float)
        test_share = float((trials["n_test_a"] / trials["n_train_a"]).mean())
        return replace(change, p_value=resampled_difference(difference, test_share).p_value)
    earlier, later = _fits(first, trials, "a"), _fits(second, trials, "b")
    if earlier is None or later is None:
        return replace(change, note="the predictions are not stored")
    note = ONE_SEED if earlier.is_one_seed or later.is_one_seed else ""
    return replace(change, p_value=paired_difference(later, earlier).p_value, note=note)


def _fits(store: Store, trials: pd.DataFrame, side: str) -> Fits | None:
    """Return the fits of a method in one of the runs; None if the predictions of one of them are not stored."""
    predictions = [store.read_predictions(key) for key in trials[f"key_{side}"]]
    stored = [each for each in predictions if each is not None]
    is_deterministic = bool(trials[f"is_deterministic_{side}"].iloc[0])
    return Fits.from_predictions(stored, is_deterministic=is_deterministic) if len(stored) == len(predictions) else None


def _costs(pairs: pd.DataFrame, tolerance: float, machines_compare: bool, others: dict[str, str]) -> Iterable[Change]:
    good = _successful_pairs(pairs)
    for measure in COSTS:
        is_time = METRICS[measure].kind == "seconds"
        sides = [_costs_of_side(good, side, measure) for side in "ab"]
        for label in dict.fromkeys(map(str, good["label"])):
            before, after = (costs[label] for costs in sides)
            note = others.get(label, "")
            if is_time:
                note = note or _refusal(before, after, machines_compare)
            yield _cost_change(label, before, after, tolerance, note)


def _costs_of_side(pairs: pd.DataFrame, side: str, measure: str) -> dict[str, Cost]:
    """Return the costs of one of two runs by label."""
    own = [name for name in map(str, pairs) if name.endswith(f"_{side}")]
    return costs_of(pairs[["label", *own]].rename(columns=lambda name: name.removesuffix(f"_{side}")), measure)


def _refusal(before: Cost, after: Cost, machines_compare: bool) -> str:
    """Say why two times are not compared; nothing if they are."""
    if not machines_compare:
        return "machines or threads differ"
    return "disturbed in every trial" if before.is_disturbed or after.is_disturbed else ""


def _cost_change(label: str, before: Cost, after: Cost, tolerance: float, refusal: str) -> Change:
    if refusal:
        return Change(label, before.measure, before.median, after.median, "not compared", note=refusal)
    verdict = _direction(before.median - after.median) if is_apart(before, after, tolerance) else "same"
    ratio = threshold(before, after, tolerance)
    return Change(
        label, before.measure, before.median, after.median, verdict, threshold=ratio, note=_rule(before, after, ratio)
    )


def _rule(before: Cost, after: Cost, ratio: float) -> str:
    """Say by which rule a cost was compared."""
    if before.has_range and after.has_range:
        return f"ranges apart, and medians by a factor above {ratio:g}"
    return f"fewer than {FEWEST} undisturbed fits: a factor above {ratio:g}"


def _successful_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs[(pairs["status_a"] == "ok") & (pairs["status_b"] == "ok")]


def _direction(gain: float) -> Verdict:
    return "worse" if gain < 0 else "better"
