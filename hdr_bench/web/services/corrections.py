"""Corrections: storing, reviewing, deleting, exporting."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from hdr_bench.exceptions import DatabaseError
from hdr_bench.web.database import corrections
from hdr_bench.web.database.collection import (
    CorrectionFilter,
    ExportedDigit,
    count_digits,
    export_digits,
    list_corrections,
)
from hdr_bench.web.listing import describe_correction
from hdr_bench.web.state import AppState

Listing = dict[str, Any]
_log = logging.getLogger(__name__)


class CorrectionService:
    """Corrections, and the data set that they form.

    Parameters
    ----------
    state : AppState
    """

    def __init__(self, state: AppState) -> None:
        self._state = state

    async def list_page(self, chosen: CorrectionFilter, page: int) -> Listing:
        """Return a page of the list of corrections, newest first.

        Parameters
        ----------
        chosen : CorrectionFilter
        page : int

        Returns
        -------
        listing : dict
        """

        def find(session: Session) -> Listing:
            found = list_corrections(session, chosen, page)
            rows = [describe_correction(row) for row in found.rows]
            return {"corrections": rows, "page": found.number, "pages": found.n_pages, "total": found.total}

        return await self._state.read(find)

    async def store(self, digit_id: int, label: int | None) -> tuple[Listing, bool]:
        """Store a correction of a mark.

        Parameters
        ----------
        digit_id : int
        label : int or None
            None if the mark is not a digit.

        Returns
        -------
        correction : dict
        replaced : bool
            Whether it replaces an earlier correction.

        Raises
        ------
        HTTPException
            404 if there is no such mark.
        """

        def store(session: Session) -> tuple[Listing, bool] | None:
            was_there = corrections.find_correction(session, digit_id) is not None
            correction = corrections.correct(session, digit_id, label)
            return None if correction is None else (describe_correction(correction), was_there)

        stored = await self._state.write(store)
        if stored is None:
            raise HTTPException(404, f"There is no mark {digit_id}: its picture may have been deleted.")
        await self._consider_retraining()
        return stored

    async def confirm(self, correction_id: int) -> Listing:
        """Confirm a correction that is waiting for review.

        Parameters
        ----------
        correction_id : int

        Returns
        -------
        correction : dict

        Raises
        ------
        HTTPException
            404 if there is no such correction.
        """

        def store(session: Session) -> Listing | None:
            correction = corrections.confirm(session, correction_id)
            return None if correction is None else describe_correction(correction)

        stored = await self._state.write(store)
        if stored is None:
            raise _missing(correction_id)
        await self._consider_retraining()
        return stored

    async def remove(self, correction_id: int) -> None:
        """Delete a correction; the models' answers are kept.

        Parameters
        ----------
        correction_id : int

        Raises
        ------
        HTTPException
            404 if there is no such correction.
        """
        if not await self._state.write(lambda session: corrections.remove_correction(session, correction_id)):
            raise _missing(correction_id)

    async def export(self, chosen: CorrectionFilter, write: Callable[[Iterable[ExportedDigit]], bytes]) -> bytes:
        """Return corrected digits as a file.

        Parameters
        ----------
        chosen : CorrectionFilter
        write : callable
            Writes digits as the file.

        Returns
        -------
        content : bytes
        """
        return await self._state.read(lambda session: write(export_digits(session, chosen)))

    async def count_exported(self, chosen: CorrectionFilter) -> tuple[int, int]:
        """Return the number of digits in an export, and how many more are waiting for review.

        Parameters
        ----------
        chosen : CorrectionFilter
            Filter; its `review` is ignored.

        Returns
        -------
        n_settled, n_waiting : int
        """
        settled, waiting = (replace(chosen, review=review) for review in ("settled", "waiting"))
        return await self._state.read(lambda session: (count_digits(session, settled), count_digits(session, waiting)))

    async def _consider_retraining(self) -> None:
        # The correction is already stored, so the client must not see an error.
        try:
            await self._state.retraining.consider()
        except DatabaseError as error:
            _log.warning("Could not check whether a retraining is due; the next correction checks again: %s", error)


def _missing(correction_id: int) -> HTTPException:
    return HTTPException(404, f"There is no correction {correction_id}: it may have been deleted.")
