"""Two methods on one test set: images are crossed with methods, random seeds are nested in them.

Clark (1973), "The language-as-fixed-effect fallacy", Journal of Verbal Learning and Verbal Behavior 12; Baayen,
Davidson and Bates (2008), "Mixed-effects modeling with crossed random effects for subjects and items", Journal of
Memory and Language 59; for benchmarks Bouthillier et al. (2021), "Accounting for variance in machine learning
benchmarks", MLSys 3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.predictions import Predictions
from hdr_bench.reporting.statistics.mcnemar import mcnemar_difference, newcombe_paired, sign_p_value
from hdr_bench.reporting.statistics.tests import Difference, student_difference

ONE_SEED_SPREAD = 0.10
"""Standard deviation between seeds of a stochastic method that was fitted once, in units of p (1 - p).

The 80th to 90th percentile of 49 spreads that were measured in published reports of this library.
"""


def one_seed_variance(accuracy: float) -> float:
    """Return the variance between seeds that is assumed of a single fit with this accuracy, or error rate.

    Parameters
    ----------
    accuracy : float
        Between 0 and 1.

    Returns
    -------
    variance : float
        Of a single fit's share.

    Examples
    --------
    >>> round(one_seed_variance(0.9), 8)
    8.1e-05
    """
    return (ONE_SEED_SPREAD * accuracy * (1 - accuracy)) ** 2


_NO_VARIANCE = 1e-20
"""Variance of a mean below which it is zero but for rounding: one image among a million makes it 1e-16 at least."""


@dataclass(frozen=True, eq=False)
class Fits:
    """Fits of one method, evaluated on the same images.

    Attributes
    ----------
    right : ndarray of shape (n_fits, n_images), bool
        Which images each fit is right on; of a deterministic method a single row, however often it was repeated.
    is_stochastic : bool
        Two of its fits differ on some image; for a single fit, the method draws random numbers.
    """

    right: NDArray[np.bool_]
    is_stochastic: bool

    @classmethod
    def from_predictions(cls, predictions: Sequence[Predictions], *, is_deterministic: bool) -> Self:
        """Make the fits of a method from the predictions of its trials.

        Parameters
        ----------
        predictions : sequence of Predictions
            At least one, all for the same images.
        is_deterministic : bool
            What the method declares; it decides for a single trial only, since several show it.

        Returns
        -------
        fits : Fits
            One row for each trial, of a deterministic method a single one.
        """
        right = np.array([each.y_true == each.y_pred for each in predictions])
        if len(predictions) == 1:
            return cls(right, not is_deterministic)
        differs = any(not np.array_equal(each.y_pred, predictions[0].y_pred) for each in predictions[1:])
        return cls(right if differs else right[:1], differs)

    @property
    def is_one_seed(self) -> bool:
        """The method is stochastic, and was fitted once."""
        return self.is_stochastic and len(self.right) == 1

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of the fits that are right on each image, shape (n_images,)."""
        return self.right.mean(axis=0)

    @property
    def accuracy(self) -> float:
        """Mean over the fits."""
        return float(self.right.mean())


@dataclass(frozen=True)
class Component:
    """Part of the variance of a mean.

    Attributes
    ----------
    variance : float
        What it adds to the variance.
    scale : float
        Mean square that `variance` was computed from, at the scale of the mean, for Satterthwaite's formula.
    freedom : float
        Degrees of freedom of `scale`.
    """

    variance: float
    scale: float
    freedom: float


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
    if variance < _NO_VARIANCE:
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


def images_component(values: NDArray[np.float64]) -> Component:
    """Return what the choice of images adds to the variance of the mean of `values`, one for each image.

    Parameters
    ----------
    values : ndarray of shape (n_images,)
        Shares, or differences of shares.

    Returns
    -------
    component : Component
        Of the mean of the values.
    """
    n = len(values)
    variance = float(values.var(ddof=1)) / n if n > 1 else 1.0
    return Component(variance, variance, max(n - 1, 1))


def seeds_component(fits: Fits) -> tuple[Component, ...]:
    """Return what the choice of seeds adds to the variance of a method's accuracy; nothing if it is deterministic.

    Parameters
    ----------
    fits : Fits
        Of one method.

    Returns
    -------
    components : tuple of Component
        One; none for a deterministic method.
    """
    if not fits.is_stochastic:
        return ()
    n_fits, n_images = fits.right.shape
    if n_fits == 1:
        return (Component(one_seed_variance(fits.accuracy), 0.0, math.inf),)
    between = float(fits.right.mean(axis=1).var(ddof=1))
    shares = fits.shares
    within = float((shares * (1 - shares)).mean()) * n_fits / (n_fits - 1)
    return (Component(max(0.0, between - within / n_images) / n_fits, between / n_fits, n_fits - 1),)


def combine(components: Sequence[Component]) -> tuple[float, float]:
    """Return a sum's variance, and its degrees of freedom by Satterthwaite; infinite without any that is estimated.

    Parameters
    ----------
    components : sequence of Component
        Independent parts.

    Returns
    -------
    variance, freedom : float
        Degrees of freedom are infinite if the variance is known.
    """
    variance = sum(each.variance for each in components)
    spread = sum(each.scale**2 / each.freedom for each in components)
    return variance, variance**2 / spread if spread else math.inf


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
