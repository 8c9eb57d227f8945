"""Readings of pictures: digits in lines, rejected marks, and the stages that led to them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hdr_bench.pictures.page import Page
    from hdr_bench.pictures.straightening import Writing


@dataclass(frozen=True)
class Choice:
    """Possible digit for a mark.

    Attributes
    ----------
    digit : int
    probability : float
    """

    digit: int
    probability: float


@dataclass(frozen=True, eq=False)
class ReadDigit:
    """Mark in a picture: a digit, or a rejected mark.

    Attributes
    ----------
    digit : int or None
        None if it was rejected.
    line : int or None
        Index of its line, from 0; None for a rejected mark outside all lines.
    box : tuple of int
        Column, row, width and height, in pixels of the upright picture.
    probability : float
        Probability of the digit; for a rejected mark, of the most likely digit.
    second : Choice
        Second most likely digit.
    rejected : bool
        Whether it was recognized as something other than a digit.
    image : ndarray of shape (28, 28), uint8
        Image that the model received.
    likeliest : int
        Most likely digit, even if the mark was rejected.
    """

    digit: int | None
    line: int | None
    box: tuple[int, int, int, int]
    probability: float
    second: Choice
    rejected: bool
    image: NDArray[np.uint8]
    likeliest: int


@dataclass(frozen=True, eq=False)
class Step:
    """Result of a stage, as a picture.

    Attributes
    ----------
    name : str
        Name of the stage, one word.
    title : str
        What the picture shows, in one sentence.
    image : ndarray of shape (height, width) or (height, width, 3), uint8
    """

    name: str
    title: str
    image: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Reading:
    """Reading of a picture.

    Attributes
    ----------
    lines : tuple of str
        Digits, line by line; empty if there are none.
    digits : tuple of ReadDigit
        Digits in reading order, then rejected marks.
    size : tuple of int
        Width and height of the upright picture, in pixels.
    quarter_turns : int
        Quarter turns, counter-clockwise, that made the picture upright, in addition to its EXIF orientation.
    slope : float
        How much the lines fall to the right, in pixels per pixel.
    model : str
        Name of the model that read it.
    notes : tuple of str
        Processing steps: the channel, the polarity, what was removed, joined and split.
    page : Page
        Result of the first stages: the ink.
    writing : Writing
        Result of the remaining stages: marks, in lines.
    """

    lines: tuple[str, ...]
    digits: tuple[ReadDigit, ...]
    size: tuple[int, int]
    quarter_turns: int
    slope: float
    model: str
    notes: tuple[str, ...]
    page: "Page" = field(repr=False)
    writing: "Writing" = field(repr=False)


@dataclass(frozen=True, eq=False)
class PictureReadings:
    """Readings of a picture, one per model, or the reason why it could not be read.

    Attributes
    ----------
    file : str
        Name of the picture, as given by the user.
    readings : tuple of Reading
        One per model; empty if the picture could not be read.
    error : str
        Why it could not be read; empty if it was.
    """

    file: str
    readings: tuple[Reading, ...]
    error: str = ""
