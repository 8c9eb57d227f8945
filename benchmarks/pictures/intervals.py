"""Shares over several pictures, with intervals that know that digits of a picture succeed and fail together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.pictures.scoring import Score
from hdr_bench.reporting.statistics.intervals import score_interval

_N_RESAMPLES = 10_000
_SEED = 16


@dataclass(frozen=True)
class Share:
    """A share of digits.

    Attributes
    ----------
    value : float
        Of all digits of all pictures; nan if they have none.
    low, high : float
        Ends of its 95 % interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "–"
        return f"{100 * self.value:.1f} [{100 * self.low:.1f}, {100 * self.high:.1f}]"


def share_of_digits(counts: Sequence[int], sizes: Sequence[int]) -> Share:
    """Return a share of digits with its 95 % interval.

    The interval is the percentile bootstrap over pictures (Efron and Tibshirani 1993, chapter 13), widened to Wilson's
    where that reaches further, as it does if no picture differs from another.

    Parameters
    ----------
    counts : sequence of int
        Digits per picture that count. There may be more than there are digits, as of those that were invented.
    sizes : sequence of int
        Digits per picture.

    Returns
    -------
    share : Share

    Examples
    --------
    >>> print(share_of_digits([10, 10, 9], [10, 10, 10]))
    96.7 [83.3, 100.0]
    """
    n_digits = sum(sizes)
    if not n_digits:
        return Share(np.nan, np.nan, np.nan)
    value = sum(counts) / n_digits
    drawn = np.random.default_rng(_SEED).integers(len(sizes), size=(_N_RESAMPLES, len(sizes)))
    totals = np.array(sizes)[drawn].sum(axis=1)
    shares = np.array(counts)[drawn].sum(axis=1)[totals > 0] / totals[totals > 0]
    low, high = np.quantile(shares, [0.025, 0.975])
    if value <= 1:
        wilson = score_interval(value, n_digits)
        low, high = min(low, wilson[0]), max(high, wilson[1])
    return Share(value, float(low), float(high))


def right_share(scores: Sequence[Score]) -> Share:
    """Return the share of digits that were found and are right.

    Parameters
    ----------
    scores : sequence of Score
        Per picture.

    Returns
    -------
    share : Share
    """
    return share_of_digits([score.right for score in scores], [score.n_digits for score in scores])


def invented_share(scores: Sequence[Score]) -> Share:
    """Return the number of invented digits, as a share of the digits that are there.

    Parameters
    ----------
    scores : sequence of Score
        Per picture.

    Returns
    -------
    share : Share
    """
    return share_of_digits([score.invented for score in scores], [score.n_digits for score in scores])


def mean_right(scores: Sequence[Score]) -> float:
    """Return the mean over pictures with digits of the share that is right in each.

    Parameters
    ----------
    scores : sequence of Score
        Per picture.

    Returns
    -------
    mean : float
        nan if no picture has a digit.
    """
    shares = [score.right / score.n_digits for score in scores if score.n_digits]
    return float(np.mean(shares)) if shares else float("nan")
