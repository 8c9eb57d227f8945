"""Stored readings and their pictures: listing, showing, deleting."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from hdr_bench.web.database import pictures
from hdr_bench.web.database.contents import load_thumbnail
from hdr_bench.web.database.naming import clean_writer
from hdr_bench.web.database.pages import can_be_id
from hdr_bench.web.database.tables import Digit, Reading
from hdr_bench.web.listing import describe_reading
from hdr_bench.web.state import AppState

Listing = dict[str, Any]


class ReadingService:
    """Stored readings and their pictures.

    Parameters
    ----------
    state : AppState
    """

    def __init__(self, state: AppState) -> None:
        self._state = state

    async def list_page(self, chosen: pictures.ReadingFilter, page: int) -> Listing:
        """Return a page of the list of readings, newest first.

        Parameters
        ----------
        chosen : ReadingFilter
        page : int

        Returns
        -------
        listing : dict
        """

        def find(session: Session) -> Listing:
            found = pictures.list_readings(session, chosen, page)
            rows = [describe_reading(row) for row in found.rows]
            return {"readings": rows, "page": found.number, "pages": found.n_pages, "total": found.total}

        return await self._state.read(find)

    async def check(self, reading_id: int) -> None:
        """Check that a reading exists.

        Parameters
        ----------
        reading_id : int

        Raises
        ------
        HTTPException
            404 if it does not exist.
        """

        def is_there(session: Session) -> bool:
            return can_be_id(reading_id) and session.get(Reading, reading_id) is not None

        if not await self._state.read(is_there):
            raise missing_reading(reading_id)

    async def thumbnail(self, reading_id: int) -> bytes:
        """Return a thumbnail of a reading's picture as a JPEG.

        Parameters
        ----------
        reading_id : int

        Returns
        -------
        jpeg : bytes

        Raises
        ------
        HTTPException
            404 if there is no such reading.
        """
        jpeg = await self._state.read(lambda session: load_thumbnail(session, reading_id))
        if jpeg is None:
            raise missing_reading(reading_id)
        return jpeg

    async def mark(self, digit_id: int) -> bytes:
        """Return the image of a mark that the models were given.

        Parameters
        ----------
        digit_id : int

        Returns
        -------
        pixels : bytes
            28x28 bytes.

        Raises
        ------
        HTTPException
            404 if there is no such mark.
        """
        found = await self._state.read(lambda session: session.get(Digit, digit_id) if can_be_id(digit_id) else None)
        if found is None:
            raise HTTPException(404, f"There is no mark {digit_id}: its picture may have been deleted.")
        return found.image

    async def delete(self, reading_id: int) -> None:
        """Delete the picture of a reading, with its readings, answers and corrections.

        Parameters
        ----------
        reading_id : int

        Raises
        ------
        HTTPException
            404 if there is no such reading.
        """

        def remove(session: Session) -> bool:
            reading = pictures.load_reading(session, reading_id)
            return reading is not None and pictures.delete_picture(session, reading.picture_id)

        if not await self._state.write(remove):
            raise missing_reading(reading_id)

    async def delete_writer(self, writer: str) -> int:
        """Delete all pictures of a writer, with their readings, answers and corrections.

        Parameters
        ----------
        writer : str

        Returns
        -------
        n_pictures : int

        Raises
        ------
        HTTPException
            422 if no writer is given, 404 if the writer has no pictures.
        """
        # An empty name would delete all pictures without a writer, which nobody who forgot to fill it in intends.
        if not clean_writer(writer):
            raise HTTPException(422, "No writer was given. Pictures without a writer must be deleted one by one.")
        n_pictures = await self._state.write(lambda session: pictures.delete_writer(session, writer))
        if not n_pictures:
            raise HTTPException(404, "There are no pictures by this writer. Check the spelling of the name.")
        return n_pictures


def missing_reading(reading_id: int) -> HTTPException:
    """Return the error for a reading that does not exist.

    Parameters
    ----------
    reading_id : int

    Returns
    -------
    error : HTTPException
    """
    return HTTPException(404, f"There is no reading {reading_id}: it may have been deleted.")
