"""Manifest of a prepared data set, stored beside its arrays.

Version 2 (0.2.0): warnings, and a checksum of the manifest itself; file times are no longer stored, since the content
is verified. Version 1 (0.1.0): no checksum, so that its class names and notes cannot be verified.
"""

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError

NAME = "manifest.json"
# Enough for a hundred thousand classes with names of a hundred letters.
_MOST_BYTES = 10_000_000


class VerifiedFile(BaseModel):
    """Size and checksum of a file when it was written.

    Attributes
    ----------
    size : int
        Size in bytes.
    sha256 : str
        SHA-256 of its content, as hexadecimal digits.
    """

    size: int
    sha256: str


class Manifest(BaseModel):
    """Manifest of a prepared data set.

    Attributes
    ----------
    format_version : int
    name : str
        Name of the data set.
    stamp : str or None
        State of the source when it was read; None if the source has no files.
    class_names : tuple of str
    fingerprint : str
        See `Dataset.fingerprint`; the arrays are verified against it.
    notes : tuple of str
    warnings : tuple of str or None
        None if the arrays were written before warnings were introduced; then they are determined again.
    cut_note : str
        See `Dataset.cut_note`; empty for data that came in two parts, and in manifests older than this field.
    files : dict of str to VerifiedFile
        Files by name, to find out which one was changed.
    checksum : str or None
        Checksum of all other fields; None in version 1.
    """

    format_version: Literal[1, 2] = 2
    name: str
    stamp: str | None
    class_names: tuple[str, ...]
    fingerprint: str
    notes: tuple[str, ...]
    warnings: tuple[str, ...] | None = None
    cut_note: str = ""
    files: dict[str, VerifiedFile]
    checksum: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the manifest is unchanged since it was written."""
        # A version 1 manifest with a checksum is a version 2 manifest whose version number was changed.
        return self.checksum == (self._sha256() if self.can_be_verified else None)

    @property
    def can_be_verified(self) -> bool:
        """Whether the manifest has a checksum to verify its class names and notes."""
        return self.format_version > 1

    def write(self, folder: Path) -> None:
        """Write the manifest, with its checksum, to a folder.

        Parameters
        ----------
        folder : Path
        """
        sealed = self.model_copy(update={"checksum": self._sha256()})
        (folder / NAME).write_text(sealed.model_dump_json(indent=2) + "\n", encoding="utf-8")

    def _sha256(self) -> str:
        # Without an empty `cut_note`, so that manifests from before this field are valid too.
        fields = self.model_dump(mode="json", exclude={"checksum"} | ({"cut_note"} if not self.cut_note else set()))
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest in a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    manifest : Manifest

    Raises
    ------
    FileNotFoundError
        If there is none.
    OSError
        If it cannot be read.
    DatasetError
        If it is not a manifest, or not a file.
    """
    path = folder / NAME
    if regular_size(path) > _MOST_BYTES:
        raise DatasetError(f"{path}: not the manifest of a data set: it is larger than {_MOST_BYTES} bytes; remove it")
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise DatasetError(f"{path}: not the manifest of a data set, or damaged; remove the folder {folder}") from error
