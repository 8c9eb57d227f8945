"""Automatic checks of a run, each with advice: what is likely to mislead, and what to do about it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hdr_bench.records.grid import values_around
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.result import Result
from hdr_bench.reporting.comparisons.baselines import most_frequent_classes
from hdr_bench.reporting.comparisons.pairs import Comparisons, Pair
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.wording import points

OVERFITTING_FROM = 0.05
"""Training accuracy minus test accuracy from which a method is said to overfit: five points."""

# With two values every choice is at an end.
_FEWEST_VALUES = 3
# Two settings are a comparison; of three and more the best is easily taken for a choice.
_VARIANTS = 3
# A difference is found in 80 % of repeats from (1.96 + 0.84) standard errors on; the interval reaches 1.96 of them.
_DETECTABLE = (1.96 + 0.84) / 1.96
_SUSPECT = "Look at its parameters, its scaling and its warnings before you compare it."
_NOT_CONVERGED = ("ConvergenceWarning", "did not converge", "failed to converge")


@dataclass(frozen=True)
class Check:
    """A finding of a check.

    Attributes
    ----------
    label : str
        The method, or several.
    finding : str
        What was found, with its figures.
    advice : str
        What to do.
    """

    label: str
    finding: str
    advice: str


def run_checks(contents: RunContents, compared: Comparisons) -> tuple[Check, ...]:
    """Check a run for what is likely to mislead its readers.

    A search that ended at the edge of its grid; a training accuracy far above that on test images; a method that is no
    better than a dummy, or than one and the same answer, or worse than nearest neighbours; too few seeds for a
    difference; a best method that was chosen by the test part, among settings; fits that did not converge.

    Parameters
    ----------
    contents : RunContents
        The run.
    compared : Comparisons
        Of its methods.

    Returns
    -------
    checks : tuple of Check
        What was found, check by check; empty if nothing was.
    """
    checks: tuple[Callable[[], Iterator[Check]], ...] = (
        lambda: _not_better_than_a_dummy(contents.summary),
        lambda: _not_better_than_one_answer(contents),
        lambda: _worse_than_neighbors(contents, compared),
        lambda: _at_the_edge(contents),
        lambda: _overfitted(contents),
        lambda: _not_converged(contents),
        lambda: _too_few_seeds(contents.summary, compared),
        lambda: _chosen_by_the_test_part(contents, compared),
    )
    return tuple(dict.fromkeys(each for check in checks for each in check()))


def detectable_difference(pair: Pair) -> float:
    """Return the difference that a comparison like this one finds in about 80 % of repeats.

    Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences": 2.8 standard errors for a two-sided test at
    5 %; the standard error is taken from the 95 % interval of the difference.

    Parameters
    ----------
    pair : Pair
        Two methods compared.

    Returns
    -------
    difference : float
        Of shares; NaN without an interval.
    """
    return _DETECTABLE * (pair.difference.high - pair.difference.low) / 2


def _good_records(contents: RunContents) -> Iterator[tuple[str, Result]]:
    rows = contents.results[contents.results["status"] == "ok"]
    for label, key in zip(rows["label"], rows["key"], strict=True):
        record = contents.records[key]
        if not record.trial.is_from_file:
            yield str(label), record


def _not_better_than_a_dummy(summary: pd.DataFrame) -> Iterator[Check]:
    for dummy in summary[summary["is_dummy"] & (summary["n_trials"] > 0)].to_dict("records"):
        alike = summary[(summary["cost_set"] == dummy["cost_set"]) & ~summary["is_dummy"]]
        for row in alike[alike["accuracy_low"] <= dummy["accuracy"]].to_dict("records"):
            yield Check(
                str(row["case"]),
                f"no better than {dummy['case']}, which does not look at the images",
                _SUSPECT,
            )


def _not_better_than_one_answer(contents: RunContents) -> Iterator[Check]:
    lows = dict(zip(contents.summary["case"], contents.summary["accuracy_low"].astype(float), strict=True))
    for baseline in most_frequent_classes(contents):
        for label in baseline.labels:
            if lows[label] <= baseline.accuracy:
                yield Check(label, f"no better than always answering {baseline.answer}", _SUSPECT)


def _worse_than_neighbors(contents: RunContents, compared: Comparisons) -> Iterator[Check]:
    # Of a trial without a result that can be read, the estimator is not known.
    neighbors = [label for label, record in _good_records(contents) if _is_neighbors(record.trial.estimator)]
    for label in neighbors[:1]:
        for pair in compared.pairs:
            if pair.first == label and pair.is_told_apart:
                yield Check(
                    pair.second,
                    f"worse than {label}, which needs no training",
                    "Search its parameters, or say why it is in the comparison.",
                )


def _is_neighbors(estimator: str) -> bool:
    return estimator == "knn" or estimator.endswith(".KNeighborsClassifier")


def _at_the_edge(contents: RunContents) -> Iterator[Check]:
    for label, record in _good_records(contents):
        if record.searched is None or record.trial.search is None:
            continue
        for name, values in values_around(record.trial.search.grid, record.searched.chosen).items():
            chosen = record.searched.chosen.get(name)
            numbers = [value for value in values if _is_number(value)]
            if not _is_number(chosen) or len(set(numbers)) < _FEWEST_VALUES or min(numbers) < chosen < max(numbers):
                continue
            which = "smallest" if chosen == min(numbers) else "largest"
            yield Check(
                label,
                f"the search chose {name} = {chosen}, the {which} value of its grid",
                f"Add {'smaller' if which == 'smallest' else 'larger'} values: the best may lie beyond.",
            )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _overfitted(contents: RunContents) -> Iterator[Check]:
    accuracies: dict[str, list[tuple[float, float]]] = {}
    for label, record in _good_records(contents):
        curve = [value for value in record.curve_of(METRICS["train_accuracy"]) if value is not None]
        if curve and record.scores is not None:
            accuracies.setdefault(label, []).append((curve[-1], record.scores.accuracy))
    for label, pairs in accuracies.items():
        train, test = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
        if train - test >= OVERFITTING_FROM:
            yield Check(
                label,
                f"accuracy of {100 * train:.1f} % on training images, while it trained; {100 * test:.1f} % on test "
                "images",
                "It may overfit: try more images, augmentation, or stronger regularization. A network with batch "
                "normalization may have trained for too few batches: try more epochs.",
            )


def _not_converged(contents: RunContents) -> Iterator[Check]:
    for label, record in _good_records(contents):
        if any(sign in warning for warning in record.warnings for sign in _NOT_CONVERGED):
            yield Check(
                label,
                "its fit stopped before it converged",
                "Allow more iterations, or scale its input; its accuracy may be higher then.",
            )


def _too_few_seeds(summary: pd.DataFrame, compared: Comparisons) -> Iterator[Check]:
    rows = {str(row["case"]): row for row in summary.to_dict("records")}
    best = {labels[0] for labels in compared.best.values()}
    for pair in compared.pairs:
        if pair.first not in best or pair.verdict != "too few" or not pair.is_stochastic:
            continue
        n_test, least = int(rows[pair.first]["n_test"]), detectable_difference(pair)
        if math.isnan(least):
            continue
        seeds = min(int(rows[name]["n_trials"]) for name in _stochastic(rows, pair))
        yield Check(
            f"{pair.first}; {pair.second}",
            f"{points(abs(pair.difference.value), n_test)} apart; with {seeds} {'seed' if seeds == 1 else 'seeds'} "
            f"only a difference of about {points(least, n_test)} is likely to be found",
            "Run more seeds, or do not rank these two.",
        )


def _stochastic(rows: dict[str, dict[Any, Any]], pair: Pair) -> list[str]:
    both = [pair.first, pair.second]
    return [name for name in both if rows[name]["is_stochastic"]] or both


def _chosen_by_the_test_part(contents: RunContents, compared: Comparisons) -> Iterator[Check]:
    """Find a best method that is one of several settings: the test part chose it, and measured it.

    No trial has the test part choose: searches and early stopping see the training part alone. Who reads a report may.
    """
    settings: dict[tuple[str, ...], dict[str, str]] = {}
    for label, record in _good_records(contents):
        trial = record.trial
        if trial.protocol == "holdout":
            kind = (trial.estimator, trial.fingerprint, *(step.name for step in trial.steps))
            settings.setdefault(kind, {})[label] = str(sorted(trial.params.items(), key=str))
    best = {labels[0] for labels in compared.best.values()}
    for (estimator, *_), variants in settings.items():
        n_settings = len(set(variants.values()))
        for label in variants:
            if label in best and n_settings >= _VARIANTS:
                yield Check(
                    label,
                    f"the most accurate of {n_settings} settings of {estimator}, by the test part that it is measured "
                    "on: its accuracy is likely to be a little too high",
                    "To choose a setting, use a grid search, which sees the training part alone; or measure this one "
                    "on other test images.",
                )
