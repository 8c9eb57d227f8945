"""What a method reaches that does not look at the images: the share of the most frequent class."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.intervals import score_interval

NAME = "Most frequent class"
"""What tables call the baseline; of several data sets the name follows, of folds beside a test part "folds"."""


@dataclass(frozen=True)
class Baseline:
    """The best that one and the same answer for every image can reach on a test set.

    Attributes
    ----------
    label : str
        What tables call it.
    labels : tuple of str
        The rows that were evaluated on the same images.
    answer : str
        The class that is most frequent among the test images.
    n_test : int
        Test images.
    accuracy, low, high : float
        Share of that class, with its 95 % interval.
    """

    label: str
    labels: tuple[str, ...]
    answer: str
    n_test: int
    accuracy: float
    low: float
    high: float


def most_frequent_classes(contents: RunContents) -> tuple[Baseline, ...]:
    """Return the baseline of each set of test images, from the labels that are stored with predictions.

    Images on which a dummy of the suite was evaluated have none: the dummy is it.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    baselines : tuple of Baseline
        One per set of test images that have stored labels, in the suite's order.
    """
    dummies = set(contents.summary.loc[contents.summary["is_dummy"], "case"])
    sets: dict[tuple[str, bool, int], list[str]] = {}
    found: dict[tuple[str, bool, int], tuple[str, Result, NDArray[np.int64]]] = {}
    for label, record, y_true in _stored_labels(contents):
        images = (record.trial.fingerprint, record.trial.is_on_test_part, len(y_true))
        sets.setdefault(images, []).append(label)
        found.setdefault(images, (record.trial.dataset.name, record, y_true))
    several = len({name for name, _, _ in found.values()}) > 1
    are_mixed = len({is_on_test_part for _, is_on_test_part, _ in found}) > 1

    def name_of(dataset: str, is_on_test_part: bool) -> str:
        kinds = [dataset] if several else []
        kinds += ["folds"] if are_mixed and not is_on_test_part else []
        return f"{NAME}: {', '.join(kinds)}" if kinds else NAME

    return tuple(
        _baseline(name_of(name, images[1]), tuple(sets[images]), record, y_true)
        for images, (name, record, y_true) in found.items()
        if dummies.isdisjoint(sets[images])
    )


def _stored_labels(contents: RunContents) -> Iterator[tuple[str, Result, NDArray[np.int64]]]:
    """Give each row that has predictions with its first trial, and the true classes of its test images."""
    for label in contents.labels:
        trials = contents.predictions_of(label)
        if not trials:
            continue
        record, predictions = trials[0]
        y_true = _true_classes(record, predictions, trials)
        if len(y_true):
            yield label, record, y_true


def _true_classes(
    record: Result, predictions: Predictions, trials: list[tuple[Result, Predictions]]
) -> NDArray[np.int64]:
    """Return the true classes of a row's test images; of folds, those of one repeat, which hold each image once."""
    if record.trial.is_on_test_part:
        return predictions.y_true
    return np.concatenate([found.y_true for each, found in trials if each.trial.seed == record.trial.seed])


def _baseline(name: str, labels: tuple[str, ...], record: Result, y_true: NDArray[np.int64]) -> Baseline:
    counts = np.bincount(y_true)
    n_test, most = len(y_true), int(counts.argmax())
    accuracy = float(counts[most]) / n_test
    low, high = score_interval(accuracy, n_test)
    return Baseline(name, labels, record.class_names[most], n_test, accuracy, low, high)
