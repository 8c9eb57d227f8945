"""Which versions answer: what the database says, as far as their files are whole."""

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.database.versions import list_versions, mark_damaged, serve_version, served_versions
from hdr_bench.web.recognition.records import ServedVersion

_log = logging.getLogger(__name__)


def load_served(database: Database, folder: Path) -> tuple[ServedVersion, ...]:
    """Return the versions that answer, in the order of their models.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the models' files.

    Returns
    -------
    versions : tuple of ServedVersion

    Raises
    ------
    DatabaseError
        If the database cannot be reached.
    """
    with database.read() as session:
        return tuple(make_served(version, folder) for _, version in served_versions(session))


def replace_damaged(database: Database, folder: Path) -> None:
    """Have the latest whole version answer in place of each whose file is missing or has other bytes.

    A model of which no version is whole stays as it is, and does not answer.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the models' files.

    Raises
    ------
    DatabaseError
        If the database cannot be reached.
    """
    with database.begin() as session:
        for served, version in served_versions(session):
            if not is_whole(make_served(version, folder)):
                _replace(session, served.name, version, folder)


def _replace(session: Session, model: str, damaged: ModelVersion, folder: Path) -> None:
    _log.error("The file of %s, version %d, is missing or damaged: %s", model, damaged.number, folder / damaged.file)
    mark_damaged(session, damaged.id)
    earlier = next(_whole_versions(session, model, folder), None)
    if earlier is None:
        _log.error("No other version of %s can be used: it does not answer.", model)
        return
    serve_version(session, model, earlier.number)
    _log.error("Version %d of %s answers in its place.", earlier.number, model)


def _whole_versions(session: Session, model: str, folder: Path) -> Iterator[ModelVersion]:
    """Give the usable versions whose files are whole, the latest first."""
    versions = sorted(list_versions(session, model), key=lambda version: -version.number)
    return (each for each in versions if each.state == "usable" and is_whole(make_served(each, folder)))


def make_served(version: ModelVersion, folder: Path) -> ServedVersion:
    """Return what the reading processes need to know of a version.

    Parameters
    ----------
    version : ModelVersion
    folder : Path
        Of the models' files.

    Returns
    -------
    served : ServedVersion
    """
    return ServedVersion(version.id, version.model, version.number, folder / version.file, version.sha256)


def is_whole(version: ServedVersion) -> bool:
    """Return whether the file of a version has the bytes that were recorded.

    Parameters
    ----------
    version : ServedVersion

    Returns
    -------
    is_whole : bool
    """
    try:
        with version.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == version.sha256
    except OSError:
        return False
