"""A method on two test sets: different images, the same fits."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hdr_bench.reporting.statistics.crossed import Component, Fits, combine, images_component
from hdr_bench.reporting.statistics.intervals import score_interval
from hdr_bench.reporting.statistics.tests import Difference, student_difference

PROPORTIONS_TEST = "chi-squared test of two proportions, N − 1"
FITS_TEST = "t-test over the images of both test sets and the seeds"

_NO_VARIANCE = 1e-20


def difference_between_sets(first: Fits, second: Fits) -> Difference:
    r"""Return the difference in accuracy of one method on two test sets that have no image in common.

    Parameters
    ----------
    first, second : Fits
        The same fits in the same order, on each test set.

    Returns
    -------
    difference : Difference
        Accuracy on the first minus that on the second.

    Raises
    ------
    ValueError
        If the numbers of fits differ, and neither is one.

    Notes
    -----
    One fit: `difference_of_proportions`, which says something of this fit. Several seeds: with :math:`a_i` and
    :math:`b_j` the shares of fits that are right on an image of each test set, ``t = (mean(a) - mean(b)) / sqrt(V)``
    with ``V = var(a) / n + var(b) / m + v / k``. Each fit is evaluated on both test sets, so that a good seed is good
    on both: ``v = max(0, s² - r / n - q / m)``, s² the variance over the seeds of the difference of both accuracies, r
    and q the mean over the images of the variance over the seeds, which the first two terms hold already. Degrees of
    freedom as in `crossed.paired_difference`.

    Examples
    --------
    >>> import numpy as np
    >>> own = Fits(np.array([[True] * 95 + [False] * 5]), is_stochastic=False)
    >>> other = Fits(np.array([[True] * 160 + [False] * 40]), is_stochastic=False)
    >>> found = difference_between_sets(own, other)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), round(found.p_value, 4)
    (0.15, 0.071, 0.217, 0.0006)
    """
    n_fits = max(len(first.right), len(second.right))
    if {len(first.right), len(second.right)} - {1, n_fits}:
        raise ValueError(f"{len(first.right)} and {len(second.right)} fits are not the same ones")
    n, m = first.right.shape[1], second.right.shape[1]
    if n_fits == 1:
        return difference_of_proportions(first.accuracy, n, second.accuracy, m)
    value = round(first.accuracy - second.accuracy, 12)
    components = [images_component(first.shares), images_component(second.shares), _seeds_component(first, second)]
    variance, freedom = combine(components)
    if variance < _NO_VARIANCE:
        return difference_of_proportions(first.accuracy, n, second.accuracy, m)
    return student_difference(value, math.sqrt(variance), freedom, FITS_TEST)


def difference_of_proportions(first: float, n: int, second: float, m: int) -> Difference:
    """Return the difference of two shares of different images, with its interval and test.

    The interval is Newcombe's hybrid of Wilson's two: Newcombe (1998), "Interval estimation for the difference between
    independent proportions: comparison of eleven methods", Statistics in Medicine 17, method 10. The test is the
    chi-squared test with N - 1 in the place of N, without continuity correction: Campbell (2007), "Chi-squared and
    Fisher-Irwin tests of two-by-two tables with small sample recommendations", Statistics in Medicine 26.

    Parameters
    ----------
    first : float
        A share between 0 and 1.
    n : int
        Images that it was found on.
    second : float
        Another share.
    m : int
        Images that it was found on.

    Returns
    -------
    difference : Difference
        The first minus the second.

    Examples
    --------
    >>> found = difference_of_proportions(56 / 70, 70, 48 / 80, 80)
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    value, pooled = round(first - second, 12), (n * first + m * second) / (n + m)
    variance = pooled * (1 - pooled) * (1 / n + 1 / m) * (n + m) / (n + m - 1)
    p_value = float(2 * norm.sf(abs(value) / math.sqrt(variance))) if variance > 0 else 1.0
    ends = (*_newcombe(first, n, second, m, 0.95), *_newcombe(first, n, second, m, 0.9))
    return Difference(value, *ends, p_value, PROPORTIONS_TEST)


def _newcombe(first: float, n: int, second: float, m: int, confidence: float) -> tuple[float, float]:
    low, high = score_interval(first, n, confidence=confidence)
    other_low, other_high = score_interval(second, m, confidence=confidence)
    value = first - second
    return (
        value - math.hypot(first - low, other_high - second),
        value + math.hypot(high - first, second - other_low),
    )


def _seeds_component(first: Fits, second: Fits) -> Component:
    """Return what the choice of seeds adds to the variance of the difference; a good seed is good on both test sets."""
    differences = first.right.mean(axis=1) - second.right.mean(axis=1)
    n_fits = len(differences)
    between = float(differences.var(ddof=1))
    within = _variance_over_seeds(first.right, n_fits) + _variance_over_seeds(second.right, n_fits)
    return Component(max(0.0, between - within) / n_fits, between / n_fits, n_fits - 1)


def _variance_over_seeds(right: NDArray[np.bool_], n_fits: int) -> float:
    """Return the mean over the images of the variance over the seeds, by the number of images; 0 for a single row."""
    shares = right.mean(axis=0)
    return float((shares * (1 - shares)).mean()) * n_fits / (n_fits - 1) / right.shape[1]
