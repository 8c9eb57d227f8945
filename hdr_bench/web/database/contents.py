"""Contents of a stored picture: its bytes, its thumbnail, its SHA-256."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, undefer

from hdr_bench.web.database.pages import can_be_id
from hdr_bench.web.database.tables import Picture, Reading

Value = TypeVar("Value")


def load_content(session: Session, reading_id: int) -> Picture | None:
    """Return the picture of a reading, with its content.

    Parameters
    ----------
    session : Session
    reading_id : int

    Returns
    -------
    picture : Picture or None
        None if there is no reading with this id.
    """
    if not can_be_id(reading_id):
        return None
    query = select(Picture).join(Picture.readings).where(Reading.id == reading_id).options(undefer(Picture.content))
    return session.scalars(query).one_or_none()


def load_thumbnail(session: Session, reading_id: int) -> bytes | None:
    """Return a thumbnail of a reading's picture as a JPEG.

    Parameters
    ----------
    session : Session
    reading_id : int

    Returns
    -------
    thumbnail : bytes or None
        None if there is no reading with this id.
    """
    return _load_column(session, reading_id, Picture.thumbnail)


def load_digest(session: Session, reading_id: int) -> str | None:
    """Return the SHA-256 of the picture of a reading.

    Parameters
    ----------
    session : Session
    reading_id : int

    Returns
    -------
    sha256 : str or None
        None if there is no reading with this id.
    """
    return _load_column(session, reading_id, Picture.sha256)


def _load_column(session: Session, reading_id: int, column: InstrumentedAttribute[Value]) -> Value | None:
    if not can_be_id(reading_id):
        return None
    return session.scalars(select(column).join(Picture.readings).where(Reading.id == reading_id)).one_or_none()
