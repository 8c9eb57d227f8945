"""Decisions of a study: how many seeds it needs, and which level is chosen."""

import math
import statistics
from collections.abc import Mapping, Sequence

from pydantic import Field

from hdr_bench.records.base import Record
from hdr_bench.records.result import Result
from hdr_bench.records.study import Study

SIGNIFICANCE, POWER = 0.05, 0.8
"""Error rate of the test, and probability to detect a difference, by which a detectable difference is stated."""


class StudyDecision(Record):
    """Decisions of a study, with their basis.

    Attributes
    ----------
    study : str
        Name of the study.
    seeds : int
        Number of seeds of each level.
    accuracies : dict of str to float
        Mean accuracy on the held-out images of each level that did not fail, by label; empty before all seeds have run.
    level : str
        Label of the chosen level, the first of those with the highest accuracy; empty before.
    """

    study: str
    seeds: int
    accuracies: dict[str, float] = Field(default_factory=dict)
    level: str = ""


def detectable_factor(freedom: float, n_levels: int = 2) -> float:
    """Return the smallest difference that a t-test detects, as a multiple of its standard error.

    Parameters
    ----------
    freedom : float
        Degrees of freedom of the standard error; may be infinite.
    n_levels : int, default=2
        Number of levels, all pairs of which are tested.

    Returns
    -------
    factor : float
        For a two-sided test and a power of 80 %, at the level that Benjamini and Hochberg's procedure at 5 % ends with
        if one level differs from all others, which are alike: it then rejects ``k - 1`` of ``k (k - 1) / 2`` pairs,
        each at ``2 / k`` times 5 %.

    References
    ----------
    Bloom, H. S. (1995). Minimum detectable effects: a simple way to report the statistical power of experimental
    designs. Evaluation Review, 19(5), 547-556.

    Examples
    --------
    >>> round(detectable_factor(float("inf")), 2), round(detectable_factor(8), 2)
    (2.8, 3.19)
    >>> round(detectable_factor(float("inf"), n_levels=6), 2)
    3.24
    """
    from scipy.special import ndtri, stdtrit

    levels = (1 - SIGNIFICANCE / n_levels, POWER)
    return float(sum(ndtri(each) if math.isinf(freedom) else stdtrit(freedom, each) for each in levels))


def choose_level(study: Study, seeds: int, results: Mapping[str, Sequence[Result]]) -> StudyDecision:
    """Return the decision on a study whose levels have all run: the level with the highest mean accuracy.

    Parameters
    ----------
    study : Study
    seeds : int
        Number of seeds of each level.
    results : mapping of str to sequence of Result
        Results on the held-out images, by label of the level.

    Returns
    -------
    decision : StudyDecision
        Without a level if all of them failed.
    """
    accuracies = {label: shares for label, each in results.items() if (shares := accuracies_of(each))}
    means = {label: statistics.fmean(shares) for label, shares in accuracies.items()}
    # Rounded, as sums of the same shares in another order differ in their last digit.
    level = max(means, key=lambda label: round(means[label], 12), default="")
    return StudyDecision(study=study.name, seeds=seeds, accuracies=means, level=level)


def accuracies_of(results: Sequence[Result]) -> list[float]:
    """Return the accuracy of each result; none if one of them failed.

    Parameters
    ----------
    results : sequence of Result

    Returns
    -------
    accuracies : list of float
    """
    scores = [result.scores for result in results if result.status == "ok" and result.scores is not None]
    return [each.accuracy for each in scores] if len(scores) == len(results) else []
