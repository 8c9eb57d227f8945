"""Recording of a new version: its file first, then its row, the swap and the end of the job in one transaction."""

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
    """The job was taken over by another server in the meantime."""


def keep_file(folder: Path, models: Path, sha256: str) -> str:
    """Move the file of a new version to the models folder, named after its hash.

    Parameters
    ----------
    folder : Path
        Folder of the job, on the same disk.
    models : Path
        The models folder.
    sha256 : str
        SHA-256 of the file.

    Returns
    -------
    name : str
        Name of the file in the models folder.

    Raises
    ------
    OSError
        If it cannot be moved.
    """
    models.mkdir(parents=True, exist_ok=True)
    name = f"{sha256}{ENDING}"
    source = folder / MODEL
    # The database must not refer to a file that a power cut could still lose.
    _write_through(source)
    source.replace(models / name)
    _write_through(models)
    return name


def record(database: Database, job: ClaimedJob, version: NewVersion, file: str) -> bool:
    """Add a version, serve it if it was accepted, and end its job, in one transaction.

    All corrections that were given to it count as used, even those that it could not learn from, and even if the
    version is offered or rejected: they are also given to each later version, but do not trigger one by themselves.

    Parameters
    ----------
    database : Database
    job : ClaimedJob
    version : NewVersion
    file : str
        Name of its file in the models folder.

    Returns
    -------
    is_served : bool

    Raises
    ------
    DatabaseError
        If the database cannot be reached; nothing was stored.
    LostJobError
        If the job now belongs to another server; nothing was stored.
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
    """Return the decision adjusted to the present: an accepted version replaces only the one it was compared with."""
    served = session.get(ServedModel, job.model, populate_existing=True)
    is_served = served is not None and served.position is not None and served.version_id == job.parent_id
    if decision["verdict"] != "taken" or is_served:
        return dict(decision)
    reason = "It is not worse than the version that it was retrained from, but that one is no longer in use."
    return {**decision, "verdict": "offered", "reason": reason}


def _write_through(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
