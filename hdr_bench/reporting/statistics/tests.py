"""Tests of differences: corrected resampled t-test, Bayesian correlated t-test, corrections for many tests.

scipy and statsmodels compute; what they lack is written out here, with its paper. Two methods on one test set are
compared in `crossed`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control
from scipy.stats import t as student

ROPE = 0.001
"""Half the region of practical equivalence: LeCun et al. (1998) give 0.1 % as the uncertainty of their error rates."""


@dataclass(frozen=True)
class Difference:
    """Difference between two shares, with its test.

    Attributes
    ----------
    value : float
        The first share minus the second.
    low, high : float
        Ends of its 95 % interval, within -1 and 1.
    low_90, high_90 : float
        Ends of its 90 % interval.
    p_value : float
        Two-sided, of no difference.
    test : str
        Name of the test.
    """

    value: float
    low: float
    high: float
    low_90: float
    high_90: float
    p_value: float
    test: str

    @property
    def has_interval(self) -> bool:
        """The 95 % interval is known, and narrower than 100 points: one over half of what is possible says nothing."""
        return self.high - self.low < 1


@dataclass(frozen=True)
class Posterior:
    """How probable it is that one method is worse than another, practically as good, or better.

    Attributes
    ----------
    worse, equivalent, better : float
        Probabilities, which add up to 1.
    """

    worse: float
    equivalent: float
    better: float


def student_difference(value: float, error: float, freedom: float, test: str) -> Difference:
    """Return a difference of two shares with Student's test and intervals.

    Parameters
    ----------
    value : float
        The difference.
    error : float
        Its standard error; 0 makes any other value than 0 certain.
    freedom : float
        Degrees of freedom; infinite for the normal distribution.
    test : str
        Name of the test.

    Returns
    -------
    difference : Difference
        With its intervals and p-value.

    Examples
    --------
    >>> found = student_difference(0.02, 0.01, 10, "t-test")
    >>> round(found.low, 4), round(found.high_90, 4), round(found.p_value, 4)
    (-0.0023, 0.0381, 0.0734)
    """
    reach, reach_90 = (float(student.ppf((1 + confidence) / 2, freedom)) * error for confidence in (0.95, 0.9))
    p_value = float(2 * student.sf(abs(value) / error, freedom)) if error else float(value == 0)
    ends = (max(value - reach, -1.0), min(value + reach, 1.0), max(value - reach_90, -1.0), min(value + reach_90, 1.0))
    return Difference(value, *ends, p_value, test)


def resampled_difference(differences: NDArray[np.float64], test_share: float) -> Difference:
    """Return the mean difference in accuracy over folds, by the corrected resampled t-test.

    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52: the folds share training
    images, for which the variance of the mean is enlarged.

    Parameters
    ----------
    differences : ndarray of shape (n_folds,)
        Of paired folds, all repeats together; for a single one the interval is missing, and the p-value 1.
    test_share : float
        Images that a fold is evaluated on, for each that it learns from.

    Returns
    -------
    difference : Difference
        With its intervals and p-value.

    Examples
    --------
    >>> import numpy as np
    >>> round(resampled_difference(np.array([0.01, 0.02, 0.015, 0.01, 0.02]), 0.25).p_value, 3)
    0.011
    """
    value, error = _resampled_mean(differences, test_share)
    if len(differences) < 2:
        return Difference(value, math.nan, math.nan, math.nan, math.nan, 1.0, "none: a single fold")
    return student_difference(value, error, len(differences) - 1, "corrected resampled t-test")


def correlated_posterior(differences: NDArray[np.float64], test_share: float, rope: float = ROPE) -> Posterior:
    """Return how probable each of three is, by the Bayesian correlated t-test: worse, practically equivalent, better.

    Corani and Benavoli (2015), "A Bayesian approach for comparing cross-validated algorithms on multiple data sets",
    Machine Learning 100; Benavoli, Corani, Demsar and Zaffalon (2017), "Time for a change: a tutorial for comparing
    multiple classifiers through Bayesian analysis", JMLR 18. The correlation of the folds is the share of images that
    they are evaluated on.

    Parameters
    ----------
    differences : ndarray of shape (n_folds,)
        Of paired folds, all repeats together; of the first method minus the second. For a single one all three are
        missing.
    test_share : float
        Images that a fold is evaluated on, for each that it learns from.
    rope : float, default=0.001
        Half the region of practical equivalence around 0.

    Returns
    -------
    posterior : Posterior
        Three probabilities that add up to 1.

    Examples
    --------
    >>> import numpy as np
    >>> found = correlated_posterior(np.array([0.01, 0.02, 0.015, 0.01, 0.02]), 0.25, rope=0.01)
    >>> round(found.worse, 3), round(found.equivalent, 3), round(found.better, 3)
    (0.001, 0.104, 0.895)
    """
    value, error = _resampled_mean(differences, test_share)
    if len(differences) < 2:
        return Posterior(math.nan, math.nan, math.nan)
    if error == 0:
        return Posterior(float(value < -rope), float(abs(value) <= rope), float(value > rope))
    found = student(len(differences) - 1, value, error)
    worse, better = float(found.cdf(-rope)), float(found.sf(rope))
    return Posterior(worse, max(1 - worse - better, 0.0), better)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected by Benjamini and Hochberg's procedure, as scipy computes it.

    Those of at most 0.05 are findings of which 5 % are expected to be false. Benjamini and Hochberg (1995),
    "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57; for all pairs of several
    means: Williams, Jones and Tukey (1999), "Controlling error in multiple comparisons", Journal of Educational and
    Behavioral Statistics 24.

    Parameters
    ----------
    p_values : sequence of float
        Not corrected.

    Returns
    -------
    corrected : list of float
        In the same order.

    Examples
    --------
    >>> [round(p, 3) for p in benjamini_hochberg([0.01, 0.04, 0.03])]
    [0.03, 0.04, 0.04]
    """
    return [float(p) for p in false_discovery_control(p_values)] if p_values else []


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number by Holm's procedure, as statsmodels computes it.

    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.

    Parameters
    ----------
    p_values : sequence of float
        Not corrected.

    Returns
    -------
    corrected : list of float
        In the same order.

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    if not p_values:
        return []
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method="holm")[1]]


def _resampled_mean(differences: NDArray[np.float64], test_share: float) -> tuple[float, float]:
    """Return the mean, and its standard error with Nadeau and Bengio's correction."""
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return float(differences.mean()), spread * math.sqrt(1 / len(differences) + test_share)
