"""Folders of retrainings: what a process is given, and what ended ones have left."""

import shutil
from pathlib import Path

from sqlalchemy import select

from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.tables import Retraining
from hdr_bench.web.retraining.collected import collect, write_collected
from hdr_bench.web.retraining.job import CORRECTIONS, Job, write_job
from hdr_bench.web.retraining.ownership import ClaimedJob
from hdr_bench.web.settings import ServerSettings

_JOBS, _MODELS = "retrainings", "models"


def models_folder(settings: ServerSettings) -> Path:
    """Return where the files of all versions are.

    Parameters
    ----------
    settings : ServerSettings

    Returns
    -------
    folder : Path
    """
    return settings.folder / _MODELS


def job_folder(settings: ServerSettings, job: ClaimedJob) -> Path:
    """Return the folder of a job; no other server has the same one.

    Parameters
    ----------
    settings : ServerSettings
    job : ClaimedJob

    Returns
    -------
    folder : Path
    """
    return settings.folder / _JOBS / f"{job.id}-{'-'.join(job.owner.split(':')[1:])}"


def prepare(settings: ServerSettings, database: Database, job: ClaimedJob) -> None:
    """Write what the process of a job is given.

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
    folder = job_folder(settings, job)
    shutil.rmtree(folder, ignore_errors=True)
    with database.read() as session:
        collected = collect(session)
    write_collected(collected, folder / CORRECTIONS)
    parent = (models_folder(settings) / job.parent_file).absolute()
    write_job(Job(job.model, str(parent), job.parent_sha256), folder)


def clear_folders(settings: ServerSettings, database: Database) -> None:
    """Remove the folders of jobs that no longer run.

    Parameters
    ----------
    settings : ServerSettings
    database : Database
    """
    place = settings.folder / _JOBS
    if not place.is_dir():
        return
    with database.read() as session:
        running = set(session.scalars(select(Retraining.id).where(Retraining.state == "running")))
    for folder in place.iterdir():
        if folder.name.partition("-")[0] not in {str(number) for number in running}:
            shutil.rmtree(folder, ignore_errors=True)
