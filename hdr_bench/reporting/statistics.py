"""How sure a figure is."""

from scipy.stats import binomtest


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
