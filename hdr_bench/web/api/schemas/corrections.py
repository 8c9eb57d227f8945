"""Corrections."""

from pydantic import BaseModel


class CorrectionReply(BaseModel):
    """Correction with what the mark was read as.

    Attributes
    ----------
    id : int
        Number in the database.
    digit_id : int
        Number of the mark.
    reading_id : int
        Number of the reading.
    label : int or None
        The digit; null for something other than a digit.
    read : int or None
        The digit that was read; null if the mark was rejected.
    review : str
        Whether a second look is needed: every model finds the label unlikely.
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
        Of this page.
    page : int
        Number of this page.
    pages : int
        How many there are.
    total : int
        Length of the whole list.
    """

    corrections: list[CorrectionReply]
    page: int
    pages: int
    total: int
