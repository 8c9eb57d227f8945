"""Predictions of a model from a file for a data set."""

from dataclasses import dataclass

from hdr_bench.records.predictions import Predictions


@dataclass(frozen=True)
class OwnScore:
    """Accuracy that a model's card reports.

    Attributes
    ----------
    dataset : str
        What it was found on.
    n_images : int
    accuracy : float
        Share of the images that are right.
    """

    dataset: str
    n_images: int
    accuracy: float


@dataclass(frozen=True, eq=False)
class EvaluatedModel:
    """A fitted model on a data set.

    Attributes
    ----------
    model : str
        What tables call the model.
    dataset : str
        What tables call the data set.
    predictions : Predictions or None
        Of its images; None if the model cannot be evaluated on them.
    own : OwnScore or None
        What the model's card reports; None if it has no score.
    problem : str
        Why there are no predictions.
    notes : tuple of str
        What a reader must know: images that the model learned from, another polarity or range.
    data_notes : tuple of str
        What a reader must know of the data set, whatever the model.
    """

    model: str
    dataset: str
    predictions: Predictions | None = None
    own: OwnScore | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()
    data_notes: tuple[str, ...] = ()
