"""Replacement of versions whose files are damaged or lost by earlier ones, until people select a version again."""

import logging

from sqlalchemy.orm import Session

from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.database.versions import damaged_versions, list_versions, serve_version, served_versions
from hdr_bench.web.model_files import ModelFiles

_log = logging.getLogger(__name__)


def needs_repair(session: Session, files: ModelFiles) -> bool:
    """Return whether a served version is damaged but not marked as such, or a marked one is intact again.

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
    """Replace each version whose file does not match its recorded hash by the latest intact version.

    A model without an intact version is left unchanged, and cannot be used. Missing or unreadable files change nothing:
    they may be intact for another server of the database, or readable again in a moment.

    Parameters
    ----------
    session : Session
    files : ModelFiles
    """
    lock_changes(session)
    for version in damaged_versions(session):
        if _is(version, "whole", files):
            _log.warning("The file of %s, version %d, is intact again.", version.model, version.number)
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
    """Replace each version whose file is not in the folder by the latest intact version.

    Only for a folder that certainly belongs to the database; otherwise another server may have the files.

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
    """Return whether any version of a model can be used here.

    Parameters
    ----------
    session : Session
    model : str
    files : ModelFiles

    Returns
    -------
    has_whole : bool
        Also True if a file exists but cannot be read now.
    """
    versions = (version for version in list_versions(session, model) if version.state == "usable")
    return any(files.check(files.locate(version)) in {"whole", "unreadable"} for version in versions)


def _replace(session: Session, lost: ModelVersion, files: ModelFiles) -> None:
    usable = (version for version in reversed(list_versions(session, lost.model)) if version.state == "usable")
    earlier = next((version for version in usable if _is(version, "whole", files)), None)
    if earlier is None:
        _log.error("No other version of %s can be used, so the model is not available.", lost.model)
        return
    serve_version(session, lost.model, earlier.number)
    _log.error("Version %d of %s is used instead.", earlier.number, lost.model)


def _is(version: ModelVersion, state: str, files: ModelFiles) -> bool:
    return files.check(files.locate(version)) == state


def _name(version: ModelVersion, files: ModelFiles) -> tuple[object, ...]:
    return version.model, version.number, files.folder / version.file
