"""Health and errors of the server."""

from typing import Literal

from pydantic import BaseModel


class Health(BaseModel):
    """The server responds and reaches its database.

    Attributes
    ----------
    status : str
        Always "ok".
    """

    status: Literal["ok"]


class Fault(BaseModel):
    """Error message.

    Attributes
    ----------
    error : str
        What is wrong, and what to do.
    """

    error: str
