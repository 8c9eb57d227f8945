"""Every pair of a run's methods compared, and letters for those that cannot be told apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.letters import letter_groups, split_letters
from hdr_bench.reporting.statistics import (
    Difference,
    Posterior,
    correlated_posterior,
    holm,
    paired_difference,
    resampled_difference,
)

ALPHA = 0.05
"""Level, after Holm's correction, from which methods are told apart."""


@dataclass(frozen=True)
class Pair:
    """Two methods compared on the same images, or on the same folds.

    Attributes
    ----------
    first, second : str
        The more accurate one first.
    difference : Difference
        Of their accuracies, its p-value not corrected.
    corrected : float
        The p-value by Holm's procedure, over all pairs that are judged on these images.
    posterior : Posterior or None
        Of folds: how probable it is that the first is worse, as good, or better.
    """

    first: str
    second: str
    difference: Difference
    corrected: float
    posterior: Posterior | None = None

    @property
    def is_told_apart(self) -> bool:
        """The difference is no noise."""
        return self.corrected < ALPHA


@dataclass(frozen=True)
class Comparisons:
    """All pairs of a run's methods.

    Attributes
    ----------
    pairs : tuple of Pair
    letters : dict of str to str
        By row; methods that share a letter cannot be told apart. Empty where there is nothing to compare with.
    best : dict of str to tuple of str
        By row: the most accurate one on its images, and those that cannot be told from it.
    """

    pairs: tuple[Pair, ...]
    letters: dict[str, str]
    best: dict[str, tuple[str, ...]]

    def frame(self) -> pd.DataFrame:
        """Return a row a pair: both methods, difference and interval (shares), p-values, test, probabilities."""
        rows = [
            {
                "first": pair.first,
                "second": pair.second,
                "difference": pair.difference.value,
                "low": pair.difference.low,
                "high": pair.difference.high,
                "p_value": pair.difference.p_value,
                "p_holm": pair.corrected,
                "test": pair.difference.test,
                "is_told_apart": pair.is_told_apart,
                "p_worse": pair.posterior.worse if pair.posterior else np.nan,
                "p_equivalent": pair.posterior.equivalent if pair.posterior else np.nan,
                "p_better": pair.posterior.better if pair.posterior else np.nan,
            }
            for pair in self.pairs
        ]
        return pd.DataFrame(rows)


def compare_methods(contents: RunContents) -> Comparisons:
    """Compare every two methods of a run that were judged on the same images.

    On one test set by McNemar's test, of several seeds by a t-test over images and seeds; folds by the corrected
    resampled t-test, with the Bayesian correlated t-test; corrected by Holm's procedure.
    """
    pairs: list[Pair] = []
    letters: dict[str, str] = {}
    best: dict[str, tuple[str, ...]] = {}
    for labels in _comparable(contents):
        found = _all_pairs(contents, labels)
        apart = {(pair.first, pair.second) for pair in found if pair.is_told_apart}
        # Each set of images has letters of its own.
        first = len({letter for text in letters.values() for letter in split_letters(text)})
        letters |= letter_groups(labels, sorted(apart), first) if len(labels) > 1 else dict.fromkeys(labels, "")
        peers = tuple(label for label in labels[1:] if (labels[0], label) not in apart)
        best |= dict.fromkeys(labels, (labels[0], *peers))
        pairs += found
    return Comparisons(tuple(pairs), letters, best)


def _comparable(contents: RunContents) -> Iterator[list[str]]:
    """Give the rows that were judged on the same images, the most accurate first; set by set."""
    sets: dict[tuple[object, ...], list[str]] = {}
    for label in contents.labels:
        found = contents.predictions_of(label)
        if not found:
            continue
        trials = [record.trial for record, _ in found]
        folds = tuple((trial.seed, trial.fold, trial.samples) for trial in trials if trial.fold is not None)
        sets.setdefault((trials[0].fingerprint, len(found[0][1].y_true), folds), []).append(label)
    accuracy = contents.summary.set_index("case")["accuracy"]
    for labels in sets.values():
        yield sorted(labels, key=lambda label: -accuracy[label])


def _all_pairs(contents: RunContents, labels: list[str]) -> list[Pair]:
    compared = [_compared(contents, first, second) for first, second in combinations(labels, 2)]
    corrected = holm([difference.p_value for difference, _ in compared])
    return [
        Pair(first, second, difference, p_value, posterior)
        for (first, second), (difference, posterior), p_value in zip(
            combinations(labels, 2), compared, corrected, strict=True
        )
    ]


def _compared(contents: RunContents, first: str, second: str) -> tuple[Difference, Posterior | None]:
    trials = contents.predictions_of(first)
    others = contents.predictions_of(second)
    rights = [[found.y_true == found.y_pred for _, found in each] for each in (trials, others)]
    if trials[0][0].trial.fold is None:
        return paired_difference(np.array(rights[0]), np.array(rights[1])), None
    differences = np.array([one.mean() - other.mean() for one, other in zip(*rights, strict=True)])
    test_share = float(np.mean([record.n_test / record.n_train for record, _ in trials]))
    return resampled_difference(differences, test_share), correlated_posterior(differences, test_share)
