"""Zip archives: written with fixed dates and a checksum, and read without more memory than their files are worth."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.declared_size import read_exactly
from hdr_bench.files import describe_file_error, read_regular

MOST_EXPANSION = 1032
"""The most that DEFLATE, which gzip and zip use, can expand a file: 258 bytes in 2 bits."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SEAL_LETTERS = 64
# The earliest that an archive can hold.
_DATE = (1980, 1, 1, 0, 0, 0)
_PADDING = "padding"


@dataclass(frozen=True)
class Limit:
    """How much an archive may decompress to, so that it takes no more memory than its file is worth.

    Attributes
    ----------
    most_bytes : int
        For any archive, however small it is.
    most_expansion : int
        As a multiple of the archive's size, for large ones.
    """

    most_bytes: int
    most_expansion: int

    def allows(self, declared: int, n_bytes: int) -> bool:
        """Whether an archive of `n_bytes` may decompress to `declared` bytes.

        Parameters
        ----------
        declared : int
            Bytes when it is decompressed.
        n_bytes : int
            Bytes of the archive.

        Returns
        -------
        is_allowed : bool
        """
        return declared <= max(self.most_bytes, n_bytes * self.most_expansion)

    def padding(self, declared: int) -> int:
        """Return how many uncompressed bytes make an archive large enough, whatever its members compress to.

        Parameters
        ----------
        declared : int
            Bytes when it is decompressed.

        Returns
        -------
        n_bytes : int
        """
        return declared // (self.most_expansion - 1) + 1


TEXT_LIMIT = Limit(8 << 20, 20)
"""Of results, which compress to a third or a quarter; their records take many times their text."""


def write_archive(members: Mapping[str, bytes], limit: Limit = TEXT_LIMIT, level: int = 9) -> bytes:
    """Return a zip archive of these members; the same members give the same bytes, whatever the clock says.

    What repeats itself, as a grid of long values or the scores of a constant prediction do, can compress better than
    its readers allow. Such an archive is padded up to their limit: a few per cent of what it decompresses to.

    Parameters
    ----------
    members : mapping of str to bytes
    limit : Limit, default=TEXT_LIMIT
        The readers'.
    level : int, default=9
        Of the compression: 9 makes the smallest archive, 1 takes the least time.

    Returns
    -------
    archive : bytes
    """
    declared = sum(map(len, members.values()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED, compresslevel=level)
        if not limit.allows(declared, buffer.tell()):
            archive.writestr(zipfile.ZipInfo(_PADDING, _DATE), bytes(limit.padding(declared)), zipfile.ZIP_STORED)
    return buffer.getvalue()


def seal_archive(members: Mapping[str, bytes], limit: Limit = TEXT_LIMIT, level: int = 9) -> bytes:
    """Return a zip archive as `write_archive` does, whose last 64 bytes are the SHA-256 of all before them.

    They are the archive's comment, so that any program for zip archives opens it.

    Parameters
    ----------
    members : mapping of str to bytes
        Contents, by their names in the archive.
    limit : Limit, default=TEXT_LIMIT
        The readers'.
    level : int, default=9
        Of the compression.

    Returns
    -------
    archive : bytes
    """
    return _add_seal(write_archive(members, limit, level))


def _add_seal(plain: bytes) -> bytes:
    # The last two bytes of an archive without a comment are the length of that comment.
    before = plain[:-2] + _SEAL_LETTERS.to_bytes(2, "little")
    return before + _seal(before)


def read_sealed(path: Path) -> dict[str, bytes]:
    """Return the members of an archive that `seal_archive` made, if not a bit of it has changed.

    Nothing is decompressed before that is known. See `read_texts`.

    Parameters
    ----------
    path : Path

    Returns
    -------
    members : dict of str to bytes
        Contents, by their names in the archive.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not an archive, cut off, changed, or would decompress to more than results do.
    """
    content = read_regular(path)
    check_seal(content)
    return read_texts(content)


def check_seal(content: bytes) -> None:
    """Check that an archive is as `seal_archive` made it; nothing is decompressed.

    Parameters
    ----------
    content : bytes
        The archive.

    Raises
    ------
    ValueError
        If it is not an archive, cut off or changed.
    """
    if content[-_SEAL_LETTERS:] == _seal(content[:-_SEAL_LETTERS]):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)):
            reason = "its content does not fit its checksum"
    except Exception as error:  # on damaged files zipfile raises whatever comes
        raise ValueError(describe_file_error(error)) from error
    raise ValueError(reason)


def read_texts(content: bytes, names: Iterable[str] | None = None, limit: Limit = TEXT_LIMIT) -> dict[str, bytes]:
    """Return members of an archive that hold text, if they are no longer than the archive is worth.

    Parameters
    ----------
    content : bytes
        The archive.
    names : iterable of str, optional
        Of the members; all by default.
    limit : Limit, default=TEXT_LIMIT
        How much they may decompress to.

    Returns
    -------
    members : dict of str to bytes
        Contents, by their names in the archive.

    Raises
    ------
    ValueError
        If it is not an archive, is damaged, lacks one of them, or declares or holds more than results do.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [archive.getinfo(name) for name in names or archive.namelist()]
            check_expansion(entries, len(content), limit)
            return {entry.filename: _read_text(archive, entry) for entry in entries}
    except Exception as error:  # as above
        raise ValueError(describe_file_error(error)) from error


def check_expansion(entries: Iterable[zipfile.ZipInfo], n_bytes: int, limit: Limit) -> None:
    """Check what members of an archive declare against the size of its file.

    Parameters
    ----------
    entries : iterable of ZipInfo
    n_bytes : int
        Of the archive.
    limit : Limit

    Raises
    ------
    ValueError
        If they are compressed by another method than DEFLATE, or would decompress to more.
    """
    declared = 0
    for entry in entries:
        check_method(entry)
        declared += entry.file_size
    if not limit.allows(declared, n_bytes):
        raise ValueError(f"its {n_bytes} bytes decompress to {declared}, far more than such a file holds")


def check_method(entry: zipfile.ZipInfo) -> None:
    """Check that a member can be read step by step: other methods decompress without a bound.

    Parameters
    ----------
    entry : ZipInfo
        The member.

    Raises
    ------
    ValueError
        If it cannot.
    """
    if entry.compress_type not in _METHODS:
        raise ValueError(f"{entry.filename} is compressed by another method than DEFLATE")


def _read_text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        return bytes(read_exactly(file, entry.file_size))


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
