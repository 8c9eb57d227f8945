"""Queue of retrainings: one at a time, each in its own process, with its state in the database."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import DatabaseError, ServerError
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.retrainings import finish, queue, report_progress, requeue
from hdr_bench.web.retraining.due import queue_if_due
from hdr_bench.web.retraining.following import Limits, Progress, run_child
from hdr_bench.web.retraining.job import read_result
from hdr_bench.web.retraining.ownership import ClaimedJob, claim_job, name_owner
from hdr_bench.web.retraining.preparation import clear_folders, job_folder, prepare
from hdr_bench.web.retraining.swap import LostJobError, keep_file, record
from hdr_bench.web.settings import ServerSettings

_log = logging.getLogger(__name__)
_Value = TypeVar("_Value")

# Interval of looking for jobs queued or left by other servers; this server's own jobs start immediately.
_LOOK_EVERY_SECONDS = 5.0
_BEAT_EVERY_SECONDS = 5.0


class RetrainingQueue:
    """Queue of retrainings of a server.

    Parameters
    ----------
    settings : ServerSettings
    database : Database
    on_swap : callable
        Awaited after a new version was accepted, so that it is served.
    limits : Limits, optional
        Limits of each retraining.
    """

    def __init__(
        self,
        settings: ServerSettings,
        database: Database,
        on_swap: Callable[[], Awaitable[None]],
        limits: Limits | None = None,
    ) -> None:
        self._settings, self._database, self._on_swap = settings, database, on_swap
        self._limits = limits or Limits()
        self._owner = name_owner()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start working on the queue; jobs left by stopped servers are requeued."""
        await asyncio.to_thread(clear_folders, self._settings, self._database)
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop the running retraining, if any; it is requeued for the next start."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    async def request(self, model: str) -> int:
        """Queue a retraining.

        Parameters
        ----------
        model : str
            Name of a served model.

        Returns
        -------
        job_id : int
            Id of the new job, or of the one already queued.

        Raises
        ------
        ServerError
            If no model of this name is served.
        DatabaseError
            If the database cannot be reached.
        """
        job_id = await asyncio.to_thread(self._queue, model)
        self._wake.set()
        return job_id

    async def consider(self) -> None:
        """Queue a retraining of the first model if there are enough corrections; call this after each correction."""
        if self._settings.retrain_after and await asyncio.to_thread(self._queue_if_due) is not None:
            self._wake.set()

    def _queue(self, model: str) -> int:
        with self._database.begin() as session:
            job = queue(session, model)
            if job is None:
                raise ServerError(f"There is no model {model!r}. Choose one of the models in use.")
            return job.id

    def _queue_if_due(self) -> int | None:
        with self._database.begin() as session:
            return queue_if_due(session, self._settings.retrain_after)

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            try:
                has_run = await self._run_next()
            # The database may be unreachable for a while; queued jobs wait.
            except DatabaseError:
                has_run = False
            # The task must not end, or nothing would be retrained any more.
            except Exception:  # noqa: BLE001
                _log.exception("The queue of retrainings failed; it continues.")
                has_run = False
            if not has_run:
                await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), _LOOK_EVERY_SECONDS)

    async def _run_next(self) -> bool:
        """Run the next job; return whether there was one."""
        job = await asyncio.to_thread(self._claim)
        if job is not None:
            await self._run(job)
        return job is not None

    def _claim(self) -> ClaimedJob | None:
        with self._database.begin() as session:
            return claim_job(session, self._owner)

    async def _run(self, job: ClaimedJob) -> None:
        folder = job_folder(self._settings, job.id, job.owner)
        try:
            failure = await self._retrain(job, folder)
            if failure:
                await self._store(lambda: self._finish(job, failure))
        except LostJobError:
            return
        # A failure of one job must not prevent the next ones from running.
        except Exception as error:  # noqa: BLE001
            _log.exception("Retraining %d failed.", job.id)
            reason = f"It failed: {describe_error(error)}"
            await self._store(lambda: self._finish(job, reason))
        except asyncio.CancelledError:
            with suppress(DatabaseError):
                await asyncio.to_thread(self._put_back, job)
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _retrain(self, job: ClaimedJob, folder: Path) -> str:
        """Run a retraining and record its result; return why it failed."""
        try:
            await asyncio.to_thread(prepare, self._settings, self._database, job)
            failure = await self._follow(job, folder)
            version = read_result(folder)
            if failure or version is None:
                return failure or "Its process exited without a result."
            file = await asyncio.to_thread(keep_file, folder, self._settings.models_folder, version.sha256)
        except (OSError, DatabaseError) as error:
            return f"It could not be run or stored: {describe_error(error)}"
        is_served = await self._store(lambda: record(self._database, job, version, file))
        if is_served:
            await self._announce(job)
        return ""

    async def _announce(self, job: ClaimedJob) -> None:
        try:
            await self._on_swap()
        # The version is recorded, and the server will look it up again.
        except Exception:  # noqa: BLE001
            _log.exception("The new version of %s cannot be served yet.", job.model)

    async def _follow(self, job: ClaimedJob, folder: Path) -> str:
        """Run the process, and record its progress in the database."""
        current = [Progress("starting")]
        changed = asyncio.Event()

        def note(progress: Progress) -> None:
            current[0] = progress
            changed.set()

        running = asyncio.create_task(run_child(folder, self._limits, note))
        beating = asyncio.create_task(self._beat(job, current, changed))
        try:
            await asyncio.wait({running, beating}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                raise LostJobError
            failure = running.result()
            # Its last message may not have been written yet.
            await self._say(job, current[0])
            return failure
        finally:
            for task in (running, beating):
                task.cancel()
            await asyncio.gather(running, beating, return_exceptions=True)

    async def _beat(self, job: ClaimedJob, current: list[Progress], changed: asyncio.Event) -> None:
        """Report progress, as a sign of life, until the job belongs to another server."""
        is_own = True
        while is_own:
            changed.clear()
            is_own = await self._say(job, current[0])
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), _BEAT_EVERY_SECONDS)

    async def _say(self, job: ClaimedJob, now: Progress) -> bool:
        """Try to report progress; return whether the job still belongs to this server."""
        try:
            return await asyncio.to_thread(self._report, job, now)
        except DatabaseError:
            return True
        # Continuing the training matters more than reporting it.
        except Exception:  # noqa: BLE001
            _log.exception("Could not report the progress of retraining %d.", job.id)
            return True

    def _report(self, job: ClaimedJob, now: Progress) -> bool:
        with self._database.begin() as session:
            return report_progress(session, job.id, job.owner, stage=now.stage, epoch=now.epoch, n_epochs=now.n_epochs)

    def _finish(self, job: ClaimedJob, failure: str) -> None:
        with self._database.begin() as session:
            finish(session, job.id, job.owner, state="failed", reason=failure)

    def _put_back(self, job: ClaimedJob) -> None:
        with self._database.begin() as session:
            requeue(session, job.id, job.owner)

    async def _store(self, write: Callable[[], _Value]) -> _Value:
        """Record the result of a long training, however long the database is unreachable."""
        while True:
            try:
                return await asyncio.to_thread(write)
            except DatabaseError:
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
