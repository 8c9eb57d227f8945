"""What changed from one run to another: accuracy by a paired test, times and memory against the noise of repeats."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student

from hdr_bench.experiments.committed import open_store
from hdr_bench.experiments.store import Store
from hdr_bench.reporting.crossed import Fits, paired_difference
from hdr_bench.reporting.frame import label_of, load_results
from hdr_bench.reporting.statistics import holm, pooled_spread, resampled_difference

Verdict = Literal["worse", "better", "same", "not compared"]
COSTS = {"fit_seconds": 0.1, "predict_seconds": 0.1, "fit_peak_bytes": 5e6, "predict_peak_bytes": 5e6}
"""What costs are compared, and differences too small to be told: seconds and bytes."""

_TIMES = ("fit_seconds", "predict_seconds")
WITHOUT_REPEATS = 2.0
"""Ratio of costs from which they are told apart where nothing was measured twice."""

_PAIR = ["label", "seed", "fold"]


@dataclass(frozen=True)
class Change:
    """What became of one measure of a method.

    Attributes
    ----------
    case, measure : str
        The measure is ``"accuracy"``, ``"status"`` or one of `COSTS`.
    before, after : float
        Means over the trials that both runs have.
    p_value : float
        Of accuracy, corrected for the number of methods by Holm's procedure; otherwise missing.
    threshold : float
        Of a cost: the ratio of after to before from which it counts; else missing.
    verdict : {"worse", "better", "same", "not compared"}
    note : str
        Why it was not compared, or what became of the status.
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

    def frame(self) -> pd.DataFrame:
        """Return the changes as a table, a row each."""
        return pd.DataFrame([vars(change) for change in self.changes], columns=list(Change.__annotations__))


def compare_runs(
    before: str | os.PathLike[str],
    after: str | os.PathLike[str],
    *,
    across_machines: bool = False,
    tolerance: float = 0.1,
    alpha: float = 0.05,
) -> Comparison:
    """Compare two runs, method by method, on the trials that both have: same seed, fold and images.

    Parameters
    ----------
    before, after : path-like
        The runs' folders.
    across_machines : bool, default=False
        Compare times also where processors or threads differ, or where trials shared the machine.
    tolerance : float, default=0.1
        Share by which a cost may grow before it counts, however sure the growth is.
    alpha : float, default=0.05
        Level of the tests.

    Returns
    -------
    comparison : Comparison

    Raises
    ------
    StoreError
        If there is no run at one of the paths.

    Notes
    -----
    Accuracy: as two methods of one run are compared, of folds by the corrected resampled t-test. Over the methods the
    p-values are corrected by Holm's procedure, not by Benjamini and Hochberg's as the pairs of a report: a comparison
    ends in one decision, so the chance that any method is called worse without being it is what must stay below
    `alpha`, also if others have changed. Results whose predictions are not stored are not compared. Costs: the mean
    logarithm of the ratios of paired trials, against the tolerance and against its t-interval; where a method has one
    trial, with the spread of the other methods' ratios, and where no method has more, against a ratio of 2.
    """
    first, second = _labelled(before), _labelled(after)
    pairs = first.merge(second, on=_PAIR, suffixes=("_a", "_b"))
    cases = list(dict.fromkeys(pairs["label"]))
    remarks = [*_differences(pairs)]
    may_compare_times = across_machines or not remarks
    if remarks and not across_machines:
        remarks.append("Times are not compared; --across-machines compares them all the same")
    changes = [*_statuses(pairs), *_accuracies(pairs, open_store(before), open_store(after), alpha)]
    changes += _costs(pairs, tolerance, alpha, may_compare_times)
    return Comparison(
        tuple(sorted(changes, key=lambda change: cases.index(change.case))),
        tuple(label for label in dict.fromkeys(second["label"]) if label not in set(first["label"])),
        tuple(label for label in dict.fromkeys(first["label"]) if label not in set(second["label"])),
        (*remarks, *_unpaired(pairs, first, second)),
    )


def _labelled(path: str | os.PathLike[str]) -> pd.DataFrame:
    results = load_results(path)
    labels = [label_of(row) for row in results.to_dict("records")]
    return results[results["status"] != "missing"].assign(label=pd.Series(labels, index=results.index))


def _differences(pairs: pd.DataFrame) -> Iterable[str]:
    for name, said in (("cpu", "processors differ"), ("threads", "threads differ")):
        both = pairs[pairs[f"{name}_a"].notna() & pairs[f"{name}_b"].notna()]
        other = both[both[f"{name}_a"] != both[f"{name}_b"]]
        if len(other):
            one = other.iloc[0]
            yield f"The {said}: e.g. {_said(one[f'{name}_a'])} and {_said(one[f'{name}_b'])} for {one['label']}"
    if (pairs[["n_concurrent_a", "n_concurrent_b"]].astype(float) > 1).any(axis=None):
        yield "Trials shared the machine with others"


def _unpaired(pairs: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame) -> Iterable[str]:
    for label in dict.fromkeys(pairs["label"]):
        paired = int((pairs["label"] == label).sum())
        counts = [int((side["label"] == label).sum()) for side in (first, second)]
        if max(counts) > paired:
            yield f"{label}: {paired} trials are in both runs, of {counts[0]} and {counts[1]}"


def _statuses(pairs: pd.DataFrame) -> Iterable[Change]:
    for label, trials in pairs.groupby("label", sort=False):
        well = [(trials[f"status_{side}"] == "ok").mean() for side in "ab"]
        if well[0] == well[1] == 1:
            continue
        verdict: Verdict = "worse" if well[1] < well[0] else "better" if well[1] > well[0] else "same"
        bad = trials[trials["status_b"] != "ok"]
        note = f"{bad['status_b'].iloc[0]}: {bad['error_b'].iloc[0]}" if len(bad) else "goes well now"
        yield Change(str(label), "status", float(well[0]), float(well[1]), verdict, note=note)


def _accuracies(pairs: pd.DataFrame, first: Store, second: Store, alpha: float) -> list[Change]:
    good = _both_well(pairs)
    tested: list[tuple[Change, float]] = []
    refused: list[Change] = []
    for label, trials in good.groupby("label", sort=False):
        before, after = float(trials["accuracy_a"].mean()), float(trials["accuracy_b"].mean())
        change = Change(str(label), "accuracy", before, after, "not compared", note=_other_images(trials))
        p_value = None if change.note else _p_value(trials, first, second)
        if change.note:
            refused.append(change)
        elif p_value is None:
            refused.append(replace(change, note="the predictions are not stored"))
        else:
            tested.append((change, p_value))
    corrected = holm([p_value for _, p_value in tested])
    return refused + [
        replace(change, verdict=_verdict(change.after < change.before, p_value < alpha), p_value=p_value)
        for (change, _), p_value in zip(tested, corrected, strict=True)
    ]


def _p_value(trials: pd.DataFrame, first: Store, second: Store) -> float | None:
    """Return the p-value of no difference, not corrected; None if predictions are needed and not stored."""
    if trials["fold"].notna().any():
        difference = (trials["accuracy_b"] - trials["accuracy_a"]).to_numpy(float)
        return resampled_difference(difference, float((trials["n_test_a"] / trials["n_train_a"]).mean())).p_value
    fits = _fits(second, trials, "b"), _fits(first, trials, "a")
    return None if fits[0] is None or fits[1] is None else paired_difference(fits[0], fits[1]).p_value


def _fits(store: Store, trials: pd.DataFrame, side: str) -> Fits | None:
    predictions = [store.read_predictions(key) for key in trials[f"key_{side}"]]
    is_deterministic = bool(trials[f"is_deterministic_{side}"].iloc[0])
    stored = [each for each in predictions if each is not None]
    return Fits.from_predictions(stored, is_deterministic=is_deterministic) if len(stored) == len(predictions) else None


def _costs(pairs: pd.DataFrame, tolerance: float, alpha: float, may_compare_times: bool) -> Iterable[Change]:
    good = _both_well(pairs)
    for measure, least in COSTS.items():
        is_compared = may_compare_times or measure not in _TIMES
        ratios = {
            str(label): np.log(_at_least(trials[f"{measure}_b"], least) / _at_least(trials[f"{measure}_a"], least))
            for label, trials in good.groupby("label", sort=False)
        }
        for label, trials in good.groupby("label", sort=False):
            before, after = (float(trials[f"{measure}_{side}"].astype(float).mean()) for side in "ab")
            note = _other_images(trials) or ("" if is_compared else "machines or threads differ")
            if note:
                yield Change(str(label), measure, before, after, "not compared", note=note)
                continue
            change = float(ratios[str(label)].mean())
            threshold = max(math.log1p(tolerance), _noise(str(label), ratios, alpha))
            verdict = _verdict(change > 0, abs(change) > threshold and abs(after - before) > least)
            yield Change(str(label), measure, before, after, verdict, threshold=math.exp(threshold))


def _other_images(trials: pd.DataFrame) -> str:
    """Say in what the images of paired trials differ; nothing where they are the same."""
    for name, said in (("fingerprint", "the data"), ("protocol", "the protocols"), ("n_train", "the training images"),
                       ("n_test", "the images that are judged")):  # fmt: skip
        if (trials[f"{name}_a"] != trials[f"{name}_b"]).any():
            return f"{said} differ"
    return ""


def _said(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def _noise(label: str, ratios: "dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]", alpha: float) -> float:
    """Return how far the mean logarithm of a method's ratios may be from 0 by noise alone."""
    own = ratios[label]
    spread, free = pooled_spread([own] if len(own) > 1 else list(ratios.values()))
    if not free:
        return math.log(WITHOUT_REPEATS)
    return float(student.ppf(1 - alpha / 2, free)) * spread / math.sqrt(len(own))


def _at_least(values: pd.Series, least: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.maximum(values.to_numpy(float), least)


def _both_well(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs[(pairs["status_a"] == "ok") & (pairs["status_b"] == "ok")]


def _verdict(is_worse: bool, is_sure: bool) -> Verdict:
    if not is_sure:
        return "same"
    return "worse" if is_worse else "better"
