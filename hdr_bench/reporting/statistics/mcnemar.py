"""Two fits on the same images: McNemar's test by the binomial mid-p, and Newcombe's interval."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from hdr_bench.reporting.statistics.intervals import score_interval
from hdr_bench.reporting.statistics.tests import Difference


def mcnemar_difference(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Difference:
    """Return the difference in accuracy of two fits on the same images, with McNemar's test.

    McNemar (1947), "Note on the sampling error of the difference between correlated proportions", Psychometrika 12.

    Parameters
    ----------
    first, second : ndarray of shape (n_images,), bool
        Which images each fit is right on.

    Returns
    -------
    difference : Difference
        Of the first minus the second, with its intervals and p-value.

    Examples
    --------
    >>> import numpy as np
    >>> first, second = np.repeat([True, False], [90, 10]), np.repeat([True, False], [80, 20])
    >>> found = mcnemar_difference(first, second)
    >>> found.value, round(found.low, 4), round(found.high, 4)
    (0.1, 0.0385, 0.1702)
    """
    both, won = int(np.sum(first & second)), int(np.sum(first & ~second))
    lost, neither = int(np.sum(~first & second)), int(np.sum(~first & ~second))
    value = round((won - lost) / len(first), 12)
    ends = newcombe_paired(both, won, lost, neither), newcombe_paired(both, won, lost, neither, confidence=0.9)
    return Difference(value, *ends[0], *ends[1], sign_p_value(won, lost), "McNemar's test, mid-p")


def sign_p_value(won: int, lost: int) -> float:
    """Return the two-sided mid-p of so many differences to one side and to the other: twice the one-sided one.

    Fagerland, Lydersen and Laake (2013), "The McNemar test for binary matched-pairs data: mid-p and asymptotic are
    better than exact conditional", BMC Medical Research Methodology 13. Where both are the same it is 1.

    Parameters
    ----------
    won, lost : int
        Differences to one side, and to the other.

    Returns
    -------
    p_value : float
        Between 0 and 1.

    Examples
    --------
    >>> round(sign_p_value(1, 7), 4), sign_p_value(3, 3), sign_p_value(0, 0)
    (0.0391, 1.0, 1.0)
    """
    if won == lost:
        return 1.0
    fewer, n = min(won, lost), won + lost
    # A sum, and no difference: of the smallest numbers a difference is rounded to one below 0.
    return float(2 * binom.cdf(fewer - 1, n, 0.5) + binom.pmf(fewer, n, 0.5))


def newcombe_paired(
    both: float, won: float, lost: float, neither: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the interval of the difference of two paired shares: Wilson's of each, and their correlation.

    Newcombe (1998), "Improved confidence intervals for the difference between binomial proportions based on paired
    data", Statistics in Medicine 17, method 10.

    Parameters
    ----------
    both, won, lost, neither : float
        Images that both methods are right on, the first alone, the second alone, none.
    confidence : float, default=0.95
        Of the interval.

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> low, high = newcombe_paired(59, 6, 16, 80)  # Fagerland, Lydersen and Laake (2014): response to therapy
    >>> round(low, 3), round(high, 3)
    (-0.119, -0.005)
    """
    n = both + won + lost + neither
    first, second = (both + won) / n, (both + lost) / n
    (low, high), (other_low, other_high) = (
        score_interval(share, n, confidence=confidence) for share in (first, second)
    )
    margins = (both + won) * (lost + neither) * (both + lost) * (won + neither)
    product = both * neither - won * lost
    # Only if the two agree more than by chance, the correlation is taken as a little less than it seems.
    numerator = max(product - n / 2, 0) if product > 0 else product
    correlation = numerator / math.sqrt(margins) if margins > 0 else 0.0

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(one**2 - 2 * correlation * one * other + other**2, 0))

    difference = first - second
    low_end = difference - reach(first - low, other_high - second)
    high_end = difference + reach(high - first, second - other_low)
    return max(low_end, -1.0), min(high_end, 1.0)
