"""Automatic retraining, due once there are enough corrections that no version has been given yet."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hdr_bench.web.database.corrections import count_unused
from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.retrainings import queue
from hdr_bench.web.database.tables import Correction, Retraining
from hdr_bench.web.database.versions import served_versions


def queue_if_due(session: Session, retrain_after: int) -> int | None:
    """Queue a retraining of the first model if enough corrections are unused and none is queued or running.

    After a failure only later corrections count, since the same ones would fail again after each correction.

    Parameters
    ----------
    session : Session
    retrain_after : int
        Number of unused corrections that is enough; 0 never queues.

    Returns
    -------
    job_id : int or None
    """
    if not retrain_after or count_unused(session) < retrain_after:
        return None
    lock_changes(session)
    served = served_versions(session)
    if not served:
        return None
    model = served[0][0].name
    last = session.scalars(
        select(Retraining).where(Retraining.model == model).order_by(Retraining.id.desc()).limit(1)
    ).one_or_none()
    if last is not None and (last.state in {"queued", "running"} or _failed_on_them(session, last, retrain_after)):
        return None
    job = queue(session, model)
    return None if job is None else job.id


def _failed_on_them(session: Session, last: Retraining, retrain_after: int) -> bool:
    if last.state != "failed":
        return False
    later = select(func.count(Correction.id)).where(
        Correction.created_at > last.created_at,
        Correction.label.is_not(None),
        Correction.review != "waiting",
        ~Correction.held_back,
        Correction.used_in_id.is_(None),
    )
    return (session.scalar(later) or 0) < retrain_after
