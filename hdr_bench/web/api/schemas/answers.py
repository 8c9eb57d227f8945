"""Answers of models, and marks in pictures."""

from pydantic import BaseModel


class Choice(BaseModel):
    """Possible digit of a mark, with its probability.

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
        Number of the version.
    digit : int
        The digit; null if the mark was rejected.
    rejected : bool
        Whether the mark was taken for something other than a digit.
    probability : float
        From 0 to 1.
    second : Choice
        The second likeliest digit.
    probabilities : list of float
        Of the digits 0 to 9.
    milliseconds : float
        How long the model took, for one image.
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
        Line that the mark stands in, counted from 0.
    box : list of int
        Column, row, width and height, in pixels of the upright picture.
    probability : float
        From 0 to 1.
    second : Choice
        The second likeliest digit.
    rejected : bool
        Whether the mark was taken for something other than a digit.
    image : str
        What the models got: base64 of 28x28 bytes.
    answers : list of ModelReply
        Of each model, in the order of the models.
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
        Of each model, in the order of the models.
    """

    answers: list[ModelReply]


class ImagesReply(BaseModel):
    """Answers of all models for images.

    Attributes
    ----------
    images : list of ImageReply
        Images, or the answers for each.
    """

    images: list[ImageReply]
