"""Answers of models, and marks in pictures."""

from pydantic import BaseModel


class Choice(BaseModel):
    """Candidate digit of a mark, with its probability.

    Attributes
    ----------
    digit : int
        The digit; null if the mark was rejected.
    probability : float
        From 0 to 1.
    """

    digit: int
    probability: float


class ModelReply(BaseModel):
    """Answer of a model for one mark.

    Attributes
    ----------
    model : str
        Name of the model.
    version : int
        Version number of the model.
    digit : int
        The digit; null if the mark was rejected.
    rejected : bool
        Whether the model decided that the mark is not a digit.
    probability : float
        From 0 to 1.
    second : Choice
        Second most likely digit.
    probabilities : list of float
        Probabilities of the digits 0 to 9.
    milliseconds : float
        Time that the model took for one image.
    """

    model: str
    version: int
    digit: int
    rejected: bool
    probability: float
    second: Choice
    probabilities: list[float]
    milliseconds: float


class MarkReply(BaseModel):
    """Mark in a picture; `image` is the base64 of its 28x28 bytes, `box` is column, row, width, height.

    Attributes
    ----------
    digit : int or None
        The digit; null if the mark was rejected.
    line : int or None
        Line that contains the mark, counted from 0.
    box : list of int
        Column, row, width and height, in pixels of the upright picture.
    probability : float
        From 0 to 1.
    second : Choice
        Second most likely digit.
    rejected : bool
        Whether the model decided that the mark is not a digit.
    image : str
        Image that the models were given: 28x28 bytes in base64.
    answers : list of ModelReply
        Answers of all models, in the order of the models.
    """

    digit: int | None
    line: int | None
    box: list[int]
    probability: float
    second: Choice
    rejected: bool
    image: str
    answers: list[ModelReply]


class DrawingReply(BaseModel):
    """Reading of a drawing that is not stored.

    Attributes
    ----------
    lines : list of str
        The digits, line by line.
    size : list of int
        Width and height, in pixels.
    digits : list of MarkReply
        Marks in reading order, then rejected ones.
    """

    lines: list[str]
    size: list[int]
    digits: list[MarkReply]


class ImageReply(BaseModel):
    """Answers of all models for one image.

    Attributes
    ----------
    answers : list of ModelReply
        Answers of all models, in the order of the models.
    """

    answers: list[ModelReply]


class ImagesReply(BaseModel):
    """Answers of all models for images.

    Attributes
    ----------
    images : list of ImageReply
        Answers for each image.
    """

    images: list[ImageReply]
