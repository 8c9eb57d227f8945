"""What the scores of classes tell beside the class itself: how sure a method is, and how right it is to be so."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.experiments.result import Predictions

REJECTION_ERROR = 0.005
"""Error on the images that are not refused, at which LeCun et al. (1998) compare methods."""

_MOST_OTHERS = 0.05

N_BINS = 15
"""Bins of confidence, as Guo et al. (2017) take."""


def class_scores(predictions: Predictions, n_classes: int) -> NDArray[np.float64] | None:
    """Return a score of each class for each image, the higher the likelier.

    Probabilities where there are any, else decision values; of a method for two classes, with the one value that it
    gives in both columns.

    Returns
    -------
    scores : ndarray of shape (n, n_classes), or None
        None where the method gives none, they are not finite, or they are no scores of classes: other columns, or too
        many images whose predicted class has not the highest.
    """
    found = predictions.probabilities if predictions.probabilities is not None else predictions.decisions
    if found is None or not np.isfinite(found).all():
        return None
    scores = found.astype(np.float64)
    if scores.ndim == 1 and n_classes == 2:
        scores = np.column_stack([-scores, scores])
    if scores.shape != (len(predictions.y_true), n_classes):
        return None
    predicted = scores[np.arange(len(scores)), predictions.y_pred]
    return scores if np.mean(predicted < scores.max(axis=1)) <= _MOST_OTHERS else None


def shares_of(predictions: Predictions) -> NDArray[np.float64] | None:
    """Return the probabilities as rows of sum 1, shape (n, n_classes); None where there are none that are finite."""
    found = predictions.probabilities
    if found is None or not np.isfinite(found).all():
        return None
    shares = found.astype(np.float64)
    # float32 shares add up to one only nearly.
    return shares / shares.sum(axis=1, keepdims=True)


def margins(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the difference of the two highest scores of each image: shape (n,)."""
    highest = np.partition(scores, -2, axis=1)[:, -2:]
    return highest[:, 1] - highest[:, 0]


def rejection_curve(
    is_right: NDArray[np.bool_], margin: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the error on the images that are kept, for each share of images that can be refused.

    Images are refused by the difference of their two highest scores, the smallest first; those of equal difference
    together, since no threshold parts them (LeCun et al. 1998, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86, section III).

    Parameters
    ----------
    is_right : ndarray of shape (n,), bool
    margin : ndarray of shape (n,)
        As `margins` returns it.

    Returns
    -------
    rejected, errors : ndarray of shape (n_thresholds,)
        Shares between 0 and 1; from most images refused to none.

    Examples
    --------
    >>> import numpy as np
    >>> right = np.array([True, True, False, True])
    >>> rejected, errors = rejection_curve(right, np.array([0.9, 0.8, 0.1, 0.1]))
    >>> rejected.tolist(), errors.tolist()
    ([0.75, 0.5, 0.0], [0.0, 0.0, 0.25])
    """
    order = np.argsort(-margin, kind="stable")
    kept = np.arange(1, len(order) + 1)
    wrong = np.cumsum(~is_right[order])
    is_cut = np.append(np.diff(margin[order]) != 0, True)
    return 1 - kept[is_cut] / len(order), wrong[is_cut] / kept[is_cut]


def rejected_share(
    is_right: NDArray[np.bool_], margin: NDArray[np.float64], error: float = REJECTION_ERROR
) -> float | None:
    """Return the smallest share of images to refuse so that at most `error` of the rest are wrong; None for no such."""
    rejected, errors = rejection_curve(is_right, margin)
    enough = rejected[errors <= error]
    return float(enough.min()) if len(enough) else None


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often a method is right, by how sure it is; a value a bin of confidence.

    Attributes
    ----------
    counts : ndarray of shape (n_bins,), int64
        Images.
    confidence, accuracy : ndarray of shape (n_bins,)
        Means over the images of the bin; missing where there are none.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: the mean gap between confidence and accuracy, weighted by images.

        Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning", AAAI;
        with the bins of Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", ICML.
        """
        gaps = np.abs(self.confidence - self.accuracy)
        return float(np.nansum(self.counts * gaps) / self.counts.sum())


def reliability(is_right: NDArray[np.bool_], confidence: NDArray[np.float64], n_bins: int = N_BINS) -> Reliability:
    """Sort images into bins of equal width by the probability of the class that they were taken for.

    Parameters
    ----------
    is_right : ndarray of shape (n,), bool
    confidence : ndarray of shape (n,)
        Between 0 and 1.
    n_bins : int, default=15

    Examples
    --------
    >>> import numpy as np
    >>> found = reliability(np.array([True, False]), np.array([0.9, 0.8]), n_bins=2)
    >>> found.counts.tolist(), round(found.calibration_error, 2)
    ([0, 2], 0.35)
    """
    bins = np.clip(np.ceil(confidence * n_bins).astype(np.intp) - 1, 0, n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins)
    with np.errstate(invalid="ignore"):
        means = (np.bincount(bins, values, minlength=n_bins) / counts for values in (confidence, is_right))
        return Reliability(counts, *means)


def brier_score(y_true: NDArray[np.int64], shares: NDArray[np.float64]) -> float:
    """Return the mean squared distance of the probabilities from the truth, summed over classes: 0 to 2.

    Brier (1950), "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78.
    """
    truth = np.eye(shares.shape[1])[y_true]
    return float(((shares - truth) ** 2).sum(axis=1).mean())
