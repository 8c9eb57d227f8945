"""Digits recognized, and told from what is none."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Answers:
    """What a recognizer says of images.

    Attributes
    ----------
    probabilities : ndarray of shape (n_images, n_classes), float
    scores : ndarray of shape (n_images,), float
        How much like a digit each is.
    accepted : ndarray of shape (n_images,), bool
        Whether each is taken for a digit.
    """

    probabilities: NDArray[np.float64]
    scores: NDArray[np.float64]
    accepted: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Recognizer:
    """A fitted estimator as a reader.

    Attributes
    ----------
    estimator : object
        Fitted on 28x28 images, raw pixels in rows.
    temperature : float
        By which logarithms of its probabilities are divided.
    threshold : float
        Scores from it on are taken for digits.
    name : str
    class_names : tuple of str
    """

    estimator: Any
    temperature: float
    threshold: float
    name: str
    class_names: tuple[str, ...]

    def recognize(self, images: NDArray[np.uint8]) -> Answers:
        """Recognize images.

        Parameters
        ----------
        images : ndarray of shape (n_images, 28, 28), uint8

        Returns
        -------
        answers : Answers
        """
        if not len(images):
            return Answers(np.zeros((0, len(self.class_names))), np.zeros(0), np.zeros(0, bool))
        probabilities = np.asarray(self.estimator.predict_proba(images.reshape(len(images), -1)), np.float64)
        powers = probabilities ** (1 / self.temperature)
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        scores = probabilities.max(axis=1)
        return Answers(probabilities, scores, scores >= self.threshold)


def load_recognizer(model: Any = None) -> Recognizer:
    """Return the reader of a model.

    Parameters
    ----------
    model : Recognizer or estimator
        A reader, which is returned, or a fitted estimator.

    Returns
    -------
    recognizer : Recognizer
    """
    if isinstance(model, Recognizer):
        return model
    return Recognizer(model, 1.0, 0.7, type(model).__name__, tuple(map(str, range(10))))
