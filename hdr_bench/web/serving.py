"""Which versions answer here: what the database says, as far as their files are here and whole."""

import hashlib
import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.database.versions import list_versions, mark_damaged, serve_version, served_versions
from hdr_bench.web.recognition.records import ServedVersion

_log = logging.getLogger(__name__)


def load_served(database: Database, folder: Path) -> tuple[ServedVersion, ...]:
    """Return the versions that answer, in the order of their models.

    Left out are those that are known to be damaged, and, with a line in the log, those whose files are not here or
    cannot be read: another server of the database may have them in a folder of its own, so that nothing is noted.

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
        chosen = [make_served(version, folder) for _, version in served_versions(session) if version.state != "damaged"]
    return tuple(version for version in chosen if _can_be_read(version))


def replace_damaged(database: Database, folder: Path) -> None:
    """Have the latest whole version answer in place of each whose file has other bytes than those that were stored.

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
            if _digest(folder / version.file) not in {version.sha256, None}:
                _replace(session, served.name, version, folder)


def restore_whole(session: Session, folder: Path) -> None:
    """Make versions usable again that were damaged, and whose files are whole by now.

    Parameters
    ----------
    session : Session
    folder : Path
        Of the models' files.
    """
    for version in session.scalars(select(ModelVersion).where(ModelVersion.state == "damaged")):
        if is_whole(make_served(version, folder)):
            version.state = "usable"
            _log.warning("The file of %s, version %d, is whole again.", version.model, version.number)


def _replace(session: Session, model: str, damaged: ModelVersion, folder: Path) -> None:
    _log.error("The file of %s, version %d, is damaged: %s", model, damaged.number, folder / damaged.file)
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
    """Return whether the file of a version is here and has the bytes that were stored.

    Parameters
    ----------
    version : ServedVersion

    Returns
    -------
    is_whole : bool
    """
    return _digest(version.path) == version.sha256


def _digest(path: Path) -> str | None:
    """Return the SHA-256 of a file; None if it cannot be read now, which says nothing of its bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _can_be_read(version: ServedVersion) -> bool:
    try:
        with version.path.open("rb"):
            return True
    except OSError as error:
        _say_unreadable(version, error.strerror or type(error).__name__)
        return False


@cache
def _say_unreadable(version: ServedVersion, reason: str) -> None:
    # Once per process: servers look for other versions every few seconds.
    _log.error(
        "%s, version %d, does not answer here: %s: %s. Servers of one database need one folder (--folder).",
        version.model,
        version.number,
        version.path,
        reason,
    )
