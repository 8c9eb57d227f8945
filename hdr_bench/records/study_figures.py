"""Figures that a study's claim can be judged by."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from hdr_bench.records.courses import course_columns
from hdr_bench.records.metric_types import Part

Epochs = Sequence[Mapping[str, float | None]]
"""History of a network, an entry for each epoch."""


@dataclass(frozen=True)
class StudyFigure:
    """A figure that a study's claim can be judged by.

    Attributes
    ----------
    words : str
        What it is, in a sentence, without an article.
    head : str
        Head of its column.
    kind : {"share", "loss"}
        Unit, and the margin within which two levels count as alike.
    better : {"higher", "lower"}
        Direction in which a level is better.
    of_epochs : callable or None
        Takes a network's history, with at least one epoch, and returns the figure; NaN if it is not recorded. None for
        the accuracy, which is compared over images and seeds.
    """

    words: str
    head: str
    kind: Literal["share", "loss"]
    better: Literal["higher", "lower"]
    of_epochs: Callable[[Epochs], float] | None = None


def _curve(epochs: Epochs, quantity: str, part: Part) -> list[float]:
    column = course_columns(quantity)[part]
    values = [epoch.get(column) for epoch in epochs]
    return [math.nan if value is None else value for value in values]


def _mean_accuracy(epochs: Epochs) -> float:
    return sum(_curve(epochs, "accuracy", "validation")) / len(epochs)


def _loss(epochs: Epochs) -> float:
    return _curve(epochs, "loss", "validation")[-1]


def _train_loss(epochs: Epochs) -> float:
    return _curve(epochs, "loss", "train")[-1]


def _gap(epochs: Epochs) -> float:
    train, held_out = (_curve(epochs, "accuracy", part)[-1] for part in ("train", "validation"))
    return abs(train - held_out)


def _largest_decrease(epochs: Epochs) -> float:
    curve = _curve(epochs, "accuracy", "validation")
    falls = [before - after for before, after in pairwise(curve)]
    return math.nan if any(map(math.isnan, curve)) else max([0.0, *falls])


STUDY_FIGURES: dict[str, StudyFigure] = {
    "accuracy": StudyFigure("accuracy on the held-out images", "Accuracy (%)", "share", "higher"),
    "mean_accuracy": StudyFigure(
        "mean held-out accuracy over the epochs", "Mean over epochs (%)", "share", "higher", _mean_accuracy
    ),
    "loss": StudyFigure("held-out loss after the last epoch", "Held-out loss, last epoch", "loss", "lower", _loss),
    "train_loss": StudyFigure(
        "training loss in the last epoch", "Training loss, last epoch", "loss", "lower", _train_loss
    ),
    "gap": StudyFigure(
        "difference between training and held-out accuracy in the last epoch", "Gap (points)", "share", "lower", _gap
    ),
    "largest_decrease": StudyFigure(
        "largest decrease in held-out accuracy from one epoch to the next",
        "Largest decrease (points)",
        "share",
        "lower",
        _largest_decrease,
    ),
}
"""By the name that a suite gives them."""
