"""Requests waiting for a reading process."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from hdr_bench.exceptions import ServerError
from hdr_bench.web.recognition.records import ServedVersion
from hdr_bench.web.recognition.requests import Drawing, Outcome, Request

# In a larger batch, the first drawing would wait too long for the last.
_BATCH = 8


class Kind(Enum):
    """Kind of a request; each kind has its own queue."""

    DRAWING = auto()
    VIEW = auto()
    """Showing a stored picture, or predictions for images."""
    PICTURE = auto()
    """Reading a picture to be stored."""


MOST_WAITING = {Kind.DRAWING: 200, Kind.VIEW: 40, Kind.PICTURE: 20}
"""Largest number of waiting requests of each kind."""


@dataclass(eq=False)
class Job:
    """One waiting request.

    Attributes
    ----------
    future : asyncio.Future
        Receives the answer.
    drawing : Drawing or None
    make : callable or None
        Makes any other request, given the versions served when its turn comes.
    """

    future: asyncio.Future[Any]
    drawing: Drawing | None = field(default=None, repr=False)
    make: Callable[[tuple[ServedVersion, ...]], Request] | None = None

    def settle(self, outcome: Outcome) -> None:
        """Deliver the answer if the client is still waiting.

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
    """Bounded queues, one per kind, served in turn: drawings in batches, everything else one at a time."""

    def __init__(self) -> None:
        # Ordered by when each kind was last served, the longest ago first.
        self._queues: OrderedDict[Kind, deque[Job]] = OrderedDict((kind, deque()) for kind in Kind)
        self._changed = asyncio.Condition()
        self._is_closed = False

    async def add_drawing(self, drawing: Drawing) -> Any:
        """Wait for the answers to a drawing.

        Parameters
        ----------
        drawing : Drawing

        Returns
        -------
        answers : PictureAnswers

        Raises
        ------
        ServerError
            If too many requests are waiting.
        """
        return await self._add(Kind.DRAWING, Job(_future(), drawing))

    async def add(self, kind: Kind, make: Callable[[tuple[ServedVersion, ...]], Request]) -> Any:
        """Wait for the answer to any other request.

        Parameters
        ----------
        kind : Kind
        make : callable
            Makes the request, given the served versions.

        Returns
        -------
        answer : object

        Raises
        ------
        ServerError
            If too many requests are waiting.
        """
        return await self._add(kind, Job(_future(), make=make))

    async def take(self, kinds: Collection[Kind]) -> list[Job]:
        """Wait for work and take it.

        Parameters
        ----------
        kinds : collection of Kind
            Kinds that may be taken.

        Returns
        -------
        jobs : list of Job
            Several drawings, or one other request.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: any(self._queues[kind] for kind in kinds))
            kind = next(kind for kind, queue in self._queues.items() if queue and kind in kinds)
            self._queues.move_to_end(kind)
            queue = self._queues[kind]
            return [queue.popleft() for _ in range(min(_BATCH if kind is Kind.DRAWING else 1, len(queue)))]

    def close(self) -> None:
        """Fail all waiting requests, and accept no more."""
        self._is_closed = True
        for queue in self._queues.values():
            for job in queue:
                job.settle(Outcome(error=ServerError("the server is stopping")))
            queue.clear()

    async def _add(self, kind: Kind, job: Job) -> Any:
        if self._is_closed:
            raise ServerError("the server is stopping")
        most = MOST_WAITING[kind]
        if len(self._queues[kind]) >= most:
            raise ServerError(f"{most} requests are waiting already; try again in a few seconds")
        async with self._changed:
            self._queues[kind].append(job)
            self._changed.notify_all()
        return await job.future


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()
