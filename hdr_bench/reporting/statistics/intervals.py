"""Interval of a share, and the margin within which two shares count as equally good."""

import math

from scipy.stats import norm
from scipy.stats import t as student


def score_interval(share: float, n: float, freedom: float = math.inf, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval for any number of images, whole or not, with Student's quantile.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22; without continuity correction.

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
        Of the interval.

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

    Returns
    -------
    margin : float
        A difference of shares.

    Examples
    --------
    >>> round(margin(0.99, 10_000), 4), round(margin(0.9, 10_000), 4)
    (0.0028, 0.0083)
    """
    return float(norm.ppf(0.975)) * math.sqrt(2 * share * (1 - share) / n)
