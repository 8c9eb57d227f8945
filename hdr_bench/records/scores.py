"""What the scores of classes tell beside the class itself, and what of it figures and scores are made of."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.predictions import Predictions, Reliability

REJECTION_ERROR = 0.005
"""Error on the images that are not refused, at which LeCun et al. (1998) compare methods."""

MOST_CONTRADICTED = 0.05
"""Share of images whose predicted class may have a lower score than another one, as with calibrated SVMs."""

LEAST_KEPT = 100
"""Images that a rejection must leave, for its error to mean something."""

N_BINS = 15
"""Bins of confidence, as Guo et al. (2017) take."""


def class_scores(predictions: Predictions, n_classes: int) -> NDArray[np.float64] | None:
    """Return a score of each class for each image, the higher the likelier.

    Probabilities where there are any, else decision values; of a method for two classes, with the one value that it
    gives in both columns.

    Parameters
    ----------
    predictions : Predictions
        Of the test part.
    n_classes : int
        Classes of the data set.

    Returns
    -------
    scores : ndarray of shape (n, n_classes), or None
        None where the method gives none, they are not finite, or they are no scores of classes: other columns, or too
        many images whose predicted class has not the highest. A trial keeps no scores of the last kind, but results of
        earlier formats do.
    """
    scores = _in_columns(predictions, n_classes)
    return scores if scores is not None and _contradiction_share(scores, predictions) <= MOST_CONTRADICTED else None


def contradicted_share(predictions: Predictions, n_classes: int) -> float:
    """Return the share of images of which another class has a higher score than the predicted one; 0 without scores.

    Parameters
    ----------
    predictions : Predictions
        Of the test part.
    n_classes : int
        Classes of the data set.

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
    """Return scores that are finite with a column for each class; None for none."""
    found = predictions.probabilities if predictions.probabilities is not None else predictions.decisions
    if found is None or not np.isfinite(found).all():
        return None
    scores = found.astype(np.float64)
    if scores.ndim == 1 and n_classes == 2:
        scores = np.column_stack([-scores, scores])
    return scores if scores.shape == (len(predictions.y_true), n_classes) else None


def shares_of(predictions: Predictions) -> NDArray[np.float64] | None:
    """Return the probabilities as rows of sum 1, shape (n, n_classes); None without finite ones.

    New trials fail if some are not; results of earlier formats may have them, of training that diverged.

    Parameters
    ----------
    predictions : Predictions
        Of the test part.

    Returns
    -------
    shares : ndarray of shape (n, n_classes), or None
        None without finite probabilities.
    """
    found = predictions.probabilities
    if found is None or not np.isfinite(found).all():
        return None
    shares = found.astype(np.float64)
    # float32 shares add up to one only nearly.
    return shares / shares.sum(axis=1, keepdims=True)


def margins(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the difference of the two highest scores of each image: shape (n,).

    Parameters
    ----------
    scores : ndarray of shape (n, n_classes)
        As `class_scores` returns them.

    Returns
    -------
    margins : ndarray of shape (n,)
        At least 0.
    """
    highest = np.partition(scores, -2, axis=1)[:, -2:]
    return highest[:, 1] - highest[:, 0]


def top_2_credits(y_true: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability that the true class is among the two highest scores, equal ones ordered at random.

    Parameters
    ----------
    y_true : ndarray of shape (n,), int64
        Indices of classes.
    scores : ndarray of shape (n, n_classes)
        As `class_scores` returns them.

    Returns
    -------
    credits : ndarray of shape (n,)
        0 or 1; between them where the true class shares its score with others.

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

    Images are refused by the difference of their two highest scores, the smallest first; those of equal difference
    together, since no threshold parts them (LeCun et al. 1998, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86, section III).

    Parameters
    ----------
    is_right : ndarray of shape (n,), bool
        Which images are classified correctly.
    margin : ndarray of shape (n,)
        As `margins` returns it.

    Returns
    -------
    kept, wrong : ndarray of shape (n_thresholds,), int64
        From fewest images kept to all.

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
    """Return the smallest share of images to refuse so that at most `error` of the rest are wrong; None for no such.

    The threshold is chosen on the very images that it is reported for. Where fewer than `least_kept` images would be
    kept there is no such share: their error says too little.

    Parameters
    ----------
    kept, wrong : ndarray of shape (n_thresholds,), int64
        As `rejection_cuts` returns them.
    error : float, default=0.005
        Share of the images that are kept.
    least_kept : int, default=100
        Images.

    Returns
    -------
    share : float or None
        Between 0 and 1; None if no threshold is enough.
    """
    place = rejection_place(kept, wrong, error, least_kept)
    return None if place is None else float(1 - kept[place] / kept[-1])


def rejection_place(
    kept: NDArray[np.int64], wrong: NDArray[np.int64], error: float = REJECTION_ERROR, least_kept: int = LEAST_KEPT
) -> int | None:
    """Return which threshold `rejected_share` is that of; None for none.

    Parameters
    ----------
    kept, wrong : ndarray of shape (n_thresholds,), int64
        As `rejection_cuts` returns them.
    error : float, default=0.005
        Share of the images that are kept.
    least_kept : int, default=100
        Images that must be kept.

    Returns
    -------
    place : int or None
        Of the threshold in `kept`; None if none is enough.
    """
    enough = np.flatnonzero((wrong <= error * kept) & (kept >= least_kept))
    return int(enough[-1]) if len(enough) else None


def reliability(is_right: NDArray[np.bool_], confidence: NDArray[np.float64], n_bins: int = N_BINS) -> Reliability:
    """Sort images into bins of equal width by the probability of the class that they were taken for.

    Parameters
    ----------
    is_right : ndarray of shape (n,), bool
        Which images are classified correctly.
    confidence : ndarray of shape (n,)
        Between 0 and 1.
    n_bins : int, default=15
        Bins of confidence.

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
        Probabilities, as `shares_of` returns them.

    Returns
    -------
    score : float
        Between 0 and 2.
    """
    truth = np.eye(shares.shape[1])[y_true]
    return float(((shares - truth) ** 2).sum(axis=1).mean())
