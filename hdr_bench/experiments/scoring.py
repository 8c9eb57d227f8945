"""How good predictions are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, log_loss, precision_recall_fscore_support

from hdr_bench.datasets import Part
from hdr_bench.experiments.confidence import (
    brier_score,
    class_scores,
    margins,
    rejected_share,
    rejection_cuts,
    reliability,
    shares_of,
    top_2_credits,
)
from hdr_bench.experiments.model import last_step
from hdr_bench.experiments.result import Predictions, Scores


def read_predictions(model: object, test: Part, y_pred: NDArray[np.generic], n_classes: int) -> Predictions:
    """Return a fitted model's predictions for the images it is judged on, with its scores of each class."""
    y_true, labels = np.asarray(test.y), y_pred.astype(np.int64)
    if hasattr(model, "predict_proba"):
        shares = np.zeros((len(test), n_classes), np.float32)
        # A class that the training part lacks has no column of its own.
        shares[:, model.classes_.astype(np.intp)] = model.predict_proba(test.X)  # type: ignore[attr-defined]  # scikit-learn's
        return Predictions(y_true, labels, probabilities=shares)
    if not hasattr(model, "decision_function"):
        return Predictions(y_true, labels)
    with _in_pairs(model) as is_in_pairs:
        decisions = np.asarray(model.decision_function(test.X), np.float32)
    if is_in_pairs:
        decisions = _of_classes(decisions, model.classes_.astype(np.intp), n_classes)  # type: ignore[attr-defined]  # as above
    return Predictions(y_true, labels, decisions=decisions)


@contextmanager
def _in_pairs(model: Any) -> Iterator[bool]:
    """Let a support vector machine of scikit-learn's give its decisions between pairs of classes, while this lasts.

    Its own scores of more than two classes are votes, with a sum of the decisions squeezed in between: the two highest
    differ by about one vote for nearly every image, which tells nothing of how sure it is.
    """
    last = last_step(model)
    machine = getattr(last, "svc_", last)
    if not hasattr(machine, "decision_function_shape") or len(last.classes_) <= 2:
        yield False
        return
    before = machine.decision_function_shape
    machine.decision_function_shape = "ovo"
    try:
        yield True
    finally:
        machine.decision_function_shape = before


def _of_classes(pairs: NDArray[np.float32], classes: NDArray[np.intp], n_classes: int) -> NDArray[np.float32]:
    """Return for each class its smallest decision against another one, from those of all pairs in their order."""
    smallest = np.full((len(pairs), n_classes), np.inf, np.float32)
    rows, columns = np.triu_indices(len(classes), 1)
    for place, (one, other) in enumerate(zip(classes[rows], classes[columns], strict=True)):
        smallest[:, one] = np.minimum(smallest[:, one], pairs[:, place])
        smallest[:, other] = np.minimum(smallest[:, other], -pairs[:, place])
    # A class that the training part lacks is never meant.
    return np.where(np.isinf(smallest), pairs.min() - abs(pairs).max() - 1, smallest)


def score(predictions: Predictions, n_classes: int) -> Scores:
    """Judge predictions by the class alone, and by scores of classes and probabilities where there are any."""
    y_true, y_pred = predictions.y_true, predictions.y_pred
    labels = np.arange(n_classes)
    precision, recall, f1, _ = precision_recall_fscore_support(
        y_true, y_pred, labels=labels, average="macro", zero_division=0
    )
    return Scores(
        accuracy=float(accuracy_score(y_true, y_pred)),
        precision=float(precision),
        recall=float(recall),
        f1=float(f1),
        **_by_scores(predictions, n_classes),
        **_by_probabilities(predictions, labels),
    )


def _by_scores(predictions: Predictions, n_classes: int) -> dict[str, float | None]:
    scores = class_scores(predictions, n_classes)
    if scores is None:
        return {}
    cuts = rejection_cuts(predictions.is_right, margins(scores))
    top_2 = float(top_2_credits(predictions.y_true, scores).mean()) if n_classes > 2 else None
    return {"rejection": rejected_share(*cuts), "top_2_accuracy": top_2}


def _by_probabilities(predictions: Predictions, labels: NDArray[np.intp]) -> dict[str, float | None]:
    # A network that diverged has none that are finite; it keeps its accuracy.
    shares = shares_of(predictions)
    if shares is None:
        return {"log_loss": None}
    y_true, y_pred = predictions.y_true, predictions.y_pred
    confidence = shares[np.arange(len(y_pred)), y_pred]
    return {
        "log_loss": float(log_loss(y_true, shares, labels=labels)),
        "brier_score": brier_score(y_true, shares),
        "calibration_error": reliability(y_true == y_pred, confidence).calibration_error,
    }
