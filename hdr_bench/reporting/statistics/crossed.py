"""Two methods on one test set: images are crossed with methods, random seeds are nested in them.

Clark (1973), "The language-as-fixed-effect fallacy", Journal of Verbal Learning and Verbal Behavior 12; Baayen,
Davidson and Bates (2008), "Mixed-effects modeling with crossed random effects for subjects and items", Journal of
Memory and Language 59; for benchmarks Bouthillier et al. (2021), "Accounting for variance in machine learning
benchmarks", MLSys 3.
"""

import math

from hdr_bench.records.crossed_variance import (
    NO_VARIANCE,
    ONE_SEED_SPREAD,
    Component,
    Fits,
    combine,
    images_component,
    one_seed_variance,
    seeds_component,
)
from hdr_bench.reporting.statistics.mcnemar import mcnemar_difference, newcombe_paired, sign_p_value
from hdr_bench.reporting.statistics.tests import Difference, student_difference

# What decides on seeds computes the same variance, and imports nothing of reports: it is a record's.
__all__ = [
    "ONE_SEED_SPREAD",
    "Component",
    "Fits",
    "accuracy_variance",
    "combine",
    "images_component",
    "one_seed_variance",
    "paired_difference",
    "seeds_component",
]


def paired_difference(first: Fits, second: Fits) -> Difference:
    r"""Return the difference in accuracy of two methods on the same images.

    Parameters
    ----------
    first, second : Fits
        On the same images, in the same order.

    Returns
    -------
    difference : Difference
        Accuracy of `first` minus that of `second`.

    Raises
    ------
    ValueError
        If the numbers of images differ.

    Notes
    -----
    Two methods of one fit each: McNemar's test, mid-p. Else, with :math:`d_i` the difference of the shares of fits
    that are right on image i, ``t = mean(d) / sqrt(V)`` with ``V = var(d) / n + v_A / k_A + v_B / k_B``, where of a
    stochastic method with k seeds ``v = max(0, s² - r / n)``, s² the variance of the seeds' accuracies and r the mean
    over the images of the variance over the seeds, which `var(d)` holds already; of a deterministic method v = 0; of a
    single fit of a stochastic one ``(0.10 p (1 - p))²``. Degrees of freedom by Satterthwaite (1946), "An approximate
    distribution of estimates of variance components", Biometrics Bulletin 2, with s² / k for the seeds' part, so that
    a v that is cut off at 0 does not feign certainty.

    Examples
    --------
    >>> import numpy as np
    >>> first = Fits(np.array([[True] * 80 + [False] * 20]), is_stochastic=False)
    >>> second = Fits(np.array([[True] * 90 + [False] * 10]), is_stochastic=False)
    >>> found = paired_difference(first, second)
    >>> found.value, round(found.p_value, 4), found.test
    (-0.1, 0.001, "McNemar's test, mid-p")
    """
    n_images = first.right.shape[1]
    if n_images != second.right.shape[1]:
        raise ValueError(f"{n_images} and {second.right.shape[1]} images cannot be paired")
    if len(first.right) == len(second.right) == 1:
        return mcnemar_difference(first.right[0], second.right[0])
    differences = first.shares - second.shares
    value = round(float(differences.mean()), 12)
    components = [images_component(differences), *seeds_component(first), *seeds_component(second)]
    variance, freedom = combine(components)
    test = "t-test over images and seeds"
    if variance < NO_VARIANCE:
        return _without_variance(first, second, value, test)
    return student_difference(value, math.sqrt(variance), freedom, test)


def accuracy_variance(fits: Fits) -> tuple[float, float]:
    """Return the variance of a method's mean accuracy, over images and seeds, and its degrees of freedom.

    The variance is `paired_difference`'s for one method. A single fit of a deterministic method has the binomial one,
    as known.

    Parameters
    ----------
    fits : Fits
        Of one method.

    Returns
    -------
    variance, freedom : float
        Degrees of freedom are infinite if the variance is known.

    Examples
    --------
    >>> import numpy as np
    >>> accuracy_variance(Fits(np.array([[True, True, True, False]]), is_stochastic=False))
    (0.046875, inf)
    """
    if len(fits.right) == 1 and not fits.is_stochastic:
        return fits.accuracy * (1 - fits.accuracy) / fits.right.shape[1], math.inf
    return combine([images_component(fits.shares), *seeds_component(fits)])


def _without_variance(first: Fits, second: Fits, value: float, test: str) -> Difference:
    """Return the difference where it is the same on every image, and the seeds add nothing.

    A variance of zero would make it certain. The images still are a sample: their signs are tested, and Newcombe's
    interval is that of the shares.
    """
    p_value = sign_p_value(first.right.shape[1], 0) if value else 1.0
    shares, others = first.shares, second.shares
    products = shares * others, shares * (1 - others), (1 - shares) * others, (1 - shares) * (1 - others)
    both, won, lost, neither = (float(each.sum()) for each in products)
    ends = newcombe_paired(both, won, lost, neither), newcombe_paired(both, won, lost, neither, confidence=0.9)
    return Difference(value, *ends[0], *ends[1], p_value, test)
