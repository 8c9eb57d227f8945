"""Versions whose files are damaged or lost: an earlier one answers in their place until people choose again."""

import logging

from sqlalchemy.orm import Session

from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.database.versions import damaged_versions, list_versions, serve_version, served_versions
from hdr_bench.web.model_files import ModelFiles

_log = logging.getLogger(__name__)


def needs_repair(session: Session, files: ModelFiles) -> bool:
    """Return whether a version that answers is damaged and not marked so, or one that is marked so is whole again.

    Parameters
    ----------
    session : Session
    files : ModelFiles

    Returns
    -------
    needs_repair : bool
    """
    served = (version for _, version in served_versions(session) if version.state != "damaged")
    return any(_is(version, "damaged", files) for version in served) or any(
        _is(version, "whole", files) for version in damaged_versions(session)
    )


def repair(session: Session, files: ModelFiles) -> None:
    """Have the latest whole version answer in place of each whose file has other bytes than were recorded.

    A model of which no version is whole stays as it is, and does not answer. Files that are not in the folder, or
    cannot be read, change nothing: they may be whole for another server of the database, or in a moment.

    Parameters
    ----------
    session : Session
    files : ModelFiles
    """
    lock_changes(session)
    for version in damaged_versions(session):
        if _is(version, "whole", files):
            _log.warning("The file of %s, version %d, is whole again.", version.model, version.number)
            version.state = "usable"
    session.flush()
    for _, version in served_versions(session):
        if _is(version, "damaged", files):
            if version.state != "damaged":
                _log.error("The file of %s, version %d, is damaged: %s", *_name(version, files))
            version.state = "damaged"
            session.flush()
            _replace(session, version, files)


def replace_lost(session: Session, files: ModelFiles) -> None:
    """Have the latest whole version answer in place of each whose file is not in the folder.

    Only for a folder that is certainly that of the database: elsewhere the files may be another server's.

    Parameters
    ----------
    session : Session
    files : ModelFiles
    """
    lock_changes(session)
    for _, version in served_versions(session):
        if _is(version, "missing", files):
            _log.error("The file of %s, version %d, is lost: %s", *_name(version, files))
            _replace(session, version, files)


def has_whole(session: Session, model: str, files: ModelFiles) -> bool:
    """Return whether any version of a model can answer here.

    Parameters
    ----------
    session : Session
    model : str
    files : ModelFiles

    Returns
    -------
    has_whole : bool
        True also if a file cannot be read now, but is there.
    """
    versions = (version for version in list_versions(session, model) if version.state == "usable")
    return any(files.check(files.locate(version)) in {"whole", "unreadable"} for version in versions)


def _replace(session: Session, lost: ModelVersion, files: ModelFiles) -> None:
    usable = (version for version in reversed(list_versions(session, lost.model)) if version.state == "usable")
    earlier = next((version for version in usable if _is(version, "whole", files)), None)
    if earlier is None:
        _log.error("No other version of %s can be used: it does not answer.", lost.model)
        return
    serve_version(session, lost.model, earlier.number)
    _log.error("Version %d of %s answers in its place.", earlier.number, lost.model)


def _is(version: ModelVersion, state: str, files: ModelFiles) -> bool:
    return files.check(files.locate(version)) == state


def _name(version: ModelVersion, files: ModelFiles) -> tuple[object, ...]:
    return version.model, version.number, files.folder / version.file
