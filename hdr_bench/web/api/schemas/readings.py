"""Stored readings."""

from typing import Literal

from pydantic import BaseModel

from hdr_bench.web.api.schemas.answers import MarkReply


class ShortCorrection(BaseModel):
    """What a person said that a mark is; null is something other than a digit.

    Attributes
    ----------
    id : int
        Number in the database.
    label : int or None
        The digit; null for something other than a digit.
    review : str
        Whether a second look is needed: every model finds the label unlikely.
    """

    id: int
    label: int | None
    review: Literal["clear", "waiting", "confirmed"]


class StoredMark(MarkReply):
    """Mark of a stored reading.

    Attributes
    ----------
    id : int
        Number in the database.
    correction : ShortCorrection or None
        What a person said that it is; null if nobody did.
    """

    id: int
    correction: ShortCorrection | None


class VersionName(BaseModel):
    """Version of a model.

    Attributes
    ----------
    model : str
        Name of the model.
    version : int
        Number of the version.
    """

    model: str
    version: int


class ReadingReply(BaseModel):
    """Stored reading: one picture as `hdr-bench read --format json` writes it, and more.

    Attributes
    ----------
    id : int
        Number in the database.
    file : str
        Name of the file, as it came.
    lines : list of str
        The digits, line by line.
    digits : list of StoredMark
        Marks in reading order, then rejected ones.
    turned : int
        Degrees that the picture was turned by to be read, counter-clockwise.
    picture : str
        Address of the picture.
    size : list of int
        Width and height, in pixels.
    kind : str
        How the picture came.
    writer : str
        Who wrote the digits; empty if nobody said.
    created : str
        When, in UTC.
    reader : VersionName
        Version that divided the picture into digits.
    notes : list of str
        What was done to the picture.
    """

    id: int
    file: str
    lines: list[str]
    digits: list[StoredMark]
    turned: int
    picture: str
    size: list[int]
    kind: Literal["drawing", "upload"]
    writer: str
    created: str
    reader: VersionName
    notes: list[str]


class ListedReading(BaseModel):
    """Stored reading in the list.

    Attributes
    ----------
    id : int
        Number in the database.
    file : str
        Name of the file, as it came.
    kind : str
        How the picture came.
    writer : str
        Who wrote the digits; empty if nobody said.
    created : str
        When, in UTC.
    lines : list of str
        The digits, line by line.
    n_digits : int
        Marks that were read as digits.
    n_corrections : int
        Corrections of them, or that the version learned from.
    """

    id: int
    file: str
    kind: str
    writer: str
    created: str
    lines: list[str]
    n_digits: int
    n_corrections: int


class ReadingList(BaseModel):
    """Page of the list of readings, newest first.

    Attributes
    ----------
    readings : list of ListedReading
        Of this page.
    page : int
        Number of this page.
    pages : int
        How many there are.
    total : int
        Length of the whole list.
    """

    readings: list[ListedReading]
    page: int
    pages: int
    total: int


class Step(BaseModel):
    """Stage of a reading; `url` is a picture of its result.

    Attributes
    ----------
    name : str
        Of the model, or of the stage.
    title : str
        What the picture shows.
    url : str
        Address of the picture.
    """

    name: str
    title: str
    url: str


class StepList(BaseModel):
    """Stages of a reading, in their order.

    Attributes
    ----------
    steps : list of Step
        In their order.
    """

    steps: list[Step]


class Deleted(BaseModel):
    """How many pictures were deleted.

    Attributes
    ----------
    deleted : int
        Number of pictures.
    """

    deleted: int
