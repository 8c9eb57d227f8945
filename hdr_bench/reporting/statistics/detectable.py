"""Smallest difference between two methods on one test set that their images and seeds allow to detect."""

import math

from hdr_bench.records.study_decision import detectable_factor
from hdr_bench.reporting.statistics.crossed import Fits, combine, images_component, seeds_component


def detectable_difference(first: Fits, second: Fits, n_levels: int = 2) -> float:
    """Return the difference that the test of two methods would detect with a power of 80 %, at 5 %.

    Parameters
    ----------
    first, second : Fits
        On the same images, in the same order.
    n_levels : int, default=2
        Number of methods, all pairs of which are tested: the correction for them is part of the difference.

    Returns
    -------
    difference : float
        A difference of shares.

    Notes
    -----
    The variance is that of `crossed.paired_difference`, over images and seeds, and the factor by `detectable_factor`.

    Examples
    --------
    >>> import numpy as np
    >>> first = Fits(np.arange(100)[None] >= 10, is_stochastic=False)
    >>> second = Fits(np.arange(100)[None] >= 20, is_stochastic=False)
    >>> round(detectable_difference(first, second), 3)
    0.085
    """
    components = [images_component(first.shares - second.shares), *seeds_component(first), *seeds_component(second)]
    variance, freedom = combine(components)
    return detectable_factor(freedom, n_levels) * math.sqrt(variance)
