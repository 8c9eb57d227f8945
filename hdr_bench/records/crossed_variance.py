"""Variance of accuracies on one test set: images are crossed with methods, random seeds are nested in them.

Clark (1973), "The language-as-fixed-effect fallacy", Journal of Verbal Learning and Verbal Behavior 12; Baayen,
Davidson and Bates (2008), "Mixed-effects modeling with crossed random effects for subjects and items", Journal of
Memory and Language 59.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.predictions import Predictions

ONE_SEED_SPREAD = 0.10
"""Standard deviation between seeds of a stochastic method that was fitted once, in units of p (1 - p).

The 80th to 90th percentile of 49 spreads that were measured in published reports of this library.
"""

NO_VARIANCE = 1e-20
"""Variance of a mean below which it is zero but for rounding: one image among a million makes it 1e-16 at least."""


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
