"""How sure a difference between two methods is.

scipy and statsmodels compute; what they lack is written out here, with its paper.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from hdr_bench.reporting.intervals import wilson_interval

FEW_DISCORDANT = 25
"""Discordant pairs below which McNemar's test is computed exactly."""

ROPE = 0.001
"""Half the region of practical equivalence: LeCun et al. (1998) give 0.1 % as the uncertainty of their error rates."""


@dataclass(frozen=True)
class Difference:
    """A difference between two shares, and how sure it is.

    Attributes
    ----------
    value : float
        The first share minus the second.
    low, high : float
        Ends of its interval.
    p_value : float
        Two-sided, of no difference.
    test : str
        How it was found.
    """

    value: float
    low: float
    high: float
    p_value: float
    test: str


@dataclass(frozen=True)
class Posterior:
    """How probable it is that one method is worse than another, practically as good, or better."""

    worse: float
    equivalent: float
    better: float


def paired_difference(first: NDArray[np.bool_], second: NDArray[np.bool_], confidence: float = 0.95) -> Difference:
    """Return the difference in accuracy of two methods on the same images.

    Of one trial each the p-value is McNemar's (1947, "Note on the sampling error of the difference between correlated
    proportions", Psychometrika 12), as statsmodels computes it: exact for fewer than 25 discordant pairs, else by the
    chi-squared distribution with continuity correction. Of several trials, e.g. seeds, it is that of a t-test on the
    share of trials that are right on each image, its variance widened by that of the mean over the trials of either
    method; degrees of freedom by Welch (1947, "The generalization of 'Student's' problem", Biometrika 34) and
    Satterthwaite; the interval is then Student's. Of one trial each it is Newcombe's (1998, "Improved confidence
    intervals for the difference between binomial proportions based on paired data", Statistics in Medicine 17, method
    10).

    Parameters
    ----------
    first, second : ndarray of shape (n_trials, n_images), bool
        Which images each trial is right on.
    confidence : float, default=0.95

    Raises
    ------
    ValueError
        If the images are not the same in number.

    Examples
    --------
    >>> import numpy as np
    >>> first = np.array([[True] * 80 + [False] * 20])
    >>> second = np.array([[True] * 90 + [False] * 10])
    >>> found = paired_difference(first, second)
    >>> found.value, round(found.p_value, 4), found.test
    (-0.1, 0.002, "McNemar's test, exact")
    """
    if first.shape[1] != second.shape[1]:
        raise ValueError(f"{first.shape[1]} and {second.shape[1]} images cannot be paired")
    if len(first) == len(second) == 1:
        return _of_one_trial(first[0], second[0], confidence)
    shares = first.mean(axis=0) - second.mean(axis=0)
    value = round(float(shares.mean()), 12)
    variances = [(float(shares.var(ddof=1)) / len(shares), len(shares) - 1)]
    variances += [
        (float(trials.mean(axis=1).var(ddof=1)) / len(trials), len(trials) - 1)
        for trials in (first, second)
        if len(trials) > 1
    ]
    error, freedom = _welch(variances)
    reach = float(student.ppf((1 + confidence) / 2, freedom)) * error
    p_value = _two_sided(value, error, freedom)
    return Difference(value, value - reach, value + reach, p_value, "t-test over images and seeds")


def resampled_difference(differences: NDArray[np.float64], test_share: float, confidence: float = 0.95) -> Difference:
    """Return the mean difference in accuracy over folds, by the corrected resampled t-test.

    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52: the folds share training
    images, for which the variance of the mean is enlarged.

    Parameters
    ----------
    differences : ndarray of shape (n_folds,)
        Of paired folds, all repeats together; a single one tells nothing: interval missing, p-value 1.
    test_share : float
        Images that a fold is judged on, for each that it learns from.
    confidence : float, default=0.95

    Examples
    --------
    >>> import numpy as np
    >>> round(resampled_difference(np.array([0.01, 0.02, 0.015, 0.01, 0.02]), 0.25).p_value, 3)
    0.011
    """
    value, error = _resampled(differences, test_share)
    if len(differences) < 2:
        return Difference(value, math.nan, math.nan, 1.0, "none: a single fold")
    freedom = len(differences) - 1
    reach = float(student.ppf((1 + confidence) / 2, freedom)) * error
    p_value = _two_sided(value, error, freedom)
    return Difference(value, value - reach, value + reach, p_value, "corrected resampled t-test")


def correlated_posterior(differences: NDArray[np.float64], test_share: float, rope: float = ROPE) -> Posterior:
    """Return how probable each of three is, by the Bayesian correlated t-test: worse, practically equivalent, better.

    Corani and Benavoli (2015), "A Bayesian approach for comparing cross-validated algorithms on multiple data sets",
    Machine Learning 100; Benavoli, Corani, Demsar and Zaffalon (2017), "Time for a change: a tutorial for comparing
    multiple classifiers through Bayesian analysis", JMLR 18. The correlation of the folds is the share of images that
    they are judged on.

    Parameters
    ----------
    differences : ndarray of shape (n_folds,)
        Of paired folds, all repeats together; of the first method minus the second. A single one tells nothing: all
        three are missing.
    test_share : float
        Images that a fold is judged on, for each that it learns from.
    rope : float, default=0.001
        Half the region of practical equivalence around 0.

    Examples
    --------
    >>> import numpy as np
    >>> found = correlated_posterior(np.array([0.01, 0.02, 0.015, 0.01, 0.02]), 0.25, rope=0.01)
    >>> round(found.worse, 3), round(found.equivalent, 3), round(found.better, 3)
    (0.001, 0.104, 0.895)
    """
    value, error = _resampled(differences, test_share)
    if len(differences) < 2:
        return Posterior(math.nan, math.nan, math.nan)
    if error == 0:
        return Posterior(float(value < -rope), float(abs(value) <= rope), float(value > rope))
    found = student(len(differences) - 1, value, error)
    worse, better = float(found.cdf(-rope)), float(found.sf(rope))
    return Posterior(worse, max(1 - worse - better, 0.0), better)


def pooled_spread(groups: Sequence[NDArray[np.float64]]) -> tuple[float, int]:
    """Return the standard deviation within groups, and its degrees of freedom; 0 of them where no group has two values.

    Examples
    --------
    >>> import numpy as np
    >>> pooled_spread([np.array([1.0, 3.0]), np.array([5.0]), np.array([7.0, 9.0])])
    (1.4142135623730951, 2)
    """
    freedom = sum(len(group) - 1 for group in groups)
    if not freedom:
        return 0.0, 0
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    return math.sqrt(squares / freedom), freedom


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number by Holm's procedure, as statsmodels computes it.

    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    if not p_values:
        return []
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method="holm")[1]]


def _of_one_trial(first: NDArray[np.bool_], second: NDArray[np.bool_], confidence: float) -> Difference:
    from statsmodels.stats.contingency_tables import mcnemar

    both, won = int(np.sum(first & second)), int(np.sum(first & ~second))
    lost, neither = int(np.sum(~first & second)), int(np.sum(~first & ~second))
    low, high = _newcombe_paired(both, won, lost, neither, confidence)
    table, value = [[both, won], [lost, neither]], round((won - lost) / len(first), 12)
    if won + lost < FEW_DISCORDANT:
        p_value = min(float(mcnemar(table, exact=True).pvalue), 1.0)
        return Difference(value, low, high, p_value, "McNemar's test, exact")
    p_value = float(mcnemar(table, exact=False, correction=True).pvalue)
    return Difference(value, low, high, p_value, "McNemar's test")


def _newcombe_paired(both: int, won: int, lost: int, neither: int, confidence: float) -> tuple[float, float]:
    """Return Newcombe's interval of the difference of two paired shares: Wilson's of each, and their correlation."""
    n = both + won + lost + neither
    first, second = (both + won) / n, (both + lost) / n
    (low, high), (other_low, other_high) = (wilson_interval(share, n, confidence) for share in (first, second))
    margins = (both + won) * (lost + neither) * (both + lost) * (won + neither)
    product = both * neither - won * lost
    # Only where the two agree more than by chance is the correlation taken as a little less than it seems.
    numerator = max(product - n / 2, 0) if product > 0 else product
    correlation = numerator / math.sqrt(margins) if margins else 0.0

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(one**2 - 2 * correlation * one * other + other**2, 0))

    difference = first - second
    return difference - reach(first - low, other_high - second), difference + reach(high - first, second - other_low)


def _resampled(differences: NDArray[np.float64], test_share: float) -> tuple[float, float]:
    """Return the mean, and its standard error with Nadeau and Bengio's correction."""
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return float(differences.mean()), spread * math.sqrt(1 / len(differences) + test_share)


def _welch(variances: list[tuple[float, int]]) -> tuple[float, float]:
    """Return the standard error of a sum, and its degrees of freedom, from the variances and theirs."""
    whole = sum(variance for variance, _ in variances)
    if whole == 0:
        return 0.0, 1.0
    freedom = whole**2 / sum(variance**2 / degrees for variance, degrees in variances)
    return math.sqrt(whole), freedom


def _two_sided(value: float, error: float, freedom: float) -> float:
    if error == 0:
        return float(value == 0)
    return float(2 * student.sf(abs(value) / error, freedom))
