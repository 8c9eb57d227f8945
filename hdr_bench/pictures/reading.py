"""What was read of a picture: digits in lines, marks that are none, and how it came about."""

from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hdr_bench.pictures.page import Page
    from hdr_bench.pictures.straightening import Writing


@dataclass(frozen=True)
class Choice:
    """A digit that a mark may be.

    Attributes
    ----------
    digit : int
    probability : float
    """

    digit: int
    probability: float


@dataclass(frozen=True, eq=False)
class ReadDigit:
    """A mark of a picture: a digit, or what was rejected.

    Attributes
    ----------
    digit : int or None
        None if it was rejected.
    line : int or None
        Line that it stands in, from 0; None for what was rejected beside all lines.
    box : tuple of int
        Column, row, width and height, in pixels of the upright picture.
    probability : float
        Of the digit, or of the likeliest one if it was rejected.
    second : Choice
        The second likeliest digit.
    rejected : bool
        Whether it was taken for something other than a digit.
    image : ndarray of shape (28, 28), uint8
        What the model saw.
    likeliest : int
        The likeliest digit, also if it was rejected.
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
    """What a stage made of a picture.

    Attributes
    ----------
    name : str
        Of the stage, in a word.
    title : str
        What is seen, in a sentence.
    image : ndarray of shape (height, width) or (height, width, 3), uint8
    """

    name: str
    title: str
    image: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read of a picture.

    Attributes
    ----------
    lines : tuple of str
        The digits, line by line; empty if there are none.
    digits : tuple of ReadDigit
        Digits in reading order, then what was rejected.
    size : tuple of int
        Width and height of the upright picture, in pixels.
    quarter_turns : int
        By how many quarters, counter-clockwise, the picture was turned to be upright, beside its EXIF orientation.
    slope : float
        How much lines fall to the right, in pixels per pixel.
    model : str
        Name of the model that read it.
    notes : tuple of str
        What was done: the channel, the polarity, what was removed, joined and split.
    page : Page
        What the first stages made of it: its ink.
    writing : Writing
        What the others made of that: marks, in lines.
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

    @property
    def steps(self) -> tuple[Step, ...]:
        """What each stage made of the picture, as pictures with names."""
        # The module that draws them knows this one.
        steps: tuple[Step, ...] = resolve_name("hdr_bench.pictures.steps:draw_steps")(self)
        return steps


@dataclass(frozen=True, eq=False)
class PictureReadings:
    """A picture as each model reads it, or why it could not be read.

    Attributes
    ----------
    file : str
        As it was named.
    readings : tuple of Reading
        One for each model; empty if the picture could not be read.
    error : str
        Why it could not be read; empty if it was.
    """

    file: str
    readings: tuple[Reading, ...]
    error: str = ""
