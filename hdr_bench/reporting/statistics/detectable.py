"""Smallest difference between two methods on one test set that their images and seeds allow to detect."""

import math

from scipy.special import ndtri

from hdr_bench.records.study_decision import POWER, SIGNIFICANCE, detectable_factor
from hdr_bench.reporting.statistics.crossed import Fits, combine, images_component, seeds_component

_NO_VARIANCE = 1e-20


def detectable_difference(first: Fits, second: Fits, n_levels: int = 2) -> float:
    """Return the difference that the test of two methods would detect with a power of about 80 %, at 5 %.

    Parameters
    ----------
    first, second : Fits
        On the same images, in the same order.
    n_levels : int, default=2
        Number of methods, all pairs of which are tested: the correction for them is part of the difference.

    Returns
    -------
    difference : float
        A difference of shares; NaN if there are so few seeds that no possible difference would be detected.

    Notes
    -----
    The variance is that of `crossed.paired_difference`, over images and seeds, and the factor by `detectable_factor`.
    Of methods with one fit each, compared by McNemar's test, the difference is that of `discordant_difference`.

    Examples
    --------
    >>> import numpy as np
    >>> first = Fits(np.arange(100)[None] >= 10, is_stochastic=False)
    >>> second = Fits(np.arange(100)[None] >= 20, is_stochastic=False)
    >>> round(detectable_difference(first, second), 3)
    0.088
    """
    n_images = first.right.shape[1]
    if len(first.right) == len(second.right) == 1 and not first.is_stochastic and not second.is_stochastic:
        return discordant_difference(float((first.right != second.right).mean()), n_images, n_levels)
    components = [images_component(first.shares - second.shares), *seeds_component(first), *seeds_component(second)]
    variance, freedom = combine(components)
    if variance < _NO_VARIANCE:
        return discordant_difference(0.0, n_images, n_levels)
    difference = detectable_factor(freedom, n_levels) * math.sqrt(variance)
    return difference if difference < 1 else math.nan


def discordant_difference(discordant: float, n_images: int, n_levels: int = 2) -> float:
    r"""Return the difference that McNemar's test would detect with a power of about 80 %, at 5 %.

    Parameters
    ----------
    discordant : float
        Share of the images that one method is right on and the other wrong.
    n_images : int
    n_levels : int, default=2
        Number of methods, all pairs of which are tested.

    Returns
    -------
    difference : float
        A difference of shares, greater than 0; NaN if there are too few images.

    Notes
    -----
    Connor's number of images ``n = (a sqrt(s) + b sqrt(s - d²))² / d²``, with s the share of discordant images and a
    and b the normal quantiles of significance and power, solved for the difference d. It is at most s; if s is too
    small for it, d is the smallest share that is detected if all discordant images speak for one method, ``s = d``.

    References
    ----------
    Connor, R. J. (1987). Sample size for testing differences in proportions for the paired-sample design. Biometrics,
    43(1), 207-211.

    Examples
    --------
    >>> round(discordant_difference(0.02, 10_000), 4)
    0.004
    >>> round(discordant_difference(0.0, 10_000), 5)
    0.00078
    """
    a, b = float(ndtri(1 - SIGNIFICANCE / n_levels)), float(ndtri(POWER))
    if n_images <= a**2:
        return math.nan
    factor = (a * math.sqrt(n_images) + b * math.sqrt(n_images + b**2 - a**2)) / (n_images + b**2)
    difference = max(math.sqrt(discordant) * factor, factor**2)
    return difference if difference < 1 else math.nan
