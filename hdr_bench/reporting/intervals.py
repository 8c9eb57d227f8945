"""How sure a figure is: intervals of shares, of means, and of differences that are not paired.

scipy and statsmodels compute; what they lack is written out here, with its paper.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm
from scipy.stats import t as student


def wilson_interval(share: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a share of `n` images.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22; without continuity correction, as scipy computes it.

    Parameters
    ----------
    share : float
        Between 0 and 1; the mean of several seeds is rounded to whole images.
    n : int
        Images.
    confidence : float, default=0.95

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> low, high = wilson_interval(0.95, 1000)
    >>> round(low, 4), round(high, 4)
    (0.9347, 0.9619)
    """
    interval = binomtest(round(share * n), n).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def score_interval(share: float, n: float, freedom: float = math.inf, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval for any number of images, whole or not, with Student's quantile.

    With an effective number of images, ``share * (1 - share) / variance``, it is the interval of a share with any
    variance that stays between 0 and 1.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    n : float
        Images, or the effective number of them.
    freedom : float, default=inf
        Degrees of freedom of the variance; by default it is known.
    confidence : float, default=0.95

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> low, high = score_interval(0.95, 1000)
    >>> round(low, 4), round(high, 4)
    (0.9347, 0.9619)
    """
    squared = float(student.ppf((1 + confidence) / 2, freedom)) ** 2 / n
    center = (share + squared / 2) / (1 + squared)
    reach = math.sqrt(squared * (share * (1 - share) + squared / 4)) / (1 + squared)
    # The ends are 0 and 1 but for rounding if no image is right, or all are.
    low, high = max(center - reach, 0.0), min(center + reach, 1.0)
    return 0.0 if share == 0 else min(low, share), 1.0 if share == 1 else max(high, share)


def margin(share: float, n: float) -> float:
    """Return within what two accuracies count as equally good: the 95 % reach of chance between two test sets.

    Parameters
    ----------
    share : float
        The better accuracy.
    n : float
        Images that it was evaluated on.

    Examples
    --------
    >>> round(margin(0.99, 10_000), 4), round(margin(0.9, 10_000), 4)
    (0.0028, 0.0083)
    """
    return float(norm.ppf(0.975)) * math.sqrt(2 * share * (1 - share) / n)


def mean_interval(
    values: Sequence[float] | NDArray[np.float64], confidence: float = 0.95, variance_factor: float = 0.0
) -> tuple[float, float]:
    """Return Student's t-interval of a mean; of fewer than two values both ends are missing.

    Student (1908), "The probable error of a mean", Biometrika 6.

    Parameters
    ----------
    values : sequence of float
        One a seed, or one a fold.
    confidence : float, default=0.95
    variance_factor : float, default=0
        What is added to 1/n in the variance of the mean: for folds the images of a fold's test part for each that it
        learns from (Nadeau and Bengio 2003), for they share training images.

    Examples
    --------
    >>> low, high = mean_interval([0.95, 0.96, 0.97])
    >>> round(low, 4), round(high, 4)
    (0.9352, 0.9848)
    """
    n = len(values)
    if n < 2:
        return math.nan, math.nan
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    reach = float(student.ppf((1 + confidence) / 2, n - 1)) * spread * math.sqrt(1 / n + variance_factor)
    return mean - reach, mean + reach


def newcombe_interval(
    share: float, n: int, other: float, n_other: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the interval of the difference between two shares of images that are not paired.

    Newcombe (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", Statistics in Medicine 17, method 10; as statsmodels computes it.

    Parameters
    ----------
    share, other : float
        Between 0 and 1, rounded to whole images; the interval is that of `share` minus `other`.
    n, n_other : int
        Images of each.
    confidence : float, default=0.95

    Examples
    --------
    >>> low, high = newcombe_interval(56 / 70, 70, 48 / 80, 80)  # Newcombe's first example
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        round(share * n), n, round(other * n_other), n_other, method="newcomb", compare="diff", alpha=1 - confidence
    )
    return float(low), float(high)


def widened(difference: float, interval: tuple[float, float], reach: float) -> tuple[float, float]:
    """Return an interval of a difference widened by an independent source of error, which reaches so far to each side.

    The squares of the reaches are added, as Newcombe's own interval adds those of its two shares; Zou and Donner
    (2008), "Construction of confidence limits about effect measures: a general approach", Statistics in Medicine 27.

    Examples
    --------
    >>> widened(0.0, (-0.03, 0.03), 0.04)
    (-0.05, 0.05)
    """
    low, high = interval
    return difference - math.hypot(difference - low, reach), difference + math.hypot(high - difference, reach)


def spread_over_seeds(values: Sequence[float], other_repeats: int, confidence: float = 0.95) -> float:
    """Return how far the mean of `values`, one a seed, may be from that of so many other runs by the seeds alone.

    Student's t-interval for a difference of means with the spread of `values` for both; 0 for fewer than two values.

    Examples
    --------
    >>> round(spread_over_seeds([0.98, 0.99, 1.0], other_repeats=1), 4)
    0.0497
    """
    n = len(values)
    if n < 2:
        return 0.0
    quantile = float(student.ppf((1 + confidence) / 2, n - 1))
    return quantile * float(np.std(values, ddof=1)) * math.sqrt(1 / n + 1 / other_repeats)
