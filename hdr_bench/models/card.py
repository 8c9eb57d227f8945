"""Model card: what the model is, what it learned from, how accurate it is, and how it was made."""

import json
import math
from statistics import NormalDist
from typing import Annotated, Any, Self

from pydantic import Field

from hdr_bench.records.base import Record

_CONFIDENCE = 0.95
MOST_CLASSES = 10_000
"""Maximum number of class names in a card."""
_MOST_WEIGHTS = 100_000


class CardStep(Record):
    """Method or transformer as named in a card.

    Attributes
    ----------
    name : str
        Name from `ESTIMATORS` or `TRANSFORMERS`, or a dotted path.
    parameters : dict of str to object
        Parameters that differ from their defaults; values that JSON cannot represent are stored as text.
    """

    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)

    def __str__(self) -> str:
        params = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.name} ({params or 'with its default parameters'})"


class CardData(Record):
    """Data that a model learned from.

    Attributes
    ----------
    name : str
        Name that `load_dataset` accepts.
    fingerprint : str
        SHA-256 of the whole data set's bytes.
    n_train : int
        Number of training images that the model was fitted on.
    date : str
        Year in which the data were published; empty if unknown.
    training_fingerprint : str
        SHA-256 of the training images and labels that the model was fitted on.
    """

    name: str
    fingerprint: str = ""
    n_train: int = Field(ge=0)
    date: str = ""
    training_fingerprint: str = ""


class CardScore(Record):
    """Accuracy on a set of images that the model was not fitted on.

    Attributes
    ----------
    dataset : str
        Data set whose test part it is, or another name of the images.
    n_images : int
    n_errors : int
    accuracy : float
        Fraction of the images that are predicted correctly.
    low, high : float
        95 % interval of the accuracy: Wilson (1927), "Probable inference, the law of succession, and statistical
        inference", Journal of the American Statistical Association 22.
    """

    dataset: str
    n_images: int = Field(ge=1)
    n_errors: int = Field(ge=0)
    accuracy: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)

    @classmethod
    def of_counts(cls, dataset: str, n_images: int, n_errors: int) -> Self:
        """Return the score for a number of errors, with its interval.

        Parameters
        ----------
        dataset : str
        n_images : int
            At least 1.
        n_errors : int

        Returns
        -------
        score : CardScore

        Examples
        --------
        >>> score = CardScore.of_counts("mnist", 10000, 60)
        >>> score.accuracy, round(score.low, 4), round(score.high, 4)
        (0.994, 0.9923, 0.9953)
        """
        share = (n_images - n_errors) / n_images
        squared = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2) ** 2 / n_images
        center = (share + squared / 2) / (1 + squared)
        reach = math.sqrt(squared * (share * (1 - share) + squared / 4)) / (1 + squared)
        low, high = max(center - reach, 0.0), min(center + reach, 1.0)
        return cls(
            dataset=dataset,
            n_images=n_images,
            n_errors=n_errors,
            accuracy=share,
            low=0.0 if share == 0 else min(low, share),
            high=1.0 if share == 1 else max(high, share),
        )


class ReadingNumbers(Record):
    """Numbers that a reader of pictures needs in addition to the model; see `hdr_bench.models.calibration`.

    Attributes
    ----------
    temperature : float
        Divisor of the logarithms of probabilities, or of decision values, before the softmax; above 0.
    threshold : float
        Marks with a lower score are not digits.
    calibrated : bool
        Whether the temperature was fitted, on images that the model had not learned from. Otherwise it is 1:
        probabilities then rank the answers, but do not say how often they are right.
    chosen_on : str
        Images used to choose the numbers; none of them are test data.
    n_images : int
        Number of these images.
    kept : float or None
        Fraction of these images whose score is at least the threshold.
    log_loss : float or None
        Mean log loss of the probabilities on these images, in nats.
    weights : tuple of float
        For a network that has also learned from marks that are not digits: the weights of the output for such marks,
        one per unit of the last hidden layer, then the bias. Empty for all other models, whose score is their largest
        probability.
    """

    temperature: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    threshold: float = Field(default=0.0, allow_inf_nan=False)
    calibrated: bool = False
    chosen_on: str = ""
    n_images: int = Field(default=0, ge=0)
    kept: float | None = Field(default=None, ge=0, le=1)
    log_loss: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    weights: tuple[Annotated[float, Field(allow_inf_nan=False)], ...] = Field(default=(), max_length=_MOST_WEIGHTS)


class CardMachine(Record):
    """Machine that a model was fitted on.

    Attributes
    ----------
    cpu : str
        Model name of the processor.
    architecture : str
    system : str
        Operating system.
    """

    cpu: str = ""
    architecture: str = ""
    system: str = ""


class ModelCard(Record):
    """Card of a model as stored in its file; equal fits on the same machine have equal cards.

    Attributes
    ----------
    method : CardStep
    steps : tuple of CardStep
        Transformers that precede it.
    classes : tuple of str
        Names of the classes, in the order of the model's `classes_`.
    n_features : int or None
        Number of pixels per image; None if the model does not record it.
    image_shape : tuple of int or None
        Height and width, in pixels; None if unknown.
    data : CardData or None
        Data that it learned from.
    scores : tuple of CardScore
        Scores on images that it was not fitted on.
    seed : int or None
        Seed of the fit.
    libraries : dict of str to str
        Versions of this library and of those that the model was fitted with.
    python : str
    machine : CardMachine or None
    command : str
        Command that created the model; empty if unknown.
    reading : ReadingNumbers or None
        Calibration for reading pictures.
    notes : tuple of str
        Further information for users.
    """

    method: CardStep
    steps: tuple[CardStep, ...] = ()
    classes: tuple[str, ...] = Field(default=(), max_length=MOST_CLASSES)
    n_features: int | None = None
    image_shape: tuple[int, int] | None = None
    data: CardData | None = None
    scores: tuple[CardScore, ...] = ()
    seed: int | None = None
    libraries: dict[str, str] = Field(default_factory=dict)
    python: str = ""
    machine: CardMachine | None = None
    command: str = ""
    reading: ReadingNumbers | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """Serialize the card as stored in a file.

        Returns
        -------
        text : bytes
            JSON.
        """
        return (self.model_dump_json(indent=1) + "\n").encode()


def parse_card(text: bytes) -> ModelCard:
    """Parse a card as stored in a file.

    Parameters
    ----------
    text : bytes
        JSON.

    Returns
    -------
    card : ModelCard

    Raises
    ------
    ValueError
        If it is not a valid card.
    """
    return ModelCard.model_validate(json.loads(text))
