"""What the reading processes are given, and what they answer."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ServedVersion:
    """Version of a model that answers.

    Attributes
    ----------
    id : int
        Of `ModelVersion`.
    model : str
        Name of the model.
    number : int
        Of the version.
    path : Path
        Its file.
    sha256 : str
        Of its file: a file with other bytes is not loaded.
    """

    id: int
    model: str
    number: int
    path: Path
    sha256: str


@dataclass(frozen=True)
class ModelAnswer:
    """Answer of a model for one mark.

    Attributes
    ----------
    version : ServedVersion
    digit : int
        The likeliest digit, also if the mark was rejected.
    rejected : bool
        Whether the model took the mark for something other than a digit.
    probabilities : tuple of float
        Of the digits 0 to 9.
    seconds : float
        How long the model took, divided by the number of images that it answered for at once.
    """

    version: ServedVersion
    digit: int
    rejected: bool
    probabilities: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, eq=False)
class MarkAnswers:
    """Mark in a picture, with the answers of all models.

    Attributes
    ----------
    line : int or None
        Line that it stands in, counted from 0.
    box : tuple of int
        Column, row, width and height, in pixels of the upright picture.
    digit : int or None
        As the picture was read: by the first model, and what stands around the mark; None if it was rejected.
    image : ndarray of shape (28, 28), uint8
        What the models got.
    answers : tuple of ModelAnswer
        In the order of the served models.
    """

    line: int | None
    box: tuple[int, int, int, int]
    digit: int | None
    image: NDArray[np.uint8]
    answers: tuple[ModelAnswer, ...]


@dataclass(frozen=True, eq=False)
class PictureAnswers:
    """Reading of a picture, with the answers of all models.

    Attributes
    ----------
    media_type : str
        By the picture's content.
    size : tuple of int
        Width and height of the picture, as its EXIF orientation shows it.
    lines : tuple of str
        The digits, line by line.
    marks : tuple of MarkAnswers
        Digits in reading order, then rejected marks.
    turned : int
        Degrees that the picture was turned by, counter-clockwise.
    notes : tuple of str
        What was done to the picture.
    reader : ServedVersion
        Which model divided the picture into digits.
    seconds : float
        How long it all took.
    thumbnail : bytes
        The picture made small, as a JPEG; empty while somebody is still drawing.
    """

    media_type: str
    size: tuple[int, int]
    lines: tuple[str, ...]
    marks: tuple[MarkAnswers, ...]
    turned: int
    notes: tuple[str, ...]
    reader: ServedVersion
    seconds: float
    thumbnail: bytes


@dataclass(frozen=True)
class StepPicture:
    """Result of a stage of a reading.

    Attributes
    ----------
    name : str
        Name of the stage, one word.
    title : str
        What the picture shows, in one sentence.
    png : bytes
    """

    name: str
    title: str
    png: bytes
