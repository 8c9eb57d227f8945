"""Zip archives: written with fixed dates and a checksum, and read with memory bounded by the size of the file."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.declared_size import read_exactly
from hdr_bench.files import describe_file_error, read_regular

MOST_EXPANSION = 1032
"""Largest expansion factor of DEFLATE, which gzip and zip use: 258 bytes in 2 bits."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SEAL_LETTERS = 64
# The earliest date that an archive can hold.
_DATE = (1980, 1, 1, 0, 0, 0)
_PADDING = "padding"


@dataclass(frozen=True)
class Limit:
    """Limit on what an archive may decompress to, so that a small file cannot use much memory.

    Attributes
    ----------
    most_bytes : int
        Allowed for any archive, however small.
    most_expansion : int
        Allowed for large archives, as a multiple of the archive's size.
    """

    most_bytes: int
    most_expansion: int

    def allows(self, declared: int, n_bytes: int) -> bool:
        """Whether an archive of `n_bytes` may decompress to `declared` bytes.

        Parameters
        ----------
        declared : int
            Size in bytes after decompression.
        n_bytes : int
            Size of the archive in bytes.

        Returns
        -------
        is_allowed : bool
        """
        return declared <= max(self.most_bytes, n_bytes * self.most_expansion)

    def padding(self, declared: int) -> int:
        """Return how many bytes of padding make an archive large enough, however well its members compress.

        Parameters
        ----------
        declared : int
            Size in bytes after decompression.

        Returns
        -------
        n_bytes : int
        """
        return declared // (self.most_expansion - 1) + 1


TEXT_LIMIT = Limit(8 << 20, 20)
"""For results, whose text compresses to a third or a quarter; the records made of it take many times its size."""


def write_archive(members: Mapping[str, bytes], limit: Limit = TEXT_LIMIT, level: int = 9) -> bytes:
    """Return a zip archive of these members; the same members always give the same bytes.

    Repetitive content, such as a grid of long values or the scores of a constant prediction, can compress better than
    readers allow. Such an archive is padded up to their limit: a few per cent of its decompressed size.

    Parameters
    ----------
    members : mapping of str to bytes
    limit : Limit, default=TEXT_LIMIT
        Limit that readers apply.
    level : int, default=9
        Compression level: 9 gives the smallest archive, 1 is fastest.

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
    """Return a zip archive as `write_archive` does, whose last 64 bytes are the SHA-256 of all bytes before them.

    The digest is the archive's comment, so that any program for zip archives can open it.

    Parameters
    ----------
    members : mapping of str to bytes
        Contents, by their names in the archive.
    limit : Limit, default=TEXT_LIMIT
        Limit that readers apply.
    level : int, default=9
        Compression level.

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
    """Return the members of an archive that `seal_archive` made, if it is unchanged.

    The checksum is verified before anything is decompressed. See `read_texts`.

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
        If it is not an archive, is truncated or changed, or would decompress to more than results do.
    """
    content = read_regular(path)
    check_seal(content)
    return read_texts(content)


def check_seal(content: bytes) -> None:
    """Check that an archive is unchanged since `seal_archive` made it; nothing is decompressed.

    Parameters
    ----------
    content : bytes
        The archive.

    Raises
    ------
    ValueError
        If it is not an archive, or is truncated or changed.
    """
    if content[-_SEAL_LETTERS:] == _seal(content[:-_SEAL_LETTERS]):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)):
            reason = "its content does not match its checksum"
    except Exception as error:  # damaged files make zipfile raise errors of many kinds
        raise ValueError(describe_file_error(error)) from error
    raise ValueError(reason)


def read_texts(content: bytes, names: Iterable[str] | None = None, limit: Limit = TEXT_LIMIT) -> dict[str, bytes]:
    """Return text members of an archive, if they are within the size that the archive may decompress to.

    Parameters
    ----------
    content : bytes
        The archive.
    names : iterable of str, optional
        Names of the members; all by default.
    limit : Limit, default=TEXT_LIMIT
        How much they may decompress to.

    Returns
    -------
    members : dict of str to bytes
        Contents, by their names in the archive.

    Raises
    ------
    ValueError
        If it is not an archive, is damaged, lacks one of the members, or declares or holds more than results do.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [archive.getinfo(name) for name in names or archive.namelist()]
            check_expansion(entries, len(content), limit)
            return {entry.filename: _read_text(archive, entry) for entry in entries}
    except Exception as error:  # as above
        raise ValueError(describe_file_error(error)) from error


def check_expansion(entries: Iterable[zipfile.ZipInfo], n_bytes: int, limit: Limit) -> None:
    """Check the sizes that members of an archive declare against the size of its file.

    Parameters
    ----------
    entries : iterable of ZipInfo
    n_bytes : int
        Size of the archive.
    limit : Limit

    Raises
    ------
    ValueError
        If they are compressed by a method other than DEFLATE, or would decompress to more than `limit` allows.
    """
    declared = 0
    for entry in entries:
        check_method(entry)
        declared += entry.file_size
    if not limit.allows(declared, n_bytes):
        raise ValueError(f"its {n_bytes} bytes decompress to {declared}, far more than a file of this kind holds")


def check_method(entry: zipfile.ZipInfo) -> None:
    """Check that a member can be read in steps: other methods decompress without a bound.

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
        raise ValueError(f"{entry.filename} is compressed by a method other than DEFLATE")


def _read_text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        return bytes(read_exactly(file, entry.file_size))


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
