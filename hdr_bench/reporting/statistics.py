"""How sure a figure is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
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


def paired_p_value(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> float:
    """Return the p-value of a difference in accuracy on the same images.

    Of one trial each it is McNemar's test (McNemar 1947, "Note on the sampling error of the difference between
    correlated proportions", Psychometrika 12), exact, as statsmodels computes it. Of several trials each, e.g. of
    several seeds, it is a paired t-test over the images, on the share of trials that are right.

    Parameters
    ----------
    before, after : ndarray of shape (n_trials, n_images), bool
        Which images each trial is right on.

    Raises
    ------
    ValueError
        If the images are not the same in number.

    Examples
    --------
    >>> import numpy as np
    >>> before = np.array([[True] * 90 + [False] * 10])
    >>> after = np.array([[True] * 80 + [False] * 20])
    >>> round(paired_p_value(before, after), 4)
    0.002
    """
    if before.shape[1] != after.shape[1]:
        raise ValueError(f"{before.shape[1]} and {after.shape[1]} images cannot be paired")
    if len(before) == len(after) == 1:
        from statsmodels.stats.contingency_tables import mcnemar

        table = [[np.sum(before & after), np.sum(before & ~after)], [np.sum(~before & after), np.sum(~before & ~after)]]
        return min(float(mcnemar(table, exact=True).pvalue), 1.0)
    difference = after.mean(axis=0) - before.mean(axis=0)
    return _t_test_p_value(difference, 1 / np.sqrt(len(difference)))


def resampled_p_value(differences: NDArray[np.float64], test_share: float) -> float:
    """Return the p-value of the corrected resampled t-test on differences of accuracy, one a fold.

    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52: the folds share training
    images, for which the variance of the mean is enlarged.

    Parameters
    ----------
    differences : ndarray of shape (n_folds,)
        Of paired folds, all repeats together.
    test_share : float
        Images that a fold is judged on, for each that it learns from.

    Examples
    --------
    >>> import numpy as np
    >>> round(resampled_p_value(np.array([0.01, 0.02, 0.015, 0.01, 0.02]), 0.25), 3)
    0.011
    """
    return _t_test_p_value(differences, np.sqrt(1 / len(differences) + test_share))


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


def _t_test_p_value(differences: NDArray[np.float64], standard_errors: float) -> float:
    """Return the two-sided p-value of a mean, whose standard error is so many standard deviations."""
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    mean = float(differences.mean())
    if spread == 0:
        return 1.0 if mean == 0 or len(differences) == 1 else 0.0
    return float(2 * student.sf(abs(mean) / (spread * standard_errors), len(differences) - 1))
