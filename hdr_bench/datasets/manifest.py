"""The record beside prepared arrays.

Version 2 (0.2.0): warnings, and a checksum of the record itself; times of files are no longer kept, since their content
is verified. Version 1 (0.1.0): the first; without a checksum, so that its class names and notes cannot be verified.
"""

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError

NAME = "manifest.json"
# A hundred thousand classes with names of a hundred letters.
_MOST_BYTES = 10_000_000


class VerifiedFile(BaseModel):
    """What a file was when it was written.

    Attributes
    ----------
    size : int
        In bytes.
    sha256 : str
        Of its content, as hexadecimal digits.
    """

    size: int
    sha256: str


class Manifest(BaseModel):
    """The record beside the arrays.

    Attributes
    ----------
    format_version : int
    name : str
        Of the data set.
    stamp : str or None
        What the source looked like when it was read; None if there is no source to look at.
    class_names : tuple of str
    fingerprint : str
        As `Dataset.fingerprint`; the arrays are verified against it.
    notes : tuple of str
    warnings : tuple of str or None
        None if the arrays were written before there were any: they are then looked through again.
    cut_note : str
        As `Dataset.cut_note`; records of version 2 without it are of data that came in two parts, or older than it.
    files : dict of str to VerifiedFile
        By name; they tell which file was changed.
    checksum : str or None
        Of all other fields; None in version 1.
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
        """Whether the record is as it was written."""
        # A record of version 1 with a checksum was one of version 2: its number was changed.
        return self.checksum == (self._sha256() if self.can_be_verified else None)

    @property
    def can_be_verified(self) -> bool:
        """Whether the record carries what its class names and notes are verified by."""
        return self.format_version > 1

    def write(self, folder: Path) -> None:
        """Write the record, with its checksum, into a folder.

        Parameters
        ----------
        folder : Path
        """
        sealed = self.model_copy(update={"checksum": self._sha256()})
        (folder / NAME).write_text(sealed.model_dump_json(indent=2) + "\n", encoding="utf-8")

    def _sha256(self) -> str:
        # Records that were written before there was this field are whole too.
        fields = self.model_dump(mode="json", exclude={"checksum"} | ({"cut_note"} if not self.cut_note else set()))
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Read the record in a folder.

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
        If it may not be read.
    DatasetError
        If it is not a record, or not a file.
    """
    path = folder / NAME
    if regular_size(path) > _MOST_BYTES:
        raise DatasetError(f"{path}: not a data set's record: it is larger than {_MOST_BYTES} bytes; remove it")
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise DatasetError(f"{path}: not a data set's record, or damaged; remove the folder {folder}") from error
