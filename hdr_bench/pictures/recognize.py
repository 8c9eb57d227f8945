"""Recognition of single marks: the probability of each digit, and whether the mark is a digit at all."""

import math
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import ModelFileError, PredictionsError, shown
from hdr_bench.pictures.normalize import SIDE

DIGITS = tuple("0123456789")
# Without a fitted threshold, a mark is rejected if the model gives its digit a probability below one half.
_EVEN_CHANCE = 0.5


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers of a recognizer for images.

    Attributes
    ----------
    probabilities : ndarray of shape (n_images, n_classes), float64
        Columns 0 to 9 are the digits, whatever the order of the model's classes; other classes follow. A digit that is
        not among the model's classes has probability 0.
    scores : ndarray of shape (n_images,), float64
        How digit-like each image is; higher is more. The scale depends on the model.
    accepted : ndarray of shape (n_images,), bool
        Whether each is accepted as a digit: it has ink, its score is at least the threshold, and its most probable
        class is a digit.
    """

    probabilities: NDArray[np.float64]
    scores: NDArray[np.float64]
    accepted: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Recognizer:
    """Fitted model that recognizes marks.

    Attributes
    ----------
    estimator : object
        Fitted on 28x28 images, raw pixels in rows, light ink on dark.
    temperature : float
        Divisor of the model's outputs before the softmax.
    threshold : float
        Minimum score for acceptance.
    name : str
        Name of the model in readings.
    class_names : tuple of str
        The digits, then the model's other classes: the columns of the probabilities.
    columns : tuple of int
        Column of each of the model's classes.
    weights : tuple of float
        Weights of the output for marks that are not digits, see `hdr_bench.models.ReadingNumbers`; empty if there is no
        such output. With them, the score is the log ratio of the total probability of the digits to that of this
        output; otherwise it is the largest probability.
        than to that output; otherwise it is the largest probability.
    """

    estimator: Any
    temperature: float
    threshold: float
    name: str
    class_names: tuple[str, ...] = DIGITS
    columns: tuple[int, ...] = tuple(range(10))
    weights: tuple[float, ...] = ()

    def recognize(self, images: NDArray[np.uint8]) -> Answers:
        """Recognize images.

        Parameters
        ----------
        images : ndarray of shape (n_images, 28, 28), uint8
            In MNIST's form, as created by `to_mnist`.

        Returns
        -------
        answers : Answers

        Raises
        ------
        PredictionsError
            If the number of probabilities differs from the number of the model's classes.
        """
        from hdr_bench.models.calibration import outputs_of, scale_outputs

        if not len(images):
            return Answers(np.zeros((0, len(self.class_names))), np.zeros(0), np.zeros(0, bool))
        rows = images.reshape(len(images), -1)
        if self.weights:
            outputs, scores = compare_with_marks(self.estimator, rows, self.weights)
        else:
            outputs, scores = outputs_of(self.estimator, rows), None
        if outputs.shape[1] != len(self.columns):
            raise PredictionsError(
                f"{self.name} returned {outputs.shape[1]} probabilities per image, but has {len(self.columns)} classes"
            )
        shares = scale_outputs(outputs, self.temperature)
        scores = shares.max(axis=1) if scores is None else scores
        probabilities = np.zeros((len(images), len(self.class_names)))
        probabilities[:, list(self.columns)] = shares
        is_digit = (probabilities.argmax(axis=1) < len(DIGITS)) & rows.any(axis=1)
        return Answers(probabilities, scores, (scores >= self.threshold) & is_digit)


def load_recognizer(model: Any = None, *, trust: bool = False) -> Recognizer:
    """Create a recognizer from a model.

    Parameters
    ----------
    model : path, estimator, Recognizer or None, default=None
        A file written by `save_model`, with its temperature and threshold if its card has them; a fitted estimator that
        takes rows of 784 raw pixels; a recognizer, which is returned unchanged; or None for the embedded model. Without
        a temperature, probabilities are the model's own, or a softmax of its decision values. Without a threshold, a
        model with probabilities rejects marks whose digit has a probability below one half, and any other model rejects
        nothing.
    trust : bool, default=False
        Whether a file may run code: see `load_model`.

    Returns
    -------
    recognizer : Recognizer

    Raises
    ------
    ModelFileError
        If the file cannot be read or used.
    ValueError
        If the model is not a fitted classifier, does not take images of 28x28 pixels, or has no digits among its
        classes.
    """
    from hdr_bench.models.embedded import EMBEDDED_MODEL

    if isinstance(model, Recognizer):
        return model
    if model is None:
        return _load_embedded(EMBEDDED_MODEL)
    if isinstance(model, str | os.PathLike):
        return _load_file(Path(model), trust=trust)
    if not hasattr(model, "classes_"):
        raise ValueError(f"{shown(model)} cannot read pictures: use a fitted classifier, a model file or a Recognizer")
    return _make_recognizer(model, type(model).__name__, (), None)


@lru_cache(maxsize=1)
def _load_embedded(path: Path) -> Recognizer:
    return _load_file(path, trust=False)


def _load_file(path: Path, *, trust: bool) -> Recognizer:
    from hdr_bench.models import load_card, load_model

    card = load_card(path)
    try:
        return _make_recognizer(load_model(path, trust=trust), path.stem, card.classes, card.reading)
    except ModelFileError:
        # The message already names the file.
        raise
    except ValueError as error:
        raise ModelFileError(f"{path}: {error}") from error


def _make_recognizer(estimator: Any, name: str, class_names: tuple[str, ...], numbers: Any) -> Recognizer:
    n_features = getattr(estimator, "n_features_in_", SIDE * SIDE)
    if n_features != SIDE * SIDE:
        raise ValueError(
            f"{name} was fitted on images of {_size(n_features)} pixels; to read pictures, it must be fitted on "
            f"{SIDE}x{SIDE} pixels, light ink on dark, as in MNIST"
        )
    names = [_as_name(each) for each in (class_names or estimator.classes_)]
    others = [each for each in names if each not in DIGITS]
    if len(others) == len(names):
        raise ValueError(
            f"{name} has no digits among its classes {shown(names[:10])}; fit a model whose classes are 0 to 9"
        )
    ordered = (*DIGITS, *others)
    columns = tuple(ordered.index(each) for each in names)
    if numbers is None:
        threshold = _EVEN_CHANCE if hasattr(estimator, "predict_proba") else 0.0
        return Recognizer(estimator, 1.0, threshold, name, ordered, columns)
    return Recognizer(estimator, numbers.temperature, numbers.threshold, name, ordered, columns, numbers.weights)


def _size(n_features: int) -> str:
    side = math.isqrt(n_features)
    return f"{side}x{side}" if side * side == n_features else f"{n_features:,}"


def _as_name(label: Any) -> str:
    is_whole = isinstance(label, float | np.floating) and float(label).is_integer()
    return str(int(label)) if is_whole else str(label)


def compare_with_marks(
    model: Any, rows: NDArray[np.uint8], weights: tuple[float, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a network's outputs for the digits, and how much they exceed its output for other marks.

    Parameters
    ----------
    model : NeuralClassifier
        Fitted; does not include the output for other marks.
    rows : ndarray of shape (n, n_features), uint8
        Raw pixels.
    weights : tuple of float
        Weights of the output for other marks: one per unit of the last hidden layer, then the bias.

    Returns
    -------
    outputs : ndarray of shape (n, n_classes), float64
        Before the softmax.
    scores : ndarray of shape (n,), float64
        Log ratio of the digits' total probability to that of other marks.

    Raises
    ------
    ValueError
        If the weights do not fit the network.
    """
    from scipy.special import logsumexp

    from hdr_bench.estimators.neural.hidden import hidden_outputs

    hidden, outputs = (values.astype(np.float64) for values in hidden_outputs(model, rows))
    if hidden.shape[1] != len(weights) - 1:
        raise ValueError(f"its card has {len(weights)} weights for a layer of {hidden.shape[1]} units and a bias")
    no_digit = hidden @ np.array(weights[:-1]) + weights[-1]
    scores: NDArray[np.float64] = logsumexp(outputs, axis=1) - no_digit
    return outputs, scores
