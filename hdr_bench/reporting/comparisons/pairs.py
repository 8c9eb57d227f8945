"""Every pair of a run's methods compared, and letters for those that are not told apart."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.intervals import margin
from hdr_bench.reporting.statistics.letters import letter_groups, split_letters
from hdr_bench.reporting.statistics.mcnemar import mcnemar_difference
from hdr_bench.reporting.statistics.tests import (
    Difference,
    Posterior,
    benjamini_hochberg,
    correlated_posterior,
    resampled_difference,
)

ALPHA = 0.05
"""Share of the pairs called different that are expected not to be, by Benjamini and Hochberg's procedure."""

Verdict = Literal["better", "as good", "too few"]


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
        The p-value by Benjamini and Hochberg's procedure, over all pairs of the run.
    margin : float
        Within what a difference counts as none: the reach of chance between two test sets, for the better one's
        accuracy.
    is_one_seed : bool
        A stochastic one of them was fitted once: what is said holds for that fit.
    posterior : Posterior or None
        Of folds: how probable it is that the first is worse, as good, or better.
    is_stochastic : bool
        One of them is: seeds are what is missing if there is too little to decide.
    """

    first: str
    second: str
    difference: Difference
    corrected: float
    margin: float
    is_one_seed: bool
    posterior: Posterior | None = None
    is_stochastic: bool = False

    @property
    def is_told_apart(self) -> bool:
        """The difference is not explained by the choice of images and seeds."""
        return self.corrected <= ALPHA

    @property
    def verdict(self) -> Verdict:
        """What may be said of the first: better, as good within the margin, or too few seeds or images to say."""
        if self.is_told_apart:
            return "better"
        is_within = -self.margin <= self.difference.low_90 and self.difference.high_90 <= self.margin
        return "as good" if is_within else "too few"


@dataclass(frozen=True)
class Comparisons:
    """All pairs of a run's ranked methods.

    Attributes
    ----------
    pairs : tuple of Pair
        Every two of the methods that were evaluated on the same images.
    letters : dict of str to str
        By row; methods that share a letter are not told apart. Empty if there is nothing to compare with, and for
        rows outside the ranking.
    best : dict of str to tuple of str
        By row of the ranking: the most accurate one on its images, and those that are not told apart from it.
    """

    pairs: tuple[Pair, ...]
    letters: dict[str, str]
    best: dict[str, tuple[str, ...]]

    def frame(self) -> pd.DataFrame:
        """Return a row for each pair: both methods, difference and intervals (shares), p-values, test, verdict.

        Returns
        -------
        frame : DataFrame
            Empty without pairs.
        """
        rows = [
            {
                "first": pair.first,
                "second": pair.second,
                "difference": pair.difference.value,
                "low": pair.difference.low,
                "high": pair.difference.high,
                "low_90": pair.difference.low_90,
                "high_90": pair.difference.high_90,
                "p_value": pair.difference.p_value,
                "p_benjamini_hochberg": pair.corrected,
                "test": pair.difference.test,
                "is_told_apart": pair.is_told_apart,
                "margin": pair.margin,
                "verdict": pair.verdict,
                "is_one_seed": pair.is_one_seed,
                "is_stochastic": pair.is_stochastic,
                "p_worse": pair.posterior.worse if pair.posterior else np.nan,
                "p_equivalent": pair.posterior.equivalent if pair.posterior else np.nan,
                "p_better": pair.posterior.better if pair.posterior else np.nan,
            }
            for pair in self.pairs
        ]
        return pd.DataFrame(rows)


def compare_methods(contents: RunContents) -> Comparisons:
    """Compare every two methods of a run that were evaluated on the same images.

    On one test set over images and seeds (`paired_difference`); folds by the corrected resampled t-test, with the
    Bayesian correlated t-test. All pairs together are corrected by Benjamini and Hochberg's procedure. Rows outside the
    ranking are not compared: some of their seeds or folds failed, they ran at a reduced size, or are dummies; nor are
    those whose predictions are not stored.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    comparisons : Comparisons
        Empty if there is nothing to compare.
    """
    sets = list(_comparable(contents))
    pairs = correct_p_values([pair for labels in sets for pair in _all_pairs(contents, labels)])
    apart = {(pair.first, pair.second) for pair in pairs if pair.is_told_apart}
    letters: dict[str, str] = {}
    best: dict[str, tuple[str, ...]] = {}
    for labels in sets:
        # Each set of images has its own letters.
        first = len({letter for text in letters.values() for letter in split_letters(text)})
        own = sorted(pair for pair in apart if set(pair) <= set(labels))
        letters |= letter_groups(labels, own, first) if len(labels) > 1 else dict.fromkeys(labels, "")
        peers = tuple(label for label in labels[1:] if (labels[0], label) not in apart)
        best |= dict.fromkeys(labels, (labels[0], *peers))
    return Comparisons(pairs, letters, best)


def _comparable(contents: RunContents) -> Iterator[list[str]]:
    """Give the ranked rows that were evaluated on the same images, the most accurate first; set by set."""
    summary = contents.summary.set_index("case")
    sets: dict[tuple[object, ...], list[str]] = {}
    for label in summary.index[summary["is_ranked"]]:
        found = contents.predictions_of(label)
        if len(found) < len(contents.good_records(label)):
            continue
        trials = [record.trial for record, _ in found]
        if trials[0].held_out is not None:
            # Levels of a study, which are compared with each other alone.
            continue
        folds = tuple((trial.seed, trial.fold, trial.samples) for trial in trials if not trial.is_on_test_part)
        sets.setdefault((trials[0].fingerprint, len(found[0][1].y_true), folds), []).append(label)
    accuracy = summary["accuracy"]
    for labels in sets.values():
        yield sorted(labels, key=lambda label: -accuracy[label])


def correct_p_values(pairs: list[Pair]) -> tuple[Pair, ...]:
    """Return pairs with their p-values corrected by Benjamini and Hochberg's procedure, all together.

    Parameters
    ----------
    pairs : list of Pair

    Returns
    -------
    pairs : tuple of Pair
        In the same order.
    """
    corrected = benjamini_hochberg([pair.difference.p_value for pair in pairs])
    return tuple(replace(pair, corrected=p_value) for pair, p_value in zip(pairs, corrected, strict=True))


def _all_pairs(contents: RunContents, labels: list[str]) -> Iterator[Pair]:
    rows = {str(row["case"]): row for row in contents.summary.to_dict("records")}
    is_of_folds = bool(labels) and not contents.good_records(labels[0])[0].trial.is_on_test_part
    fits = {} if is_of_folds else {label: _fits(contents, label) for label in labels}
    for first, second in combinations(labels, 2):
        within = margin(float(rows[first]["accuracy"]), int(rows[first]["n_test"]))
        if is_of_folds:
            difference, posterior = _difference_over_folds(contents, first, second)
            yield Pair(first, second, difference, 1.0, within, is_one_seed=False, posterior=posterior)
            continue
        one, other = fits[first], fits[second]
        yield Pair(
            first,
            second,
            paired_difference(one, other),
            1.0,
            within,
            is_one_seed=one.is_one_seed or other.is_one_seed,
            is_stochastic=one.is_stochastic or other.is_stochastic,
        )


def _fits(contents: RunContents, label: str) -> Fits:
    found = contents.predictions_of(label)
    is_deterministic = found[0][0].trial.is_deterministic
    return Fits.from_predictions([predictions for _, predictions in found], is_deterministic=is_deterministic)


def _difference_over_folds(contents: RunContents, first: str, second: str) -> tuple[Difference, Posterior]:
    trials = contents.predictions_of(first)
    others = contents.predictions_of(second)
    rights = [[found.y_true == found.y_pred for _, found in each] for each in (trials, others)]
    differences = np.array([round(float(one.mean() - other.mean()), 12) for one, other in zip(*rights, strict=True)])
    test_share = float(np.mean([record.n_test / record.n_train for record, _ in trials]))
    posterior = correlated_posterior(differences, test_share)
    if len(differences) > 1 and differences[0] and np.ptp(differences) == 0:
        # Folds that agree to an image have no variance to test with; the images of one repeat have.
        n_folds = sum(record.trial.seed == trials[0][0].trial.seed for record, _ in trials)
        one, other = (np.concatenate(each[:n_folds]) for each in rights)
        return mcnemar_difference(one, other), posterior
    return resampled_difference(differences, test_share), posterior
