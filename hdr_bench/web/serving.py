"""Served versions: those that the database selects and whose files this server has."""

import asyncio
import logging
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from hdr_bench.exceptions import ModelFileError
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.database.versions import find_version_by_number, serve_version, served_versions
from hdr_bench.web.model_files import FileState, ModelFiles, find_absent
from hdr_bench.web.recognition.pool import ReadingPool
from hdr_bench.web.recognition.records import ServedVersion
from hdr_bench.web.repair import needs_repair, repair

_log = logging.getLogger(__name__)
Versions = tuple[ServedVersion, ...]


class Serving:
    """Makes a pool serve the versions that the database selects.

    Parameters
    ----------
    pool : ReadingPool
    database : Database
    folder : Path
        Folder of the model files.
    """

    def __init__(self, pool: ReadingPool, database: Database, folder: Path) -> None:
        self._pool, self._database = pool, database
        self._files = ModelFiles(folder)
        self._one_at_a_time = asyncio.Lock()
        self._told: frozenset[tuple[int, FileState]] = frozenset()
        self._cannot_be_loaded: set[ServedVersion] = set()

    async def refresh(self) -> None:
        """Look up and load the selected versions; damaged ones are replaced by earlier versions.

        A version whose file is missing, or cannot be read or loaded, is skipped: the version of its model served before
        remains in use, if there is one. This is logged once.

        Raises
        ------
        DatabaseError
            If the database cannot be reached.
        ModelFileError
            If a file became unreadable in the meantime.
        ServerError
            If a reading process died while loading them.
        """
        async with self._one_at_a_time:
            versions = await run_in_threadpool(self._find, self._pool.versions)
            if versions == self._pool.versions:
                return
            try:
                await self._pool.serve(versions)
            except ModelFileError:
                await self._note_what_cannot_be_loaded(versions)
                await self._pool.serve(await run_in_threadpool(self._find, self._pool.versions))

    async def _note_what_cannot_be_loaded(self, versions: Versions) -> None:
        """Load versions one at a time beside the served ones, so that one in a newer format does not block others."""
        for version in versions:
            loaded = self._pool.versions
            if version in loaded:
                continue
            try:
                await self._pool.serve((*loaded, version))
            except ModelFileError as error:
                self._cannot_be_loaded.add(version)
                _log.error("Cannot load %s, version %d: %s", version.model, version.number, error)

    def _find(self, current: Versions) -> Versions:
        with self._database.read() as session:
            is_broken = needs_repair(session, self._files)
        if is_broken:
            with self._database.begin() as session:
                repair(session, self._files)
        with self._database.read() as session:
            wanted = tuple(self._files.locate(version) for _, version in served_versions(session))
        states = {version: self._check(version) for version in wanted if version not in current}
        self._tell(states)
        before = {version.model: version for version in current}
        chosen = (
            version if states.get(version, "whole") == "whole" else before.get(version.model) for version in wanted
        )
        return tuple(version for version in chosen if version is not None)

    def _check(self, version: ServedVersion) -> FileState:
        return "unreadable" if version in self._cannot_be_loaded else self._files.check(version)

    def _tell(self, states: dict[ServedVersion, FileState]) -> None:
        # The reason for a failed load is already in the log.
        faults = {
            version: state
            for version, state in states.items()
            if state in {"missing", "unreadable"} and version not in self._cannot_be_loaded
        }
        for version, state in faults.items():
            if (version.id, state) not in self._told:
                _log.error(
                    "%s, version %d, cannot be used here: its file %s %s. Copy it there, or choose another version.",
                    version.model,
                    version.number,
                    version.path,
                    "is missing" if state == "missing" else "cannot be read",
                )
        self._told = frozenset((version.id, state) for version, state in faults.items())


def choose_version(session: Session, model: str, number: int, folder: Path) -> ModelVersion | None:
    """Select the version of a model to serve, if its file is here.

    Parameters
    ----------
    session : Session
    model : str
    number : int
        Of the version.
    folder : Path
        Folder of the model files.

    Returns
    -------
    version : ModelVersion or None
        None if there is no version with this number.

    Raises
    ------
    ModelFileError
        If the version is damaged, was rejected because it is worse, or its file is not here.
    """
    version = find_version_by_number(session, model, number)
    if version is not None and find_absent([version], folder):
        raise ModelFileError(
            f"version {number} of {model} cannot be used: its file {version.file} is missing from this server's "
            "models folder or cannot be read. Copy the file there, or choose another version."
        )
    return serve_version(session, model, number)
