"""Information in class scores beyond the predicted class, as a basis for figures and scores."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.predictions import Predictions, Reliability

REJECTION_ERROR = 0.005
"""Error on the images that are not rejected at which LeCun et al. (1998) compare methods."""

MOST_CONTRADICTED = 0.05
"""Allowed share of images whose predicted class has a lower score than another, as with calibrated SVMs."""

LEAST_KEPT = 100
"""Minimum number of images left after rejection for a meaningful error."""

N_BINS = 15
"""Number of confidence bins, as in Guo et al. (2017)."""


def class_scores(predictions: Predictions, n_classes: int) -> NDArray[np.float64] | None:
    """Return a score of each class for each image, where higher is more likely.

    Probabilities if available, otherwise decision values; for a method with two classes and a single value, the value
    is converted to two columns.

    Parameters
    ----------
    predictions : Predictions
        Predictions for the test part.
    n_classes : int
        Number of classes in the data set.

    Returns
    -------
    scores : ndarray of shape (n, n_classes), or None
        None if the method provides none, they are not finite, or they are not class scores: other columns, or too many
        images whose predicted class does not have the highest. Trials do not store scores of the last kind, but results
        of earlier formats may have them.
    """
    scores = _in_columns(predictions, n_classes)
    return scores if scores is not None and _contradiction_share(scores, predictions) <= MOST_CONTRADICTED else None


def contradicted_share(predictions: Predictions, n_classes: int) -> float:
    """Return the share of images for which another class has a higher score than the predicted one; 0 without scores.

    Parameters
    ----------
    predictions : Predictions
        Predictions for the test part.
    n_classes : int
        Number of classes in the data set.

    Returns
    -------
    share : float
        Between 0 and 1.
    """
    scores = _in_columns(predictions, n_classes)
    return 0.0 if scores is None else _contradiction_share(scores, predictions)


def _contradiction_share(scores: NDArray[np.float64], predictions: Predictions) -> float:
    predicted = scores[np.arange(len(scores)), predictions.y_pred]
    return float(np.mean(predicted < scores.max(axis=1)))


def _in_columns(predictions: Predictions, n_classes: int) -> NDArray[np.float64] | None:
    """Return finite scores with a column for each class; None if there are none."""
    found = predictions.probabilities if predictions.probabilities is not None else predictions.decisions
    if found is None or not np.isfinite(found).all():
        return None
    scores = found.astype(np.float64)
    if scores.ndim == 1 and n_classes == 2:
        scores = np.column_stack([-scores, scores])
    return scores if scores.shape == (len(predictions.y_true), n_classes) else None


def shares_of(predictions: Predictions) -> NDArray[np.float64] | None:
    """Return the probabilities normalized to rows of sum 1, shape (n, n_classes); None unless they are finite.

    New trials fail if some are not finite; results of earlier formats may contain them after training diverged.

    Parameters
    ----------
    predictions : Predictions
        Predictions for the test part.

    Returns
    -------
    shares : ndarray of shape (n, n_classes), or None
        None without finite probabilities.
    """
    found = predictions.probabilities
    if found is None or not np.isfinite(found).all():
        return None
    shares = found.astype(np.float64)
    # Probabilities in float32 add up to one only approximately.
    return shares / shares.sum(axis=1, keepdims=True)


def margins(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the difference of the two highest scores of each image: shape (n,).

    Parameters
    ----------
    scores : ndarray of shape (n, n_classes)
        As returned by `class_scores`.

    Returns
    -------
    margins : ndarray of shape (n,)
        At least 0.
    """
    highest = np.partition(scores, -2, axis=1)[:, -2:]
    return highest[:, 1] - highest[:, 0]


def top_2_credits(y_true: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability that the true class is among the two highest scores, with ties in random order.

    Parameters
    ----------
    y_true : ndarray of shape (n,), int64
        Indices of classes.
    scores : ndarray of shape (n, n_classes)
        As returned by `class_scores`.

    Returns
    -------
    credits : ndarray of shape (n,)
        0 or 1; between them if the true class is tied with others.

    Examples
    --------
    >>> import numpy as np
    >>> top_2_credits(np.array([1, 1]), np.array([[0.9, 0.1, 0.0], [1.0, 0.0, 0.0]])).tolist()
    [1.0, 0.5]
    """
    own = scores[np.arange(len(scores)), y_true][:, None]
    places = 2 - (scores > own).sum(axis=1)
    shares: NDArray[np.float64] = np.clip(places / (scores == own).sum(axis=1), 0.0, 1.0)
    return shares


def rejection_cuts(
    is_right: NDArray[np.bool_], margin: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many images each threshold keeps, and how many of those are wrong.

    Images are rejected by the difference of their two highest scores, smallest first; images with equal differences are
    rejected together, as no threshold separates them (LeCun et al. 1998, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86, section III).

    Parameters
    ----------
    is_right : ndarray of shape (n,), bool
        Which images are classified correctly.
    margin : ndarray of shape (n,)
        As returned by `margins`.

    Returns
    -------
    kept, wrong : ndarray of shape (n_thresholds,), int64
        From fewest kept images to all.

    Examples
    --------
    >>> import numpy as np
    >>> kept, wrong = rejection_cuts(np.array([True, True, False, True]), np.array([0.9, 0.8, 0.1, 0.1]))
    >>> kept.tolist(), wrong.tolist()
    ([1, 2, 4], [0, 0, 1])
    """
    order = np.argsort(-margin, kind="stable")
    is_cut = np.append(np.diff(margin[order]) != 0, True)
    return np.flatnonzero(is_cut) + 1, np.cumsum(~is_right[order])[is_cut]


def rejected_share(
    kept: NDArray[np.int64], wrong: NDArray[np.int64], error: float = REJECTION_ERROR, least_kept: int = LEAST_KEPT
) -> float | None:
    """Return the smallest share of images to reject so that at most `error` of the rest are wrong; None if impossible.

    The threshold is chosen on the same images for which it is reported. If fewer than `least_kept` images would be
    kept, there is no such share, as their error would not be meaningful.

    Parameters
    ----------
    kept, wrong : ndarray of shape (n_thresholds,), int64
        As returned by `rejection_cuts`.
    error : float, default=0.005
        Allowed share of errors among the images that are kept.
    least_kept : int, default=100
        Minimum number of images to keep.

    Returns
    -------
    share : float or None
        Between 0 and 1; None if no threshold suffices.
    """
    place = rejection_place(kept, wrong, error, least_kept)
    return None if place is None else float(1 - kept[place] / kept[-1])


def rejection_place(
    kept: NDArray[np.int64], wrong: NDArray[np.int64], error: float = REJECTION_ERROR, least_kept: int = LEAST_KEPT
) -> int | None:
    """Return the index of the threshold used by `rejected_share`; None if there is none.

    Parameters
    ----------
    kept, wrong : ndarray of shape (n_thresholds,), int64
        As returned by `rejection_cuts`.
    error : float, default=0.005
        Allowed share of errors among the images that are kept.
    least_kept : int, default=100
        Minimum number of images to keep.

    Returns
    -------
    place : int or None
        Index of the threshold in `kept`; None if none suffices.
    """
    enough = np.flatnonzero((wrong <= error * kept) & (kept >= least_kept))
    return int(enough[-1]) if len(enough) else None


def reliability(is_right: NDArray[np.bool_], confidence: NDArray[np.float64], n_bins: int = N_BINS) -> Reliability:
    """Sort images into bins of equal width by the probability of their predicted class.

    Parameters
    ----------
    is_right : ndarray of shape (n,), bool
        Which images are classified correctly.
    confidence : ndarray of shape (n,)
        Between 0 and 1.
    n_bins : int, default=15
        Number of confidence bins.

    Returns
    -------
    reliability : Reliability
        By bin.

    Examples
    --------
    >>> import numpy as np
    >>> bins = reliability(np.array([True, False]), np.array([0.9, 0.8]), n_bins=2)
    >>> bins.counts.tolist(), round(bins.calibration_error, 2)
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

    Parameters
    ----------
    y_true : ndarray of shape (n,), int64
        Indices of classes.
    shares : ndarray of shape (n, n_classes)
        Probabilities, as returned by `shares_of`.

    Returns
    -------
    score : float
        Between 0 and 2.
    """
    truth = np.eye(shares.shape[1])[y_true]
    return float(((shares - truth) ** 2).sum(axis=1).mean())
