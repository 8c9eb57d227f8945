"""Folders of retrainings: preparing the input, and removing what finished ones have left."""

import shutil
from pathlib import Path

from sqlalchemy import select

from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.tables import Retraining
from hdr_bench.web.database.versions import list_versions
from hdr_bench.web.retraining.collected import collect, write_collected
from hdr_bench.web.retraining.job import CORRECTIONS, Job, write_job
from hdr_bench.web.retraining.ownership import ClaimedJob, has_ended
from hdr_bench.web.settings import ServerSettings

_JOBS = "retrainings"


def job_folder(settings: ServerSettings, job_id: int, owner: str) -> Path:
    """Return the folder of a job, unique to this server.

    Parameters
    ----------
    settings : ServerSettings
    job_id : int
    owner : str
        The server that runs it.

    Returns
    -------
    folder : Path
    """
    return settings.folder / _JOBS / f"{job_id}-{owner.replace(':', '-')}"


def prepare(settings: ServerSettings, database: Database, job: ClaimedJob) -> None:
    """Write the input of a job's process.

    Parameters
    ----------
    settings : ServerSettings
    database : Database
    job : ClaimedJob

    Raises
    ------
    OSError
        If it cannot be written.
    DatabaseError
        If the corrections cannot be read.
    """
    folder = job_folder(settings, job.id, job.owner)
    shutil.rmtree(folder, ignore_errors=True)
    with database.read() as session:
        collected = collect(session)
        first = list_versions(session, job.model)[0]
        first_file, first_sha256 = first.file, first.sha256
    write_collected(collected, folder / CORRECTIONS)
    parent, oldest = ((settings.models_folder / file).absolute() for file in (job.parent_file, first_file))
    write_job(Job(job.model, str(parent), job.parent_sha256, str(oldest), first_sha256), folder)


def clear_folders(settings: ServerSettings, database: Database) -> None:
    """Remove the folders of jobs that are no longer running.

    Parameters
    ----------
    settings : ServerSettings
    database : Database
    """
    place = settings.folder / _JOBS
    if not place.is_dir():
        return
    with database.read() as session:
        running = session.scalars(select(Retraining).where(Retraining.state == "running")).all()
    used = {job_folder(settings, job.id, job.owner) for job in running if not has_ended(job.owner)}
    for folder in set(place.iterdir()) - used:
        shutil.rmtree(folder, ignore_errors=True)
