"""Retrainings as jobs: one runs at a time, however many servers share the database."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, select, update
from sqlalchemy.orm import Session, selectinload

from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.pages import Page, can_be_id, load_page
from hdr_bench.web.database.tables import Retraining, ServedModel, now


def queue(session: Session, model: str) -> Retraining | None:
    """Return a job that retrains a model from its served version: the one already queued, or a new one.

    Parameters
    ----------
    session : Session
    model : str

    Returns
    -------
    job : Retraining or None
        None if no model of this name is served.
    """
    lock_changes(session)
    served = session.get(ServedModel, model, populate_existing=True)
    if served is None or served.position is None:
        return None
    waiting = _select().where(Retraining.model == model, Retraining.state == "queued").limit(1)
    job = session.scalars(waiting).one_or_none()
    if job is None:
        job = Retraining(model=model, state="queued", parent_id=served.version_id)
        session.add(job)
        session.flush()
    return job


def claim(session: Session, owner: str) -> Retraining | None:
    """Take the oldest queued job, unless one is running on any server; it starts from the version served now.

    Parameters
    ----------
    session : Session
    owner : str
        Server that will run it.

    Returns
    -------
    job : Retraining or None
        None if no job is queued, or one is running.
    """
    lock_changes(session)
    if session.scalar(select(Retraining.id).where(Retraining.state == "running").limit(1)) is not None:
        return None
    query = _select().where(Retraining.state == "queued").limit(1)
    job = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if job is None:
        return None
    served = session.get(ServedModel, job.model, populate_existing=True)
    if served is not None:
        job.parent_id = served.version_id
    job.state, job.owner, job.stage = "running", owner, ""
    job.seen_at = job.started_at = now()
    session.flush()
    session.refresh(job, ["parent", "version"])
    return job


def report_progress(
    session: Session, job_id: int, owner: str, *, stage: str, epoch: int = 0, n_epochs: int = 0
) -> bool:
    """Record that a job is still running, and its progress.

    Parameters
    ----------
    session : Session
    job_id : int
    owner : str
        Server that runs it.
    stage : str
        Current stage, in words.
    epoch, n_epochs : int, default=0
        Epochs of a network.

    Returns
    -------
    mine : bool
        Whether it still belongs to this server; otherwise the server must abandon it.
    """
    return _update(session, job_id, owner, stage=stage[:255], epoch=epoch, n_epochs=n_epochs, seen_at=now())


def finish(
    session: Session, job_id: int, owner: str, *, state: str, reason: str = "", version_id: int | None = None
) -> bool:
    """Finish a job.

    Parameters
    ----------
    session : Session
    job_id : int
    owner : str
        Server that runs it.
    state : str
        ``"done"``, ``"refused"`` (version rejected) or ``"failed"``.
    reason : str, default=""
        Why the version was rejected, or the job failed.
    version_id : int, optional
        Version that it produced.

    Returns
    -------
    mine : bool
        Whether it belonged to this server; otherwise it is unchanged, and the transaction must be rolled back.
    """
    return _update(
        session, job_id, owner, state=state, reason=reason, version_id=version_id, owner="", finished_at=now()
    )


def requeue(session: Session, job_id: int, owner: str) -> bool:
    """Requeue an interrupted job, to be run again from the beginning.

    Parameters
    ----------
    session : Session
    job_id : int
    owner : str
        Server that ran it.

    Returns
    -------
    was_running : bool
        Whether it still belonged to that server.
    """
    return _update(session, job_id, owner, state="queued", owner="", stage="", epoch=0, seen_at=None, started_at=None)


def abandoned(session: Session, older_than: timedelta) -> list[Retraining]:
    """Return running jobs whose server gave no sign of life for a given time.

    Parameters
    ----------
    session : Session
    older_than : timedelta
        Time without a sign of life.

    Returns
    -------
    jobs : list of Retraining
    """
    return list(
        session.scalars(_select().where(Retraining.state == "running", Retraining.seen_at < now() - older_than))
    )


def load_retraining(session: Session, job_id: int) -> Retraining | None:
    """Return a job, with the versions that it started from and produced.

    Parameters
    ----------
    session : Session
    job_id : int

    Returns
    -------
    job : Retraining or None
        None if there is no job with this id.
    """
    if not can_be_id(job_id):
        return None
    query = _select().where(Retraining.id == job_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def list_retrainings(session: Session, page: int = 1) -> Page[Retraining]:
    """Return a page of the list of jobs, newest first.

    Parameters
    ----------
    session : Session
    page : int, default=1
        Page number, from 1.

    Returns
    -------
    page : Page of Retraining
    """
    query = _select().order_by(None).order_by(Retraining.id.desc())
    return load_page(session, query, page, lambda row: row[0])


def _select() -> Select[Retraining]:
    versions = (selectinload(Retraining.parent), selectinload(Retraining.version))
    return select(Retraining).options(*versions).order_by(Retraining.id)


def _update(session: Session, job_id: int, expected_owner: str, **values: Any) -> bool:
    query = (
        update(Retraining)
        .where(Retraining.id == job_id, Retraining.state == "running", Retraining.owner == expected_owner)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", session.execute(query)).rowcount == 1
