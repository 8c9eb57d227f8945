"""A new version recorded: its file put in place, then its row, the swap and the job's end in one transaction."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from hdr_bench.models.model_file import ENDING
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.learning import mark_used, note_learned
from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.retrainings import finish
from hdr_bench.web.database.tables import ServedModel
from hdr_bench.web.database.versions import add_version, serve_version
from hdr_bench.web.retraining.job import MODEL, NewVersion
from hdr_bench.web.retraining.ownership import ClaimedJob

_STATES = {"taken": "usable", "offered": "offered", "refused": "refused"}


class LostJobError(Exception):
    """A job that another server has taken over meanwhile."""


def keep_file(folder: Path, models: Path, sha256: str) -> str:
    """Put the file of a new version among the others, under the hash of its bytes.

    Parameters
    ----------
    folder : Path
        Of the job, on the same disk.
    models : Path
        The folder of models.
    sha256 : str
        Of the file.

    Returns
    -------
    name : str
        Of the file there.

    Raises
    ------
    OSError
        If it cannot be put there.
    """
    models.mkdir(parents=True, exist_ok=True)
    name = f"{sha256}{ENDING}"
    source = folder / MODEL
    # The database must not name a file that a power cut can still take away.
    _write_through(source)
    source.replace(models / name)
    _write_through(models)
    return name


def record(database: Database, job: ClaimedJob, version: NewVersion, file: str) -> bool:
    """Add a version, serve it if it was taken, and end its job: all of it or nothing.

    All corrections that were given to it count as used, also those that it could not learn from, and by a version that
    is offered or refused: they are given to each later version too, but do not ask for one by themselves.

    Parameters
    ----------
    database : Database
    job : ClaimedJob
    version : NewVersion
    file : str
        Its file's name in the folder of models.

    Returns
    -------
    is_served : bool

    Raises
    ------
    DatabaseError
        If the database cannot be reached; nothing was stored.
    LostJobError
        If the job is another server's by now; nothing was stored.
    """
    with database.begin() as session:
        lock_changes(session)
        decision = _settle(session, job, version.decision)
        row = add_version(
            session,
            model=job.model,
            method=version.method,
            origin="retrained",
            file=file,
            sha256=version.sha256,
            n_images=version.n_images,
            state=_STATES[decision["verdict"]],
            parent_id=job.parent_id,
            n_corrections=version.n_corrections,
            scores=version.scores,
            decision=decision,
        )
        mark_used(session, {int(number): label for number, label in version.used.items()}, row.id)
        note_learned(session, version.learned, row)
        is_taken = decision["verdict"] == "taken"
        if is_taken:
            serve_version(session, job.model, row.number)
        state = "refused" if decision["verdict"] == "refused" else "done"
        if not finish(session, job.id, job.owner, state=state, reason=decision["reason"], version_id=row.id):
            raise LostJobError
    return is_taken


def _settle(session: Session, job: ClaimedJob, decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return the decision as it holds now: a version that was taken replaces only the one it was compared with."""
    served = session.get(ServedModel, job.model, populate_existing=True)
    is_served = served is not None and served.position is not None and served.version_id == job.parent_id
    if decision["verdict"] != "taken" or is_served:
        return dict(decision)
    reason = "It is not worse than the version that it was retrained from, but that one does not answer any more."
    return {**decision, "verdict": "offered", "reason": reason}


def _write_through(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
