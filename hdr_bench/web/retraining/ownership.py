"""Ownership of jobs: which server runs a job, and recovery of jobs whose server has stopped."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil
from sqlalchemy import select
from sqlalchemy.orm import Session

from hdr_bench.process_tree import start_time
from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.retrainings import abandoned, claim, finish, requeue
from hdr_bench.web.database.tables import Retraining

SILENCE = timedelta(seconds=60)
"""Time without a sign of life after which a server on another machine counts as stopped."""
_HOST_LETTERS = 30
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_BOOT_LETTERS = 8
_INTERRUPTED = "The server stopped during the retraining, so it runs a second time."
_TWICE = "The server stopped during the retraining, twice. Retry once the cause is known."


@dataclass(frozen=True)
class ClaimedJob:
    """Job run by this server.

    Attributes
    ----------
    id : int
    model : str
        Name of the model.
    owner : str
        Name of this server.
    parent_id : int
        Version that it starts from.
    parent_file : str
        File name in the models folder.
    parent_sha256 : str
    """

    id: int
    model: str
    owner: str
    parent_id: int
    parent_file: str
    parent_sha256: str


def name_owner() -> str:
    """Return the name of this server: its machine, process id, and start time of the process.

    Returns
    -------
    owner : str
        At most 64 characters.
    """
    return f"{_host()}:{os.getpid()}:{_began(os.getpid())}"


def claim_job(session: Session, owner: str) -> ClaimedJob | None:
    """Requeue the jobs of stopped servers, and take the next one.

    Parameters
    ----------
    session : Session
    owner : str

    Returns
    -------
    job : ClaimedJob or None
        None if there is none to run now.
    """
    lock_changes(session)
    put_back_abandoned(session)
    row = claim(session, owner)
    if row is None:
        return None
    parent = row.parent
    return ClaimedJob(row.id, row.model, owner, parent.id, parent.file, parent.sha256)


def put_back_abandoned(session: Session) -> None:
    """Requeue the jobs of stopped servers; a job that was requeued before fails.

    Parameters
    ----------
    session : Session
    """
    silent = {job.id for job in abandoned(session, SILENCE)}
    running = select(Retraining).where(Retraining.state == "running")
    for job in session.scalars(running.execution_options(populate_existing=True)).all():
        if job.id not in silent and not has_ended(job.owner):
            continue
        owner = job.owner
        if job.reason:
            finish(session, job.id, owner, state="failed", reason=_TWICE)
            continue
        # Read first, because the functions below change the row.
        job.reason = _INTERRUPTED
        session.flush()
        requeue(session, job.id, owner)


def has_ended(owner: str) -> bool:
    """Whether a server on this machine has stopped; False if unknown.

    Parameters
    ----------
    owner : str
        As `name_owner` returns it.

    Returns
    -------
    has_ended : bool
    """
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    began = owner.rpartition(":")[2]
    return host == _host() and rest.isdigit() and _began(int(rest)) != began


def _host() -> str:
    return socket.gethostname()[:_HOST_LETTERS]


def _began(pid: int) -> str:
    """Return the start time of a process, independent of clock changes; empty if it has exited."""
    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return ""
    except psutil.Error:
        return ""
    # Start times count from the boot of the machine, which Linux identifies by a boot id.
    with suppress(OSError):
        return f"{start_time(pid)}@{_BOOT.read_text()[:_BOOT_LETTERS]}"
    return start_time(pid)
