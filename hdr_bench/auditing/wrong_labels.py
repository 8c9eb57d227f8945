"""Estimate of the number of wrong labels by confident learning, with an interval.

An image is assigned to the class whose probability is at least that class's mean probability over the images with its
label; if there are several, to the most likely one. The counts for each given label are scaled to its number of images,
and the images assigned to another class are the wrong labels. The estimate assumes that whether a label is wrong
depends on the class and not on the image, and that the methods' probability of the true class is above that mean. Hard
images with a correct label that the methods assign to another class are counted too; wrong labels of images that no
method can read are not.

References
----------
Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels", Journal of Artificial
Intelligence Research 70, 2021.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES = 200
_LEVEL = 0.95


@dataclass(frozen=True)
class WrongLabels:
    """Estimated number of wrong labels.

    Attributes
    ----------
    count : float
    low, high : float
        95 % interval for the sampling of images; it does not account for errors of the methods themselves.
    n_images : int
        Number of images.
    """

    count: float
    low: float
    high: float
    n_images: int


def estimate_wrong_labels(
    labels: NDArray[np.int64], probabilities: NDArray[np.float64], *, seed: int = 0
) -> WrongLabels:
    """Estimate how many labels are wrong, with a 95 % interval by the bootstrap over images (percentiles).

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Given labels.
    probabilities : ndarray of shape (n, n_classes), float64
        Held-out probabilities.
    seed : int, default=0
        Seed of the bootstrap.

    Returns
    -------
    estimate : WrongLabels

    Examples
    --------
    >>> labels = np.repeat([0, 1], 50)
    >>> probabilities = np.where(np.arange(2) == labels[:, None], 0.9, 0.1)
    >>> probabilities[0] = 0.05, 0.95
    >>> estimate_wrong_labels(labels, probabilities).count
    1.0
    """
    n = len(labels)
    rng = np.random.default_rng(seed)
    once = np.ones(n)
    draws = (np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64) for _ in range(N_RESAMPLES))
    counts = [_count_wrong(labels, probabilities, weights) for weights in draws]
    low, high = np.quantile(counts, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return WrongLabels(round(_count_wrong(labels, probabilities, once), 6), float(low), float(high), n)


def _count_wrong(labels: NDArray[np.int64], probabilities: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the estimated number of wrong labels, with each image counted by its weight."""
    n_classes = probabilities.shape[1]
    given = np.bincount(labels, weights, n_classes)
    own = probabilities[np.arange(len(labels)), labels]
    # A class without images has no mean, and no image can be assigned to it.
    means = np.full(n_classes, np.inf)
    np.divide(np.bincount(labels, weights * own, n_classes), given, out=means, where=given > 0)
    confident = np.where(probabilities >= means, probabilities, -1.0)
    is_counted = confident.max(axis=1) >= 0
    pairs = labels[is_counted] * n_classes + confident[is_counted].argmax(axis=1)
    joint = np.bincount(pairs, weights[is_counted], n_classes**2).reshape(n_classes, n_classes)
    totals = joint.sum(axis=1)
    shares_wrong = np.divide(totals - joint.diagonal(), totals, out=np.zeros(n_classes), where=totals > 0)
    return float(shares_wrong @ given)
