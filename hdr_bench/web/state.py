"""State that requests share: the database, the reading processes, the retrainings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hdr_bench.web.database.engine import Database
from hdr_bench.web.recognition.pool import ReadingPool
from hdr_bench.web.retraining.queue import RetrainingQueue
from hdr_bench.web.serving import Serving
from hdr_bench.web.settings import ServerSettings

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class AppState:
    """State that requests share.

    Attributes
    ----------
    settings : ServerSettings
    database : Database
    pool : ReadingPool
    retraining : RetrainingQueue
    serving : Serving
        Versions that the pool serves.
    """

    settings: ServerSettings
    database: Database
    pool: ReadingPool
    retraining: RetrainingQueue
    serving: Serving

    async def read(self, work: Callable[[Session], Result]) -> Result:
        """Return what a function reads from the database, run in a thread.

        Parameters
        ----------
        work : callable

        Returns
        -------
        result : object
        """

        def run() -> Result:
            with self.database.read() as session:
                return work(session)

        return await run_in_threadpool(run)

    async def write(self, work: Callable[[Session], Result]) -> Result:
        """Return the result of a function that changes the database, run in a thread as one transaction.

        Parameters
        ----------
        work : callable

        Returns
        -------
        result : object
        """

        def run() -> Result:
            with self.database.begin() as session:
                return work(session)

        return await run_in_threadpool(run)

    async def refresh(self) -> None:
        """Serve the versions that the database selects.

        Raises
        ------
        DatabaseError
            If it cannot be reached.
        ModelFileError
            If a file cannot be loaded.
        ServerError
            If a reading process died while loading them.
        """
        await self.serving.refresh()


def state_of(request: Request) -> AppState:
    """Return the state shared by the requests of this application.

    Parameters
    ----------
    request : Request

    Returns
    -------
    state : AppState
    """
    state: AppState = request.app.state.hdr_bench
    return state
