"""Data passed to the reading processes, and their answers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ServedVersion:
    """Served version of a model.

    Attributes
    ----------
    id : int
        Id of the `ModelVersion`.
    model : str
        Name of the model.
    number : int
        Version number.
    path : Path
        Its file.
    sha256 : str
        SHA-256 of its file; a file that does not match is not loaded.
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
        The most likely digit, even if the mark was rejected.
    rejected : bool
        Whether the model decided that the mark is not a digit.
    probabilities : tuple of float
        Probabilities of the digits 0 to 9.
    seconds : float
        Time that the model took, divided by the number of images in the call.
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
        Line that contains it, counted from 0.
    box : tuple of int
        Column, row, width and height, in pixels of the upright picture.
    digit : int or None
        Digit that was read, by the first model and from the mark's surroundings; None if it was rejected.
    image : ndarray of shape (28, 28), uint8
        Image that the models were given.
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
        Media type, detected from the content.
    size : tuple of int
        Width and height of the picture, after applying its EXIF orientation.
    lines : tuple of str
        The digits, line by line.
    marks : tuple of MarkAnswers
        Digits in reading order, then rejected marks.
    turned : int
        Degrees by which the picture was rotated, counter-clockwise.
    notes : tuple of str
        What was done to the picture.
    reader : ServedVersion
        Version that segmented the picture into digits.
    seconds : float
        Total time.
    thumbnail : bytes
        Thumbnail of the picture as a JPEG; empty while the drawing is in progress.
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
