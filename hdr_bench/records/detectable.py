"""Smallest difference between two methods on one test set that their images and seeds allow to detect."""

import math

import numpy as np

from hdr_bench.records.crossed_variance import NO_VARIANCE, Component, Fits, combine, images_component, seeds_component

SIGNIFICANCE, POWER = 0.05, 0.8
"""Error rate of the test, and probability to detect a difference, by which a detectable difference is stated."""


def detectable_factor(freedom: float, n_levels: int = 2) -> float:
    """Return the smallest difference that a t-test detects, as a multiple of its standard error.

    Parameters
    ----------
    freedom : float
        Degrees of freedom of the standard error; may be infinite.
    n_levels : int, default=2
        Number of levels, all pairs of which are tested.

    Returns
    -------
    factor : float
        For a two-sided test and a power of 80 %, at the level that Benjamini and Hochberg's procedure at 5 % ends with
        if one level differs from all others, which are alike: it then rejects ``k - 1`` of ``k (k - 1) / 2`` pairs,
        each at ``2 / k`` times 5 %.

    References
    ----------
    Bloom, H. S. (1995). Minimum detectable effects: a simple way to report the statistical power of experimental
    designs. Evaluation Review, 19(5), 547-556.

    Examples
    --------
    >>> round(detectable_factor(float("inf")), 2), round(detectable_factor(8), 2)
    (2.8, 3.19)
    >>> round(detectable_factor(float("inf"), n_levels=6), 2)
    3.24
    """
    from scipy.special import ndtri, stdtrit

    levels = (1 - SIGNIFICANCE / n_levels, POWER)
    return float(sum(ndtri(each) if math.isinf(freedom) else stdtrit(freedom, each) for each in levels))


def detectable_difference(first: Fits, second: Fits, n_levels: int = 2, n_seeds: float | None = None) -> float:
    r"""Return the difference that the test of two methods would detect with a power of about 80 %, at 5 %.

    Parameters
    ----------
    first, second : Fits
        On the same images, in the same order.
    n_levels : int, default=2
        Number of methods, all pairs of which are tested: the correction for them is part of the difference.
    n_seeds : float, optional
        Number of seeds of each stochastic method for which to forecast the difference, instead of those that there
        are; infinite for what the images alone allow. The methods then need two seeds at least.

    Returns
    -------
    difference : float
        A difference of shares; infinite if it is larger than any that there can be, and NaN if nothing varies: if both
        methods are right on the same images, or their difference is the same on every image and for every seed.

    Notes
    -----
    For two single fits, whose test is McNemar's, it solves Connor's formula for the difference :math:`\delta`,

    .. math:: \delta \sqrt n = z_{1 - \alpha / 2} \sqrt \psi + z_{0.8} \sqrt{\psi - \delta^2}

    with :math:`\psi` the share of images on which one of the two is right; as it cannot be less than the difference, a
    difference above the share that was found is solved with :math:`\psi = \delta`. For others, it is
    `detectable_factor` times the standard error of `crossed.paired_difference`, over images and seeds. With k other
    seeds, the seeds' part becomes ``v / k`` with ``k - 1`` degrees of freedom, and of the images' part what differs
    between the seeds of a method, ``r / n``, is divided by k too.

    References
    ----------
    Connor, R. J. (1987). Sample size for testing differences in proportions for the paired-sample design. Biometrics,
    43(1), 207-211.

    Examples
    --------
    >>> import numpy as np
    >>> first = Fits(np.arange(100)[None] >= 10, is_stochastic=False)
    >>> second = Fits(np.arange(100)[None] >= 20, is_stochastic=False)
    >>> round(detectable_difference(first, second), 3)
    0.088
    >>> detectable_difference(first, first)
    nan
    """
    if len(first.right) == len(second.right) == 1:
        return _between_single_fits(first, second, n_levels)
    if combine(_components(first, second, None))[0] < NO_VARIANCE:
        return math.nan
    variance, freedom = combine(_components(first, second, n_seeds))
    if variance < NO_VARIANCE:
        return 0.0
    difference = detectable_factor(freedom, n_levels) * math.sqrt(variance)
    return difference if difference <= _most(first, second) else math.inf


def _between_single_fits(first: Fits, second: Fits, n_levels: int) -> float:
    """Solve Connor's formula: with ``δ = sqrt(ψ) sin θ``, it is ``sqrt(n) sin θ - power cos θ = alpha``."""
    from scipy.special import ndtri

    discordant, n_images = float(np.mean(first.right != second.right)), first.right.shape[1]
    if discordant == 0:
        return math.nan
    alpha, power = float(ndtri(1 - SIGNIFICANCE / n_levels)), float(ndtri(POWER))
    radius = math.hypot(math.sqrt(n_images), power)
    angle = math.atan2(power, math.sqrt(n_images)) + math.asin(min(alpha / radius, 1.0))
    if angle >= math.pi / 2:
        return math.inf
    # The share on which two methods differ is no less than their difference: with it in place of ψ, δ = sin² θ.
    difference = math.sin(angle) * max(math.sqrt(discordant), math.sin(angle))
    return difference if difference <= _most(first, second) else math.inf


def _components(first: Fits, second: Fits, n_seeds: float | None) -> list[Component]:
    images = images_component(first.shares - second.shares)
    seeds = [*seeds_component(first), *seeds_component(second)]
    if n_seeds is None:
        return [images, *seeds]
    of_seeds = sum(_within(each) * (1 / len(each.right) - 1 / n_seeds) for each in (first, second))
    variance = max(images.variance - of_seeds / first.right.shape[1], 0.0)
    images = Component(variance, variance, images.freedom)
    ratios = [len(each.right) / n_seeds for each in (first, second) if each.is_stochastic]
    forecast = [
        Component(each.variance * ratio, each.scale * ratio, n_seeds - 1)
        for each, ratio in zip(seeds, ratios, strict=True)
    ]
    return [images, *forecast]


def _within(fits: Fits) -> float:
    """Return the mean over the images of the variance between a method's fits; 0 if it is deterministic."""
    n_fits, shares = len(fits.right), fits.shares
    return float((shares * (1 - shares)).mean()) * n_fits / (n_fits - 1) if fits.is_stochastic else 0.0


def _most(first: Fits, second: Fits) -> float:
    """Return the largest difference that there can be between a method as accurate as one of these and another."""
    return max(max(each.accuracy, 1 - each.accuracy) for each in (first, second))
