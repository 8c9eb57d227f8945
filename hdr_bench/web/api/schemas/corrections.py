"""Corrections."""

from pydantic import BaseModel


class CorrectionReply(BaseModel):
    """Correction, with the digit that was read.

    Attributes
    ----------
    id : int
        Id in the database.
    digit_id : int
        Id of the mark (digit) in the picture.
    reading_id : int
        Id of the reading.
    label : int or None
        Corrected digit; null if the mark is not a digit.
    read : int or None
        The digit that was read; null if the mark was rejected.
    review : str
        Review state: `clear`, `waiting` if every model finds the label unlikely, or `confirmed` after the review.
    """

    id: int
    digit_id: int
    reading_id: int
    label: int | None
    read: int | None
    review: str


class CorrectionList(BaseModel):
    """Page of the list of corrections, newest first.

    Attributes
    ----------
    corrections : list of CorrectionReply
        Corrections on this page.
    page : int
        Number of this page.
    pages : int
        Number of pages.
    total : int
        Number of corrections on all pages.
    """

    corrections: list[CorrectionReply]
    page: int
    pages: int
    total: int
