"""Predictions of a fitted model for images: classes and probabilities, as a table for other programs."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import PredictionsError
from hdr_bench.files import write_whole
from hdr_bench.models.calibration import outputs_of, scale_outputs
from hdr_bench.models.card import ReadingNumbers

# Number of images passed to a model at a time: methods copy them, some of them many times.
_BLOCK = 2_000
_MNIST_SHAPE = (28, 28)
# Header line of a file of predictions, in this library's form or Kaggle's.
_HEADER = re.compile(rb"[^,\r\n]{1,100},label(,probability)?\r?\n", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Answers:
    """Predictions of a model for images.

    Attributes
    ----------
    labels : tuple of str
        Name of the predicted class of each image.
    probabilities : ndarray of shape (n,) or None
        Probability of the predicted class; None if not requested.
    """

    labels: tuple[str, ...]
    probabilities: NDArray[np.float64] | None = None


def predict_labels(
    model: Any, images: NDArray[np.generic], class_names: Sequence[str] = (), image_shape: tuple[int, int] | None = None
) -> Answers:
    """Predict the class of each image.

    Parameters
    ----------
    model : estimator
        Fitted; takes raw pixels, as rows.
    images : ndarray of shape (n, height, width)
    class_names : sequence of str, default=()
        In the order of the model's `classes_`; by default, `classes_` itself.
    image_shape : tuple of int, optional
        Height and width of the images that the model learned from; by default, only the number of pixels is checked.

    Returns
    -------
    answers : Answers

    Raises
    ------
    PredictionsError
        If the images do not have the shape that the model needs, or the model has no classes.
    """
    check_shape(model, images, image_shape)
    labels = np.concatenate([model.predict(block) for block in _blocks(images)])
    return Answers(_name_labels(model, labels, class_names))


def predict_probabilities(
    model: Any,
    images: NDArray[np.generic],
    class_names: Sequence[str] = (),
    image_shape: tuple[int, int] | None = None,
    reading: ReadingNumbers | None = None,
) -> Answers:
    """Predict the class of each image, and its probability.

    Parameters
    ----------
    model : estimator
        Fitted; takes raw pixels, as rows.
    images : ndarray of shape (n, height, width)
    class_names : sequence of str, default=()
        In the order of the model's `classes_`; by default, `classes_` itself.
    image_shape : tuple of int, optional
        Height and width of the images that the model learned from; by default, only the number of pixels is checked.
    reading : ReadingNumbers, optional
        From the model's card. If its temperature was fitted, it calibrates the probabilities, as when reading pictures,
        and provides them for models that return only decision values or labels.

    Returns
    -------
    answers : Answers

    Raises
    ------
    PredictionsError
        If the images do not have the shape that the model needs, or the model has no probabilities.
    """
    if not (is_calibrated(reading) or hasattr(model, "predict_proba")):
        raise PredictionsError(
            "this model has no probabilities; omit --probabilities, fit the model with hdr-bench fit, which calibrates "
            "any method, or use a method that has them, such as cnn, mlp, knn or linear"
        )
    check_shape(model, images, image_shape)
    blocks = [(model.predict(block), _shares(model, block, reading)) for block in _blocks(images)]
    labels, probabilities = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
    # Use the predicted class, not the largest probability: with ties, and in some methods, they may differ.
    places = np.searchsorted(np.asarray(model.classes_), labels)
    return Answers(_name_labels(model, labels, class_names), probabilities[np.arange(len(labels)), places])


def is_calibrated(reading: ReadingNumbers | None) -> bool:
    """Return whether a model's probabilities are calibrated: its card has a temperature fitted on held-out images.

    Parameters
    ----------
    reading : ReadingNumbers or None
        From the model's card.

    Returns
    -------
    is_calibrated : bool
    """
    return reading is not None and reading.calibrated


def describe_calibration(reading: ReadingNumbers | None) -> str:
    """Describe the probabilities of `predict_probabilities`.

    Parameters
    ----------
    reading : ReadingNumbers or None
        From the model's card.

    Returns
    -------
    text : str
    """
    if reading is None or not reading.calibrated:
        return "the probabilities are the model's own, not calibrated"
    where = f", chosen on {reading.chosen_on}" if reading.chosen_on else ""
    return f"the probabilities are calibrated by the temperature on the model's card, {reading.temperature:.4g}{where}"


def _shares(model: Any, rows: NDArray[np.generic], reading: ReadingNumbers | None) -> NDArray[np.float64]:
    if reading is None or not reading.calibrated:
        return np.asarray(model.predict_proba(rows), np.float64)
    return scale_outputs(outputs_of(model, rows), reading.temperature)


def check_shape(model: Any, images: NDArray[np.generic], image_shape: tuple[int, int] | None = None) -> None:
    """Check that images have the shape that a model learned from.

    Parameters
    ----------
    model : estimator
        Fitted.
    images : ndarray of shape (n, height, width)
    image_shape : tuple of int, optional
        Height and width of the images that the model learned from.

    Raises
    ------
    PredictionsError
        If they do not.
    """
    height, width = images.shape[1:]
    n_features = getattr(model, "n_features_in_", None)
    is_of_shape = image_shape is None or image_shape == (height, width)
    if is_of_shape and (n_features is None or n_features == height * width):
        return
    wanted = f"{image_shape[0]}x{image_shape[1]} pixels" if image_shape else f"{n_features:,} pixels"
    size = f"{image_shape[0]}x{image_shape[1]}" if image_shape else "HEIGHTxWIDTH"
    # MNIST's form has this size, and any image can be converted to it.
    is_mnists = image_shape == _MNIST_SHAPE or (image_shape is None and n_features == math.prod(_MNIST_SHAPE))
    form = "them into MNIST's form with --fit mnist, or pictures " if is_mnists else "pictures "
    raise PredictionsError(
        f"the images are {height}x{width} pixels, but the model learned from images of {wanted}; convert {form}"
        f"to that size with --resize {size}, or fit a model on images of this size"
    )


def write_answers(path: Path, heading: str, names: Sequence[str], answers: Answers) -> None:
    """Write a table of predictions: one line per image with its name, label, and probability if available.

    Parameters
    ----------
    path : Path
        Written completely or not at all; an existing table of predictions is replaced.
    heading : str
        Header of the column of names.
    names : sequence of str
        Names of the images.
    answers : Answers

    Raises
    ------
    PredictionsError
        If the path exists and is not a table of predictions.
    OSError
        If it cannot be written.
    """
    check_replaceable(path)
    # Kaggle's own form capitalizes both.
    label = "Label" if heading == "ImageId" else "label"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([heading, label, *([] if answers.probabilities is None else ["probability"])])
    if answers.probabilities is None:
        writer.writerows(zip(names, answers.labels, strict=True))
    else:
        shares = [f"{share:.6g}" for share in answers.probabilities]
        writer.writerows(zip(names, answers.labels, shares, strict=True))
    write_whole(path, text.getvalue().encode())


def check_replaceable(path: Path) -> None:
    """Check that a table of predictions may be written to a path.

    Parameters
    ----------
    path : Path

    Raises
    ------
    PredictionsError
        If it does not end in .csv, or exists and is not a table of predictions.
    """
    if path.suffix.lower() != ".csv":
        raise PredictionsError(f"{path}: predictions are written as CSV; choose a name that ends in .csv")
    if not path.exists():
        return
    if not path.is_file():
        raise PredictionsError(f"{path} exists and is not a file; choose another name")
    with path.open("rb") as file:
        first = file.readline(200)
    if first and not _HEADER.fullmatch(first):
        raise PredictionsError(f"{path} exists and does not contain predictions; choose another name, or remove it")


def _blocks(images: NDArray[np.generic]) -> Iterator[NDArray[np.generic]]:
    rows = images.reshape(len(images), -1)
    return (np.asarray(rows[start : start + _BLOCK]) for start in range(0, len(rows), _BLOCK))


def _name_labels(model: Any, labels: NDArray[Any], class_names: Sequence[str]) -> tuple[str, ...]:
    classes = getattr(model, "classes_", None)
    if classes is None or len(class_names) != len(classes):
        return tuple(map(str, labels.tolist()))
    return tuple(class_names[place] for place in np.searchsorted(np.asarray(classes), labels).tolist())
