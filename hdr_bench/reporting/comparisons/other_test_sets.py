"""A run's methods on its suite's other test sets: what accuracy each loses there, and how they compare there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import Literal

import pandas as pd

from hdr_bench.records.predictions import Predictions
from hdr_bench.reporting.comparisons.pairs import ALPHA, Pair, correct_p_values
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.independent import difference_between_sets
from hdr_bench.reporting.statistics.intervals import margin
from hdr_bench.reporting.statistics.tests import Difference, benjamini_hochberg


@dataclass(frozen=True)
class Drop:
    """Accuracy that a method loses on another test set.

    Attributes
    ----------
    label : str
        What tables call the method.
    test_set : str
        Name of the other test set.
    n_own, n_test : int
        Images of the test part of the method's own data, and of the other test set.
    difference : Difference
        Accuracy on the own test part minus that on the other test set, its p-value not corrected.
    corrected : float
        The p-value by Benjamini and Hochberg's procedure, over all drops of the run.
    is_one_seed : bool
        The method is stochastic and was fitted once: what is said holds for that fit.
    is_stochastic : bool
        Seeds are what is missing if there is too little to decide.
    """

    label: str
    test_set: str
    n_own: int
    n_test: int
    difference: Difference
    corrected: float
    is_one_seed: bool
    is_stochastic: bool

    @property
    def verdict(self) -> Literal["less accurate", "more accurate", "too few"]:
        """What may be said of the accuracy on the other test set."""
        if self.corrected > ALPHA:
            return "too few"
        return "less accurate" if self.difference.value > 0 else "more accurate"


@dataclass(frozen=True, eq=False)
class Transfer:
    """Methods of a run on its other test sets.

    Attributes
    ----------
    summaries : dict of str to DataFrame
        By the test sets' names, as `summarise` returns them.
    drops : tuple of Drop
        Test set by test set, in the order of the summaries.
    pairs : dict of str to tuple of Pair
        By the test sets' names: every two methods on the same images, the p-values corrected over all test sets.
    """

    summaries: dict[str, pd.DataFrame]
    drops: tuple[Drop, ...]
    pairs: dict[str, tuple[Pair, ...]]


def compare_on_test_sets(contents: RunContents) -> Transfer:
    """Compare the methods of a run on its suite's other test sets.

    What a method loses is tested between different images (`difference_between_sets`); two methods on one test set are
    paired by its images and compared over images and seeds (`paired_difference`). All drops together, and all pairs of
    all test sets together, are corrected by Benjamini and Hochberg's procedure; the pairs on the methods' own test part
    are a family of their own. Rows outside the ranking of a test set are not paired.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    transfer : Transfer
        Empty if the suite has no other test sets, or only corrupted and attacked ones.
    """
    # Corrupted and attacked ones have their own comparisons: there are many, and of the same images.
    evaluations = contents.evaluations
    evaluations = evaluations[~evaluations["test_set"].isin(contents.distorted_test_sets)]
    groups = {str(name): rows for name, rows in evaluations.groupby("test_set", sort=False)}
    summaries = {name: summarise(rows) for name, rows in groups.items()}
    drops = [drop for name, summary in summaries.items() for drop in _drops(contents, name, summary)]
    pairs = {name: list(_pairs(contents, name, summary)) for name, summary in summaries.items()}
    return Transfer(summaries, _correct_drops(drops), _correct_pairs(pairs))


def _drops(contents: RunContents, test_set: str, summary: pd.DataFrame) -> Iterator[Drop]:
    for label in summary.loc[summary["is_complete"], "case"]:
        own, other = _fits(contents, label, ""), _fits(contents, label, test_set)
        if own is None or other is None:
            continue
        yield Drop(
            label,
            test_set,
            own.right.shape[1],
            other.right.shape[1],
            difference_between_sets(own, other),
            1.0,
            is_one_seed=own.is_one_seed,
            is_stochastic=own.is_stochastic or other.is_stochastic,
        )


def _pairs(contents: RunContents, test_set: str, summary: pd.DataFrame) -> Iterator[Pair]:
    ranked = summary[summary["is_ranked"]].sort_values("accuracy", ascending=False, kind="stable")
    accuracies = dict(zip(ranked["case"], ranked["accuracy"], strict=True))
    found = {label: _fits(contents, label, test_set) for label in accuracies}
    fits = {label: each for label, each in found.items() if each is not None}
    for first, second in combinations(fits, 2):
        one, other = fits[first], fits[second]
        yield Pair(
            first,
            second,
            paired_difference(one, other),
            1.0,
            margin(float(accuracies[first]), one.right.shape[1]),
            is_one_seed=one.is_one_seed or other.is_one_seed,
            is_stochastic=one.is_stochastic or other.is_stochastic,
        )


def _fits(contents: RunContents, label: str, test_set: str) -> Fits | None:
    """Return a row's fits on a test set, all its seeds; None if predictions of one are not stored."""
    found = contents.predictions_of(label)
    chosen = [_on(predictions, test_set) for _, predictions in found]
    available = [each for each in chosen if each is not None]
    if len(available) < len(contents.good_records(label)):
        return None
    return Fits.from_predictions(available, is_deterministic=found[0][0].trial.is_deterministic)


def _on(predictions: Predictions, test_set: str) -> Predictions | None:
    return predictions.test_sets.get(test_set) if test_set else predictions


def _correct_drops(drops: list[Drop]) -> tuple[Drop, ...]:
    corrected = benjamini_hochberg([drop.difference.p_value for drop in drops])
    return tuple(replace(drop, corrected=p_value) for drop, p_value in zip(drops, corrected, strict=True))


def _correct_pairs(pairs: dict[str, list[Pair]]) -> dict[str, tuple[Pair, ...]]:
    corrected = iter(correct_p_values([pair for of_one in pairs.values() for pair in of_one]))
    return {name: tuple(islice(corrected, len(of_one))) for name, of_one in pairs.items()}
