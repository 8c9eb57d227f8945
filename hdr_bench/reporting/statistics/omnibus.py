"""Test that several methods on one test set are equally accurate: images are crossed with methods, seeds nested."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import helmert
from scipy.stats import f as fisher

from hdr_bench.records.crossed_variance import NO_VARIANCE
from hdr_bench.reporting.statistics.crossed import Component, Fits, combine, images_component, seeds_component
from hdr_bench.reporting.statistics.mcnemar import sign_p_value

_NO_DIFFERENCE = 1e-9
"""Mean of a contrast below which it is zero but for rounding: one image among a million makes it 1e-7 or so."""
_LEAST_FREEDOM = 2.01
"""Degrees of freedom of a contrast at least: the mean of an F distribution with two or fewer does not exist."""


@dataclass(frozen=True)
class Omnibus:
    """F test over several methods.

    Attributes
    ----------
    statistic : float
        F; infinite if methods differ without variance.
    numerator, denominator : float
        Degrees of freedom.
    p_value : float
        That all methods are equally accurate.
    """

    statistic: float
    numerator: float
    denominator: float
    p_value: float


def equal_accuracies(methods: Sequence[Fits]) -> Omnibus:
    r"""Test whether several methods are equally accurate, in the model of `crossed.paired_difference`.

    Parameters
    ----------
    methods : sequence of Fits
        At least two, on the same images in the same order.

    Returns
    -------
    omnibus : Omnibus
        With a p-value of 1 if all are right on the same images. If methods differ by the same on every image, and the
        seeds add nothing, F is infinite, with the p-value that `crossed.paired_difference` gives such a difference: the
        images still are a sample.

    Raises
    ------
    ValueError
        If there are fewer than two methods.

    Notes
    -----
    With m the accuracies, V the covariance of their means (over images ``cov(shares) / n``, plus each method's seeds'
    part on the diagonal) and C the Helmert contrasts, ``F = (C m)' (C V C')^-1 (C m) / q`` with q one less than the
    number of methods. Its denominator follows Fai and Cornelius: the degrees of freedom of each of the q independent
    contrasts by Satterthwaite, and those of their mean so that it has the right expectation. For two methods it is the
    square of the t of their difference.

    References
    ----------
    Fai, A. H.-T. and Cornelius, P. L. (1996). Approximate F-tests of multiple degree of freedom hypotheses in
    generalized least squares analyses of unbalanced split-plot experiments. Journal of Statistical Computation and
    Simulation, 54(4), 363-378.

    Examples
    --------
    >>> import numpy as np
    >>> same = Fits(np.array([[True, False, True, True]]), is_stochastic=False)
    >>> equal_accuracies([same, same, same]).p_value
    1.0
    """
    if len(methods) < 2:
        raise ValueError(f"a test over methods needs at least two, got {len(methods)}")
    shares = np.array([each.shares for each in methods])
    seeds = [_seeds_part(each) for each in methods]
    covariance = np.cov(shares) / shares.shape[1] + np.diag([each.variance for each in seeds])
    contrasts = helmert(len(methods))
    variances, axes = np.linalg.eigh(contrasts @ covariance @ contrasts.T)
    kept, n_images = variances > NO_VARIANCE, shares.shape[1]
    weights = axes.T @ contrasts
    without_variance = weights[~kept] @ shares.mean(axis=1)
    if np.abs(without_variance).max(initial=0.0) > _NO_DIFFERENCE:
        return Omnibus(math.inf, len(methods) - 1, math.inf, sign_p_value(n_images, 0))
    if not kept.any():
        return Omnibus(0.0, len(methods) - 1, math.inf, 1.0)
    weights = weights[kept]
    squares = (weights @ shares.mean(axis=1)) ** 2 / variances[kept]
    freedoms = [_freedom(each, shares, seeds) for each in weights]
    numerator, denominator = len(weights), _denominator(freedoms)
    statistic = float(squares.sum()) / numerator
    return Omnibus(statistic, numerator, denominator, float(fisher.sf(statistic, numerator, denominator)))


def _seeds_part(fits: Fits) -> Component:
    return next(iter(seeds_component(fits)), Component(0.0, 0.0, math.inf))


def _freedom(weights: NDArray[np.float64], shares: NDArray[np.float64], seeds: Sequence[Component]) -> float:
    """Return the degrees of freedom of a contrast by Satterthwaite's formula."""
    scaled = [
        Component(weight**2 * each.variance, weight**2 * each.scale, each.freedom)
        for weight, each in zip(weights, seeds, strict=True)
    ]
    return combine([images_component(weights @ shares), *scaled])[1]


def _denominator(freedoms: Sequence[float]) -> float:
    """Return the degrees of freedom of a mean of squared t, so that its expectation is right."""
    bounded = [max(each, _LEAST_FREEDOM) for each in freedoms]
    expected = sum(1.0 if math.isinf(each) else each / (each - 2) for each in bounded)
    q = len(bounded)
    return float(2 * expected / (expected - q)) if expected > q else math.inf
