"""What the requests share: the database, the reading processes, the retrainings."""

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
    """What the requests share.

    Attributes
    ----------
    settings : ServerSettings
    database : Database
    pool : ReadingPool
    retraining : RetrainingQueue
    serving : Serving
        Which versions the pool answers with.
    """

    settings: ServerSettings
    database: Database
    pool: ReadingPool
    retraining: RetrainingQueue
    serving: Serving

    async def read(self, work: Callable[[Session], Result]) -> Result:
        """Return what a function reads from the database, in a thread.

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
        """Return what a function gives that changes the database, in a thread: all of it is stored, or nothing.

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
        """Let the versions answer that the database names.

        Raises
        ------
        DatabaseError
            If it cannot be reached.
        ModelFileError
            If a file cannot be loaded.
        ServerError
            If a reading process died while it loaded them.
        """
        await self.serving.refresh()


def state_of(request: Request) -> AppState:
    """Return what the requests of this application share.

    Parameters
    ----------
    request : Request

    Returns
    -------
    state : AppState
    """
    state: AppState = request.app.state.hdr_bench
    return state
