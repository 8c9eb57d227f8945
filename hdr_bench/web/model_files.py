"""Files of versions: whether they are in this server's folder and match their recorded hashes."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.recognition.records import ServedVersion

FileState = Literal["whole", "damaged", "missing", "unreadable"]
"""An unreadable file may be intact; only different contents count as damage."""
_Signature = tuple[int, int, int]


class ModelFiles:
    """Files in a models folder; each is read again only when it has changed.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, tuple[_Signature, str]] = {}

    def locate(self, version: ModelVersion) -> ServedVersion:
        """Return what the reading processes need to know about a version.

        Parameters
        ----------
        version : ModelVersion

        Returns
        -------
        served : ServedVersion
        """
        return ServedVersion(version.id, version.model, version.number, self.folder / version.file, version.sha256)

    def check(self, version: ServedVersion) -> FileState:
        """Return whether the file of a version matches its recorded hash.

        Parameters
        ----------
        version : ServedVersion

        Returns
        -------
        state : {"whole", "damaged", "missing", "unreadable"}
        """
        try:
            return "whole" if self._hash(version.path) == version.sha256 else "damaged"
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "unreadable"

    def _hash(self, path: Path) -> str:
        status = path.stat()
        signature = status.st_mtime_ns, status.st_size, status.st_ino
        known = self._known.get(path)
        if known is None or known[0] != signature:
            with path.open("rb") as file:
                known = signature, hashlib.file_digest(file, "sha256").hexdigest()
            self._known[path] = known
        return known[1]


def find_absent(versions: Iterable[ModelVersion], folder: Path) -> frozenset[int]:
    """Return the versions that cannot be used here because their files are missing or unreadable.

    Parameters
    ----------
    versions : iterable of ModelVersion
    folder : Path
        Folder of the model files.

    Returns
    -------
    numbers : frozenset of int
        Ids in the database.
    """
    return frozenset(version.id for version in versions if not os.access(folder / version.file, os.R_OK))
