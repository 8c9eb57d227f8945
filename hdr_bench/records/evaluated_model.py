"""Predictions of a model from a file for a data set."""

from dataclasses import dataclass

from hdr_bench.records.predictions import Predictions


@dataclass(frozen=True)
class OwnScore:
    """Accuracy reported in a model's card.

    Attributes
    ----------
    dataset : str
        Data set that it was measured on.
    n_images : int
    accuracy : float
        Fraction of correctly classified images.
    """

    dataset: str
    n_images: int
    accuracy: float


@dataclass(frozen=True, eq=False)
class EvaluatedModel:
    """Evaluation of a fitted model on a data set.

    Attributes
    ----------
    model : str
        Name of the model in tables.
    dataset : str
        Name of the data set in tables.
    predictions : Predictions or None
        Predictions for its images; None if the model cannot be evaluated on them.
    own : OwnScore or None
        Score in the model's card; None if it has none.
    problem : str
        Reason why there are no predictions.
    notes : tuple of str
        Notes for readers: images that the model learned from, or a different polarity or range.
    data_notes : tuple of str
        Notes on the data set, independent of the model.
    """

    model: str
    dataset: str
    predictions: Predictions | None = None
    own: OwnScore | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()
    data_notes: tuple[str, ...] = ()
