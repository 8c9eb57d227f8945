"""Verdicts on published figures: margins, intervals of the difference, and the three outcomes, as pure numbers.

scipy computes the quantiles; the rule is two one-sided tests (Schuirmann 1987, "A comparison of the two one-sided tests
procedure and the power approach for assessing the equivalence of average bioavailability", Journal of Pharmacokinetics
and Biopharmaceutics 15).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import t as student

from hdr_bench.reporting.statistics.crossed import one_seed_variance
from hdr_bench.reporting.statistics.intervals import margin as margin_of_images

Outcome = Literal["reproduced", "better", "worse", "inconclusive"]

_EQUIVALENCE, _CONFIDENCE = 0.90, 0.95
_ROUNDING_OFF = 1e-12
"""What the computer's own rounding may add to a difference; far less than one image."""


@dataclass(frozen=True)
class StandardError:
    """The standard error of a difference of two shares.

    Attributes
    ----------
    value : float
        A share.
    freedom : float
        Degrees of freedom; infinite if the error is known and not estimated.
    """

    value: float
    freedom: float = math.inf


@dataclass(frozen=True)
class Comparison:
    """A measured share against a published one.

    Attributes
    ----------
    difference, low, high : float
        Measured minus published, with its 95 % interval; both ends are the difference if nothing is random.
    margin : float
        What the published figure's own images and rounding leave open.
    outcome : {"reproduced", "better", "worse", "inconclusive"}
        By the margin and the intervals of the difference.
    """

    difference: float
    low: float
    high: float
    margin: float
    outcome: Outcome


def margin_of(share: float, n_images: int, rounding: float) -> float:
    """Return how far a share may be from a published one and still reproduce it.

    Parameters
    ----------
    share : float
        The published one, between 0 and 1.
    n_images : int
        Images that it was found on.
    rounding : float
        Half a unit of its last digit.

    Returns
    -------
    margin : float
        A difference of shares.

    Examples
    --------
    >>> round(margin_of(0.99, 10_000, 0.00005), 4), round(margin_of(0.90, 10_000, 0.0), 4)
    (0.0028, 0.0083)
    """
    return margin_of_images(share, n_images) + rounding


def seeds_error(shares: Sequence[float], published_runs: int, *, is_deterministic: bool) -> StandardError:
    """Return the standard error by the seeds of the difference to a published mean, on the same test images.

    Parameters
    ----------
    shares : sequence of float
        Measured, one per seed.
    published_runs : int
        Runs that the published figure is the mean of; the seeds' spread is taken for them too.
    is_deterministic : bool
        The method is said to be; decides for a single fit alone, since more of them show their spread.

    Returns
    -------
    error : StandardError
        Zero for a single fit of a deterministic method.

    Examples
    --------
    >>> error = seeds_error([0.98, 0.99, 1.0], 1, is_deterministic=False)
    >>> round(error.value, 5), error.freedom
    (0.01155, 2)
    """
    k = len(shares)
    runs = 1 / k + 1 / published_runs
    if k > 1:
        return StandardError(float(np.std(shares, ddof=1)) * math.sqrt(runs), k - 1)
    if is_deterministic:
        return StandardError(0.0)
    return StandardError(math.sqrt(one_seed_variance(shares[0]) * runs))


def folds_error(shares: Sequence[float], test_share: float, published_folds: int) -> StandardError:
    """Return the standard error of the difference between two cross-validations that cut the same images.

    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52: the folds of each share
    training images, for which the variance of its mean is enlarged. The spread over the measured folds is taken for
    the published ones too. It holds the choice of the images, which differ from fold to fold: if the published folds
    were cut otherwise, no binomial variances come on top (unlike `with_other_images`).

    Parameters
    ----------
    shares : sequence of float
        Measured, one per fold, at least two.
    test_share : float
        Images of a fold's test part per image that it learns from.
    published_folds : int
        Of all its repeats together.

    Returns
    -------
    error : StandardError
        With one degree of freedom less than there are folds.

    Examples
    --------
    >>> error = folds_error([0.94, 0.95, 0.96], 0.5, 3)
    >>> round(error.value, 5), error.freedom
    (0.01291, 2)
    """
    factor = 1 / len(shares) + 1 / published_folds + 2 * test_share
    return StandardError(float(np.std(shares, ddof=1)) * math.sqrt(factor), len(shares) - 1)


def with_other_images(error: StandardError, share: float, n: int, published: float, n_published: int) -> StandardError:
    """Return a standard error with the binomial variances of both shares, for those found on different images.

    Degrees of freedom by Satterthwaite (1946), "An approximate distribution of estimates of variance components",
    Biometrics Bulletin 2.

    Parameters
    ----------
    error : StandardError
        By the seeds.
    share : float
        Measured, between 0 and 1.
    n : int
        How many images it is of.
    published : float
        The published share, between 0 and 1.
    n_published : int
        How many images that is of.

    Returns
    -------
    error : StandardError
        At least as large.
    """
    binomial = share * (1 - share) / n + published * (1 - published) / n_published
    variance = error.value**2 + binomial
    freedom = error.freedom * (variance / error.value**2) ** 2 if error.value else math.inf
    return StandardError(math.sqrt(variance), freedom)


def compare_share(
    share: float, published: float, error: StandardError, margin: float, *, lower_is_better: bool
) -> Comparison:
    """Compare a measured share with a published one: reproduced, better, worse or inconclusive.

    Parameters
    ----------
    share, published : float
        Between 0 and 1.
    error : StandardError
        Of their difference.
    margin : float
        As `margin_of` returns it.
    lower_is_better : bool
        The two are errors.

    Returns
    -------
    comparison : Comparison
        With the outcome.

    Examples
    --------
    >>> compare_share(0.9885, 0.9900, StandardError(0.0), 0.0028, lower_is_better=False).outcome
    'reproduced'
    >>> compare_share(0.9900, 0.9900, StandardError(0.002, 2), 0.0028, lower_is_better=False).outcome
    'inconclusive'
    """
    difference = share - published
    narrow = _interval(difference, published, error, _EQUIVALENCE)
    low, high = _interval(difference, published, error, _CONFIDENCE)
    outcome: Outcome = "inconclusive"
    if -margin - _ROUNDING_OFF <= narrow[0] and narrow[1] <= margin + _ROUNDING_OFF:
        outcome = "reproduced"
    elif not low <= 0 <= high:
        outcome = _direction(difference, lower_is_better=lower_is_better)
    return Comparison(difference, low, high, margin, outcome)


def compare_bound(
    share: float, bound: float, error: StandardError, margin: float, *, lower_is_better: bool
) -> Comparison:
    """Compare a measured share with a published bound, "at least so good": reproduced, worse or inconclusive.

    Parameters
    ----------
    share : float
        Measured, between 0 and 1.
    bound : float
        Between 0 and 1. The end of the 90 % interval on the worse side decides, the one-sided test.
    error : StandardError
        Of their difference.
    margin : float
        As `margin_of` returns it.
    lower_is_better : bool
        The two are errors.

    Returns
    -------
    comparison : Comparison
        With the outcome, which is never better.

    Examples
    --------
    >>> compare_bound(0.9990, 0.9700, StandardError(0.001, 4), 0.004, lower_is_better=False).outcome
    'reproduced'
    """
    difference = share - bound
    narrow = _interval(difference, bound, error, _EQUIVALENCE)
    low, high = _interval(difference, bound, error, _CONFIDENCE)
    worst, best = (-narrow[1], -low) if lower_is_better else (narrow[0], high)
    outcome: Outcome = "inconclusive"
    if worst > -margin - _ROUNDING_OFF:
        outcome = "reproduced"
    elif best < 0:
        outcome = "worse"
    return Comparison(difference, low, high, margin, outcome)


def _interval(difference: float, published: float, error: StandardError, confidence: float) -> tuple[float, float]:
    """Return Student's interval of the difference, cut to what a difference from the published share can be."""
    reach = float(student.ppf((1 + confidence) / 2, error.freedom)) * error.value
    return max(difference - reach, -published), min(difference + reach, 1 - published)


def _direction(difference: float, *, lower_is_better: bool) -> Outcome:
    return "better" if (difference > 0) != lower_is_better else "worse"
