"""The server itself: its health, and its faults."""

from typing import Literal

from pydantic import BaseModel


class Health(BaseModel):
    """The server answers, and reaches its database.

    Attributes
    ----------
    status : str
        Always ok.
    """

    status: Literal["ok"]


class Fault(BaseModel):
    """What is wrong, in a sentence.

    Attributes
    ----------
    error : str
        Why, and what to do.
    """

    error: str
