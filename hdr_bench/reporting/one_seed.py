"""What is assumed of a stochastic method that was fitted once: how far its accuracy would differ with other seeds."""

ONE_SEED_SPREAD = 0.10
"""Standard deviation between seeds of a stochastic method that was fitted once, in units of p (1 - p).

The 80th to 90th percentile of 49 spreads that were measured in published reports of this library.
"""


def one_seed_variance(accuracy: float) -> float:
    """Return the variance between seeds that is assumed of a single fit with this accuracy, or error rate.

    Examples
    --------
    >>> round(one_seed_variance(0.9), 8)
    8.1e-05
    """
    return (ONE_SEED_SPREAD * accuracy * (1 - accuracy)) ** 2
