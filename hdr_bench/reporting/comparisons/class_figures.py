"""Figures of one class: precision, recall, F1, and the number of correct images, of each trial of a method."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support

from hdr_bench.records.metric_types import Metric
from hdr_bench.records.predictions import Predictions
from hdr_bench.reporting.run import RunContents


@dataclass(frozen=True)
class ClassValues:
    """Values of a metric of one class.

    Attributes
    ----------
    values : tuple of float
        One per trial with predictions: shares, or numbers of images.
    n_images : int
        Number of images of the class that a trial is evaluated on.
    """

    values: tuple[float, ...]
    n_images: int


def class_values(contents: RunContents, label: str, metric: Metric, class_name: str) -> ClassValues | None:
    """Return a metric of one class for each trial of a row.

    Parameters
    ----------
    contents : RunContents
        The run.
    label : str
        What tables call the row.
    metric : Metric
        A metric of classes.
    class_name : str
        A name from the data set.

    Returns
    -------
    found : ClassValues or None
        None if the data have no such class, or if predictions of a trial cannot be read.

    Raises
    ------
    UnknownNameError
        If the run has no such row.
    StoreError
        If all of its trials failed.
    """
    pairs = contents.predictions_of(label)
    if not pairs or len(pairs) < len(contents.good_records(label)):
        return None
    names = pairs[0][0].class_names
    if class_name not in names:
        return None
    code = names.index(class_name)
    values = tuple(_value(metric, predictions, code) for _, predictions in pairs)
    return ClassValues(values, int(np.count_nonzero(pairs[0][1].y_true == code)))


def correct_counts(contents: RunContents, label: str) -> dict[str, float]:
    """Return the number of correct images of each class, which is the diagonal of the confusion matrix.

    Parameters
    ----------
    contents : RunContents
        The run.
    label : str
        What tables call the row.

    Returns
    -------
    counts : dict of str to float
        Mean over the trials by class name, in the order of the data set; empty if no predictions can be read.

    Raises
    ------
    UnknownNameError
        If the run has no such row.
    StoreError
        If all of its trials failed.
    """
    pairs = contents.predictions_of(label)
    if not pairs:
        return {}
    names = pairs[0][0].class_names
    diagonals = [_diagonal(predictions, len(names)) for _, predictions in pairs]
    return dict(zip(names, np.mean(diagonals, axis=0).tolist(), strict=True))


def _diagonal(predictions: Predictions, n_classes: int) -> NDArray[np.int64]:
    return np.bincount(predictions.y_true[predictions.is_right], minlength=n_classes)


def _value(metric: Metric, predictions: Predictions, code: int) -> float:
    if metric.kind == "count":
        return float(_diagonal(predictions, code + 1)[code])
    found = precision_recall_fscore_support(predictions.y_true, predictions.y_pred, labels=[code], zero_division=0)
    named = dict(zip(("class_precision", "class_recall", "class_f1"), found, strict=False))
    return float(named[metric.column][0])
