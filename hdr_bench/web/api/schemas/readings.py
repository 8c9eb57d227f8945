"""Stored readings."""

from typing import Literal

from pydantic import BaseModel

from hdr_bench.web.api.schemas.answers import MarkReply


class ShortCorrection(BaseModel):
    """Label that a person gave to a mark; null if it is not a digit.

    Attributes
    ----------
    id : int
        Id in the database.
    label : int or None
        Corrected digit; null if the mark is not a digit.
    review : str
        Review state; waiting if every model finds the label unlikely.
    """

    id: int
    label: int | None
    review: Literal["clear", "waiting", "confirmed"]


class StoredMark(MarkReply):
    """Mark of a stored reading.

    Attributes
    ----------
    id : int
        Id in the database.
    correction : ShortCorrection or None
        Correction by a person; null if there is none.
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
        Version number.
    """

    model: str
    version: int


class ReadingReply(BaseModel):
    """Stored reading: one picture as `hdr-bench read --format json` writes it, and more.

    Attributes
    ----------
    id : int
        Id in the database.
    file : str
        Original file name.
    lines : list of str
        The digits, line by line.
    digits : list of StoredMark
        Marks in reading order, then rejected ones.
    turned : int
        Degrees by which the picture was rotated for reading, counter-clockwise.
    picture : str
        Address of the picture.
    size : list of int
        Width and height, in pixels.
    kind : str
        How the picture was made: drawing or upload.
    writer : str
        Who wrote the digits; empty if not given.
    created : str
        When it was stored, in UTC.
    reader : VersionName
        Version that segmented the picture into digits.
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
    """Stored reading in a list.

    Attributes
    ----------
    id : int
        Id in the database.
    file : str
        Original file name.
    kind : str
        How the picture was made: drawing or upload.
    writer : str
        Who wrote the digits; empty if not given.
    created : str
        When it was stored, in UTC.
    lines : list of str
        The digits, line by line.
    n_digits : int
        Marks that were read as digits.
    n_corrections : int
        Marks that were corrected.
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
        Readings on this page.
    page : int
        Number of this page.
    pages : int
        Number of pages.
    total : int
        Number of readings on all pages.
    """

    readings: list[ListedReading]
    page: int
    pages: int
    total: int


class Step(BaseModel):
    """Stage of a reading; `url` is the address of a picture of its result.

    Attributes
    ----------
    name : str
        Name of the stage.
    title : str
        What the picture shows.
    url : str
        Address of the picture.
    """

    name: str
    title: str
    url: str


class StepList(BaseModel):
    """Stages of a reading, in order.

    Attributes
    ----------
    steps : list of Step
        Stages, in order.
    """

    steps: list[Step]


class Deleted(BaseModel):
    """Number of deleted pictures.

    Attributes
    ----------
    deleted : int
        Number of deleted pictures.
    """

    deleted: int
