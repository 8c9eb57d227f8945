"""What the pages show and change: the same functions of the database as the API's."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hdr_bench.web.database import corrections, pictures, retrainings, versions
from hdr_bench.web.database.collection import CorrectionFilter, list_corrections
from hdr_bench.web.database.comparison import count_right
from hdr_bench.web.database.contents import load_thumbnail
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.pages import can_be_id
from hdr_bench.web.database.tables import Digit, Reading
from hdr_bench.web.listing import (
    describe_comparison,
    describe_correction,
    describe_model,
    describe_reading,
    describe_retraining,
)

Listing = dict[str, Any]
Result = TypeVar("Result")
_CORRECTED = {"true": True, "false": False}


class Retrainings(Protocol):
    """What the pages ask of the queue of retrainings."""

    async def request(self, model: str) -> int:
        """Queue a retraining.

        Parameters
        ----------
        model : str

        Returns
        -------
        id : int
        """
        ...


class PageSource:
    """What the pages show and change, in one place.

    Parameters
    ----------
    state : object
        State of the application: `settings`, `database`, `retraining`, and `refresh`, which serves what the database
        says.
    """

    def __init__(self, state: Any) -> None:
        self._state = state
        self._database: Database = state.database

    async def readings(self, filters: Mapping[str, str], page: int) -> Listing:
        """Return a page of the list of readings.

        Parameters
        ----------
        filters : mapping of str
            Of `writer`, `kind` and `corrected`, those that are set.
        page : int

        Returns
        -------
        listing : dict
        """
        kind = filters.get("kind", "")
        chosen = pictures.ReadingFilter(
            writer=filters.get("writer"),
            kind=cast("Any", kind if kind in {"drawing", "upload"} else ""),
            corrected=_CORRECTED.get(filters.get("corrected", "")),
        )
        found = await self._read(lambda session: pictures.list_readings(session, chosen, page))
        rows = [describe_reading(row) for row in found.rows]
        return {"readings": rows, "page": found.number, "pages": found.n_pages, "total": found.total}

    async def waiting(self) -> Listing:
        """Return corrections that wait for a second look.

        Returns
        -------
        listing : dict
        """
        found = await self._read(lambda session: list_corrections(session, CorrectionFilter(review="waiting")))
        return {"corrections": [describe_correction(row) for row in found.rows], "total": found.total}

    async def learning(self) -> Listing:
        """Return how many corrections are there to learn from.

        Returns
        -------
        listing : dict
        """
        unused, waiting = await self._read(
            lambda session: (corrections.count_unused(session), corrections.count_waiting(session))
        )
        after = self._state.settings.retrain_after
        return {"unused": unused, "retrain_after": after, "waiting_for_review": waiting}

    async def retrainings(self) -> list[Listing]:
        """Return the last retrainings, newest first.

        Returns
        -------
        jobs : list of dict
        """
        found = await self._read(retrainings.list_retrainings)
        return [describe_retraining(job) for job in found.rows]

    async def models(self) -> list[Listing]:
        """Return the served models with all their versions.

        Returns
        -------
        models : list of dict
        """
        return await self._read(
            lambda session: [
                describe_model(served, versions.list_versions(session, served.name))
                for served, _ in versions.served_versions(session)
            ]
        )

    async def comparison(self) -> list[Listing]:
        """Return how often each version was right on what people drew.

        Returns
        -------
        rows : list of dict
        """
        counts = await self._read(count_right)
        return [describe_comparison(version, count) for version, count in counts]

    async def delete_reading(self, reading_id: int) -> None:
        """Delete the picture of a reading, with all that hangs on it.

        Parameters
        ----------
        reading_id : int
        """

        def delete(session: Session) -> bool:
            reading = pictures.load_reading(session, reading_id)
            return reading is not None and pictures.delete_picture(session, reading.picture_id)

        _check_there(await self._write(delete), f"There is no reading {reading_id}: it may have been deleted before.")

    async def delete_writer(self, writer: str) -> None:
        """Delete all pictures of a writer.

        Parameters
        ----------
        writer : str
        """
        n_deleted = await self._write(lambda session: pictures.delete_writer(session, writer))
        _check_there(n_deleted > 0, "There is no picture of this writer. Check how the name is written.")

    async def confirm(self, correction_id: int) -> None:
        """Confirm a correction that waits for a second look.

        Parameters
        ----------
        correction_id : int
        """
        found = await self._write(lambda session: corrections.confirm(session, correction_id))
        _check_there(found is not None, "This correction is not there any more.")

    async def remove_correction(self, correction_id: int) -> None:
        """Remove a correction; the answers stay.

        Parameters
        ----------
        correction_id : int
        """
        found = await self._write(lambda session: corrections.remove_correction(session, correction_id))
        _check_there(found, "This correction is not there any more.")

    async def retrain(self, model: str) -> None:
        """Queue a retraining of a model.

        Parameters
        ----------
        model : str
        """
        queue: Retrainings = self._state.retraining
        await queue.request(model)

    async def serve_version(self, model: str, number: int) -> None:
        """Have a version of a model answer from now on.

        Parameters
        ----------
        model : str
        number : int
            Of the version.
        """
        found = await self._write(lambda session: versions.serve_version(session, model, number))
        _check_there(found is not None, f"There is no version {number} of this model.")
        await self._state.refresh()

    async def check_reading(self, reading_id: int) -> None:
        """Check that a reading is there.

        Parameters
        ----------
        reading_id : int
        """
        found = await self._read(lambda session: can_be_id(reading_id) and session.get(Reading, reading_id) is not None)
        _check_there(found, f"There is no reading {reading_id}: it may have been deleted.")

    async def thumbnail(self, reading_id: int) -> bytes:
        """Return the picture of a reading made small, as a JPEG.

        Parameters
        ----------
        reading_id : int

        Returns
        -------
        jpeg : bytes
        """
        jpeg = await self._read(lambda session: load_thumbnail(session, reading_id))
        if jpeg is None:
            raise HTTPException(404, f"There is no reading {reading_id}.")
        return jpeg

    async def mark(self, digit_id: int) -> bytes:
        """Return the image that the models got of a mark.

        Parameters
        ----------
        digit_id : int

        Returns
        -------
        pixels : bytes
            28x28 of them.
        """
        found = await self._read(lambda session: session.get(Digit, digit_id) if can_be_id(digit_id) else None)
        if found is None:
            raise HTTPException(404, f"There is no mark {digit_id}.")
        return found.image

    async def _read(self, work: Callable[[Session], Result]) -> Result:
        def run() -> Result:
            with self._database.read() as session:
                return work(session)

        return await run_in_threadpool(run)

    async def _write(self, work: Callable[[Session], Result]) -> Result:
        def run() -> Result:
            with self._database.begin() as session:
                return work(session)

        return await run_in_threadpool(run)


def _check_there(found: bool, sentence: str) -> None:
    if not found:
        raise HTTPException(404, sentence)


def source_of(request: Request) -> PageSource:
    """Return what the pages of this application show and change.

    Parameters
    ----------
    request : Request

    Returns
    -------
    source : PageSource
    """
    state = request.app.state
    return cast("PageSource", getattr(state, "page_source", None) or PageSource(state.hdr_bench))
