"""How good predictions are."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, log_loss, precision_recall_fscore_support

from hdr_bench.datasets import Part
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
    """Judge predictions by accuracy, mean precision, recall and F1 over classes, and log loss."""
    y_true, y_pred = predictions.y_true, predictions.y_pred
    labels = np.arange(n_classes)
    precision, recall, f1, _ = precision_recall_fscore_support(
        y_true, y_pred, labels=labels, average="macro", zero_division=0
    )
    loss = None
    # A network that diverged has none that are finite; it keeps its accuracy.
    if predictions.probabilities is not None and np.isfinite(predictions.probabilities).all():
        # float32 shares add up to one only nearly, which scikit-learn warns of.
        shares = predictions.probabilities.astype(np.float64)
        loss = float(log_loss(y_true, shares / shares.sum(axis=1, keepdims=True), labels=labels))
    return Scores(
        accuracy=float(accuracy_score(y_true, y_pred)),
        precision=float(precision),
        recall=float(recall),
        f1=float(f1),
        log_loss=loss,
    )
