"""Requests that wait for a reading process."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hdr_bench.exceptions import ServerError
from hdr_bench.web.recognition.records import ServedVersion
from hdr_bench.web.recognition.requests import Drawing, Outcome, Request

MOST_DRAWINGS, MOST_UPLOADS = 200, 20
# More per batch would make the first of them wait for the last.
_BATCH = 8


@dataclass(eq=False)
class Job:
    """One waiting request.

    Attributes
    ----------
    future : asyncio.Future
        Gets the answer.
    drawing : Drawing or None
    make : callable or None
        Makes the request of anything else, of the versions that are served when its turn comes.
    """

    future: asyncio.Future[Any]
    drawing: Drawing | None = field(default=None, repr=False)
    make: Callable[[tuple[ServedVersion, ...]], Request] | None = None

    def settle(self, outcome: Outcome) -> None:
        """Hand over the answer, if its client still waits.

        Parameters
        ----------
        outcome : Outcome
        """
        if self.future.done():
            return
        if outcome.error is not None:
            self.future.set_exception(outcome.error)
        else:
            self.future.set_result(outcome.value)


class WaitingJobs:
    """Two bounded queues: drawings, which are taken in batches, and everything else, one at a time."""

    def __init__(self) -> None:
        self._drawings: deque[Job] = deque()
        self._uploads: deque[Job] = deque()
        self._changed = asyncio.Condition()
        self._is_uploads_turn = False
        self._is_closed = False

    async def add_drawing(self, drawing: Drawing) -> Any:
        """Wait for the answers for a drawing.

        Parameters
        ----------
        drawing : Drawing

        Returns
        -------
        answers : PictureAnswers

        Raises
        ------
        ServerError
            If too many wait.
        """
        return await self._add(self._drawings, MOST_DRAWINGS, Job(_future(), drawing))

    async def add_upload(self, make: Callable[[tuple[ServedVersion, ...]], Request]) -> Any:
        """Wait for the answer to any other request.

        Parameters
        ----------
        make : callable
            Makes the request of the served versions.

        Returns
        -------
        answer : object

        Raises
        ------
        ServerError
            If too many wait.
        """
        return await self._add(self._uploads, MOST_UPLOADS, Job(_future(), make=make))

    async def take(self, takes_uploads: bool) -> list[Job]:  # of the process, fixed for its life
        """Wait for work, and take it.

        Parameters
        ----------
        takes_uploads : bool
            Whether this process reads uploads too; then these and drawings take turns.

        Returns
        -------
        jobs : list of Job
            Several drawings, or one other request.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._drawings or (takes_uploads and self._uploads))
            if takes_uploads and self._uploads and (self._is_uploads_turn or not self._drawings):
                self._is_uploads_turn = False
                return [self._uploads.popleft()]
            self._is_uploads_turn = takes_uploads
            return [self._drawings.popleft() for _ in range(min(_BATCH, len(self._drawings)))]

    def close(self) -> None:
        """Let all that wait fail, and take nothing more."""
        self._is_closed = True
        for job in (*self._drawings, *self._uploads):
            job.settle(Outcome(error=ServerError("the server is stopping")))
        self._drawings.clear()
        self._uploads.clear()

    async def _add(self, queue: deque[Job], most: int, job: Job) -> Any:
        if self._is_closed:
            raise ServerError("the server is stopping")
        if len(queue) >= most:
            raise ServerError(f"{most} requests are waiting already; try again in a few seconds")
        async with self._changed:
            queue.append(job)
            self._changed.notify_all()
        return await job.future


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()
