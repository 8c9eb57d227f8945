"""Compact summary of class scores for storage."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

from hdr_bench.records.predictions import ClassCurve, Predictions, ScoreSummary
from hdr_bench.records.scores import (
    class_scores,
    margins,
    rejection_cuts,
    rejection_place,
    reliability,
    shares_of,
    top_2_credits,
)

N_GROUPS = 40
"""Maximum number of thresholds stored for a class's curve."""

N_THRESHOLDS = 120
"""Maximum number of thresholds stored for a rejection curve, equal to the number drawn in its figure."""

CONFIDENCE_STEPS = 100
AREA_DECIMALS = 6


def summarize_scores(predictions: Predictions, n_classes: int) -> ScoreSummary | None:
    """Return a summary of the class scores; None for a method without class scores.

    Parameters
    ----------
    predictions : Predictions
        Predictions for the test part.
    n_classes : int
        Number of classes in the data set.

    Returns
    -------
    summary : ScoreSummary or None
        None without class scores.
    """
    scores = class_scores(predictions, n_classes)
    if scores is None:
        return None
    y_true, is_right = predictions.y_true, predictions.is_right
    kept, wrong = _thresholds(*rejection_cuts(is_right, margins(scores)))
    shares = shares_of(predictions)
    own = scores[np.arange(len(scores)), predictions.y_pred]
    confidence = rankdata(own) / len(own) if shares is None else shares[np.arange(len(own)), predictions.y_pred]
    steps = np.rint(CONFIDENCE_STEPS * confidence[~is_right]) / CONFIDENCE_STEPS
    present = np.unique(y_true)
    return ScoreSummary(
        top_2=top_2_credits(y_true, scores),
        kept=kept,
        wrong=wrong,
        confidence=steps,
        reliability=None if shares is None else reliability(is_right, confidence),
        curves={int(code): class_curve(y_true == code, scores[:, code]) for code in present if len(present) > 1},
    )


def class_curve(is_class: NDArray[np.bool_], scores: NDArray[np.float64]) -> ClassCurve:
    """Return how well scores separate one class from all others, with at most `N_GROUPS` thresholds.

    Parameters
    ----------
    is_class : ndarray of shape (n,), bool
        Whether an image is of the class; both values must occur.
    scores : ndarray of shape (n,)
        Scores of the class.

    Returns
    -------
    curve : ClassCurve
        For ROC and precision-recall.
    """
    order = np.argsort(-scores, kind="stable")
    is_cut = np.append(np.diff(scores[order]) != 0, True)
    found = np.cumsum(is_class[order])[is_cut]
    mistaken = np.cumsum(~is_class[order])[is_cut]
    chosen = _select_thresholds(found / found[-1], mistaken / mistaken[-1])
    return ClassCurve(
        positives=np.diff(found[chosen], prepend=0),
        negatives=np.diff(mistaken[chosen], prepend=0),
        auc=round(float(roc_auc_score(is_class, scores)), AREA_DECIMALS),
        average_precision=round(float(average_precision_score(is_class, scores)), AREA_DECIMALS),
    )


def _select_thresholds(found: NDArray[np.float64], mistaken: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the thresholds to keep: where the curve turns, evenly along it, and denser where few are mistaken."""
    up, across = np.diff(found, prepend=0), np.diff(mistaken, prepend=0)
    # Between two steps in the same direction, straight up or across, the curve does not turn.
    goes_on = ((up[:-1] == 0) & (up[1:] == 0)) | ((across[:-1] == 0) & (across[1:] == 0))
    turns = np.flatnonzero(np.append(~goes_on, True))
    if len(turns) <= N_GROUPS:
        return turns
    along = found[turns] + np.sqrt(mistaken[turns])
    evenly = np.searchsorted(along, np.linspace(along[0], along[-1], N_GROUPS))
    return turns[np.unique(evenly)]


def _thresholds(kept: NDArray[np.int64], wrong: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rejection thresholds to keep: evenly over the images, and the one used for the score."""
    chosen = np.searchsorted(kept, np.linspace(kept[0], kept[-1], N_THRESHOLDS))
    named = rejection_place(kept, wrong)
    places = np.unique([*chosen, *(() if named is None else (named,))])
    return kept[places], wrong[places]
