"""How good predictions are."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, log_loss, precision_recall_fscore_support, top_k_accuracy_score

from hdr_bench.datasets import Part
from hdr_bench.experiments.confidence import (
    brier_score,
    class_scores,
    margins,
    rejected_share,
    reliability,
    shares_of,
)
from hdr_bench.experiments.result import Predictions, Scores


def read_predictions(model: object, test: Part, y_pred: NDArray[np.generic], n_classes: int) -> Predictions:
    """Return a fitted model's predictions for the images it is judged on, with its scores of each class."""
    y_true, labels = np.asarray(test.y), y_pred.astype(np.int64)
    if hasattr(model, "predict_proba"):
        shares = np.zeros((len(test), n_classes), np.float32)
        # A class that the training part lacks has no column of its own.
        shares[:, model.classes_.astype(np.intp)] = model.predict_proba(test.X)  # type: ignore[attr-defined]  # scikit-learn's
        return Predictions(y_true, labels, probabilities=shares)
    if hasattr(model, "decision_function"):
        return Predictions(y_true, labels, decisions=np.asarray(model.decision_function(test.X), np.float32))
    return Predictions(y_true, labels)


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
    is_right = predictions.y_true == predictions.y_pred
    found: dict[str, float | None] = {"rejection": rejected_share(is_right, margins(scores))}
    if n_classes > 2:
        top_2 = top_k_accuracy_score(predictions.y_true, scores, k=2, labels=np.arange(n_classes))
        found["top_2_accuracy"] = float(top_2)
    return found


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
