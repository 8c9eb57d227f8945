"""What the requests share: the database, the reading processes, the retrainings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hdr_bench.exceptions import ModelFileError
from hdr_bench.web.database.engine import Database
from hdr_bench.web.recognition.pool import ReadingPool
from hdr_bench.web.recognition.records import ServedVersion
from hdr_bench.web.retraining.queue import RetrainingQueue
from hdr_bench.web.serving import is_whole, load_served, replace_damaged
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
    """

    settings: ServerSettings
    database: Database
    pool: ReadingPool
    retraining: RetrainingQueue

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
        ServerError
            If a reading process died while it loaded them.
        """
        await serve_stored(self.pool, self.database, self.settings.models_folder)


async def serve_stored(pool: ReadingPool, database: Database, models: Path) -> None:
    """Let a pool answer with the versions that the database names; damaged files are passed over.

    Parameters
    ----------
    pool : ReadingPool
    database : Database
    models : Path
        Where the files of all versions are.

    Raises
    ------
    DatabaseError
        If it cannot be reached.
    ServerError
        If a reading process died while it loaded them.
    """
    versions = await run_in_threadpool(load_served, database, models)
    if versions == pool.versions:
        return
    try:
        await pool.serve(versions)
    except ModelFileError:
        await run_in_threadpool(replace_damaged, database, models)
        await pool.serve(await run_in_threadpool(_load_whole, database, models))


def _load_whole(database: Database, models: Path) -> tuple[ServedVersion, ...]:
    return tuple(version for version in load_served(database, models) if is_whole(version))


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
