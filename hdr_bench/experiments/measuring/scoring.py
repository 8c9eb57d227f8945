"""Scores of predictions."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, log_loss, precision_recall_fscore_support

from hdr_bench.datasets import Part
from hdr_bench.error_text import describe_error
from hdr_bench.estimators.foreign.calls import read_attribute
from hdr_bench.exceptions import ContradictionWarning, LeftOutScoresWarning, PredictionsError, UnknownClassesWarning
from hdr_bench.experiments.measuring.answers import (
    check_classes,
    check_decisions,
    check_labels,
    check_probabilities,
    count_columns,
    n_pairs,
)
from hdr_bench.experiments.measuring.memory import is_out_of_memory
from hdr_bench.experiments.planning.models import last_step
from hdr_bench.records.measurements import Scores
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.scores import (
    MOST_CONTRADICTED,
    brier_score,
    class_scores,
    contradicted_share,
    margins,
    rejected_share,
    rejection_cuts,
    reliability,
    shares_of,
    top_2_credits,
)

_SCORES = ("predict_proba", "decision_function")
"""Methods that return class scores, in order of preference."""


def read_predictions(model: Any, test: Part, y_pred: Any, n_classes: int) -> Predictions:
    """Return a fitted model's checked predictions for the images it is evaluated on, with class scores.

    Scores are left out if they contradict the predicted classes, if the classes of their columns are unknown, or if the
    method raises an error; decision values are then used instead, if there are any.

    Parameters
    ----------
    model : estimator
        Fitted.
    test : Part
        The images that the model is evaluated on.
    y_pred : array-like of shape (n_images,)
        What `predict` returned for them.
    n_classes : int

    Returns
    -------
    predictions : Predictions

    Raises
    ------
    PredictionsError
        If they are not one class per image, or not class scores.

    Warns
    -----
    ContradictionWarning
        If scores and predictions contradict each other: columns in another order than `classes_`, or a method that
        chooses by more than its scores.
    UnknownClassesWarning
        If the model has no `classes_` that identifies the classes of its columns.
    LeftOutScoresWarning
        If the method that returns scores fails.
    """
    y_true, labels = np.asarray(test.y), check_labels(y_pred, len(test), n_classes)
    bare = Predictions(y_true, labels)
    names = [name for name in _SCORES if callable(read_attribute(model, name))]
    classes = _classes_of(model, n_classes, names[0]) if names else None
    if classes is None:
        return bare
    with _in_pairs(model, classes) as is_in_pairs:
        method, scores = next(_answers(model, names, test.X), ("", None))
    if not method or _is_of_other_classes(scores, classes, method):
        return bare
    if method == "predict_proba":
        shares = np.zeros((len(test), n_classes), np.float32)
        # A class missing from the training part has no column.
        shares[:, classes] = check_probabilities(scores, len(test), len(classes))
        return _without_contradiction(Predictions(y_true, labels, probabilities=shares), n_classes, method)
    decisions = check_decisions(scores, len(test), len(classes))
    if is_in_pairs and decisions.shape == (len(test), n_pairs(len(classes))):
        decisions = _of_classes(decisions, classes, n_classes)
    elif len(classes) == n_classes and decisions.shape in {(len(test),), (len(test), n_classes)}:
        decisions = _in_ascending_order(decisions, classes)
    else:
        # Decisions between pairs in an order known only to the method, or for too few classes.
        return bare
    return _without_contradiction(Predictions(y_true, labels, decisions=decisions), n_classes, method)


def _answers(model: Any, names: list[str], X: Any) -> Iterator[tuple[str, Any]]:
    """Yield the results of the methods `names` that succeed; a warning reports the error of one that does not."""
    for name in names:
        try:
            scores = getattr(model, name)(X)
        except NotImplementedError:
            # This is how a class declares that it has the method in name only.
            continue
        except (Exception, SystemExit) as error:
            # The memory limit of the trial covers everything that is asked of its method.
            if is_out_of_memory(error):
                raise
            text = f"the scores of {name} are left out, as it raised {describe_error(error)}"
            warnings.warn(text, LeftOutScoresWarning, stacklevel=3)
            continue
        yield name, scores


def _is_of_other_classes(scores: Any, classes: NDArray[np.int64], method: str) -> bool:
    """Return whether scores have more columns than `classes_` has classes, with a warning if so."""
    n_columns, n_known = count_columns(scores, method), len(classes)
    if n_columns <= n_known or (method == "decision_function" and n_columns == n_pairs(n_known)):
        return False
    _warn_of_classes(method, f"classes_ has {n_known} classes for {n_columns} columns")
    return True


def _without_contradiction(found: Predictions, n_classes: int, method: str) -> Predictions:
    """Return predictions without scores if their maximum is too often at another class than the predicted one.

    The trial does not fail, as some methods choose otherwise by design, e.g. scikit-learn's `FixedThresholdClassifier`.
    Anything computed from such scores would not apply to the predictions.
    """
    share = contradicted_share(found, n_classes)
    if share <= MOST_CONTRADICTED:
        return found
    warnings.warn(
        f"for {100 * share:.1f} % of the images {method} has its highest value at another class than predict returns; "
        f"at most {100 * MOST_CONTRADICTED:.0f} % are allowed, as with calibrated support vector machines. Everything "
        "computed from these scores is left out (top-2 accuracy, rejection, log loss, Brier score, calibration, "
        "curves); put the columns in the order of classes_, unless the method chooses otherwise by design",
        ContradictionWarning,
        stacklevel=2,
    )
    return Predictions(found.y_true, found.y_pred)


def _classes_of(model: Any, n_classes: int, method: str) -> NDArray[np.int64] | None:
    """Return the classes of the score columns; None, with a warning, if the model does not provide them."""
    classes = read_attribute(model, "classes_")
    try:
        if classes is None:
            raise PredictionsError("there is no classes_")
        return check_classes(classes, n_classes)
    except PredictionsError as error:
        _warn_of_classes(method, str(error))
        return None


def _warn_of_classes(method: str, reason: str) -> None:
    warnings.warn(
        f"the scores of {method} are left out, as the classes of their columns are unknown: {reason}; "
        "fit must set classes_ to the labels of the columns",
        UnknownClassesWarning,
        stacklevel=4,
    )


def _in_ascending_order(decisions: NDArray[np.float32], classes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return decision values for all classes in class order, whatever the order of `classes_`."""
    if decisions.ndim == 1:
        return decisions if classes[0] < classes[1] else -decisions
    return decisions[:, np.argsort(classes)]


@contextmanager
def _in_pairs(model: Any, classes: NDArray[np.int64]) -> Iterator[bool]:
    """Let a scikit-learn support vector machine return its pairwise decisions while the block lasts.

    For more than two classes, its own scores are votes plus a small term from the summed decisions: the two highest
    differ by about one vote for nearly every image, which says nothing about its confidence.
    """
    last = last_step(model)
    inner = read_attribute(last, "svc_")
    machine = last if inner is None else inner
    shape = read_attribute(machine, "decision_function_shape")
    if not isinstance(shape, str) or shape not in {"ovo", "ovr"} or len(classes) <= 2:
        yield False
        return
    before = machine.decision_function_shape
    try:
        machine.decision_function_shape = "ovo"
    except Exception:  # noqa: BLE001  # a class of another library may refuse the change
        yield False
        return
    try:
        yield True
    finally:
        machine.decision_function_shape = before


def _of_classes(pairs: NDArray[np.float32], classes: NDArray[np.int64], n_classes: int) -> NDArray[np.float32]:
    """Return for each class its smallest decision against any other, from the decisions for all pairs in order."""
    smallest = np.full((len(pairs), n_classes), np.inf, np.float32)
    rows, columns = np.triu_indices(len(classes), 1)
    for place, (one, other) in enumerate(zip(classes[rows], classes[columns], strict=True)):
        smallest[:, one] = np.minimum(smallest[:, one], pairs[:, place])
        smallest[:, other] = np.minimum(smallest[:, other], -pairs[:, place])
    # A class missing from the training part is never predicted.
    return np.where(np.isinf(smallest), pairs.min() - abs(pairs).max() - 1, smallest)


def score(predictions: Predictions, n_classes: int) -> Scores:
    """Return the scores of predictions: by class, and by class scores and probabilities if there are any.

    Parameters
    ----------
    predictions : Predictions
    n_classes : int

    Returns
    -------
    scores : Scores
    """
    values: dict[str, float | None] = {}
    for compute in COMPUTATIONS:
        values |= compute(predictions, n_classes)
    return Scores.model_validate(values)


def _by_class(predictions: Predictions, n_classes: int) -> dict[str, float | None]:
    y_true, y_pred = predictions.y_true, predictions.y_pred
    precision, recall, f1, _ = precision_recall_fscore_support(
        y_true, y_pred, labels=np.arange(n_classes), average="macro", zero_division=0
    )
    accuracy = float(accuracy_score(y_true, y_pred))
    return {"accuracy": accuracy, "precision": float(precision), "recall": float(recall), "f1": float(f1)}


def _by_scores(predictions: Predictions, n_classes: int) -> dict[str, float | None]:
    scores = class_scores(predictions, n_classes)
    if scores is None:
        return {}
    cuts = rejection_cuts(predictions.is_right, margins(scores))
    top_2 = float(top_2_credits(predictions.y_true, scores).mean()) if n_classes > 2 else None
    return {"rejection": rejected_share(*cuts), "top_2_accuracy": top_2}


def _by_probabilities(predictions: Predictions, n_classes: int) -> dict[str, float | None]:
    shares, labels = shares_of(predictions), np.arange(n_classes)
    if shares is None:
        return {"log_loss": None}
    y_true, y_pred = predictions.y_true, predictions.y_pred
    confidence = shares[np.arange(len(y_pred)), y_pred]
    return {
        "log_loss": float(log_loss(y_true, shares, labels=labels)),
        "brier_score": brier_score(y_true, shares),
        "calibration_error": reliability(y_true == y_pred, confidence).calibration_error,
    }


Computation = Callable[[Predictions, int], Mapping[str, float | None]]

COMPUTATIONS: tuple[Computation, ...] = (_by_class, _by_scores, _by_probabilities)
"""Functions that compute scores from predictions and the number of classes, each returning some by column.

The columns are those with the source "scores" in `hdr_bench.records.metrics.METRICS`; a score that does not apply to a
method
is None.
"""
