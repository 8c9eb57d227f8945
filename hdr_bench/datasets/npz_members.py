"""The members of an ``.npz`` file: looked at by their headers, and read only as far as those declare.

A member is an ``.npy`` file in a zip archive. One that holds Python objects is a pickle, which can run code when it is
read: it is refused by its header, never read.
"""

import io
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.paths import regular_size
from hdr_bench.datasets.room import MOST_EXPANSION, check_room
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import words_of

_MAGIC_BYTES = 8
# Bytes of the length of a header, by version of the format; version 3 is for names of structured arrays only.
_LENGTH_BYTES = {(1, 0): 2, (2, 0): 4}
# NumPy's own limit, above which parsing is not safe.
_LONGEST_HEADER = 10_000
_CHUNK = 1 << 20
_AGAIN = "copy or download it again, or save it with numpy.savez_compressed"
# Labels become 64-bit integers.
_LABEL_BYTES = 8


@dataclass(frozen=True)
class Member:
    """An array of an ``.npz`` file, as its header describes it.

    Attributes
    ----------
    name : str
        Without ``.npy``.
    shape : tuple of int
    dtype : dtype
    is_fortran : bool
        Whether its values are in Fortran's order.
    start : int
        Bytes of the header.
    entry : ZipInfo
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_fortran: bool
    start: int
    entry: zipfile.ZipInfo

    @property
    def n_bytes(self) -> int:
        """Bytes of the values."""
        return math.prod(self.shape) * self.dtype.itemsize


def list_members(path: Path) -> list[Member]:
    """Return the arrays of a file; members of other kinds are passed over.

    Raises
    ------
    DatasetError
        If it is not a zip archive, or a header cannot be read.
    """
    with _opened(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
        return [_describe(archive, entry) for entry in entries]


def read_member(path: Path, member: Member) -> NDArray[np.generic]:
    """Read the values of an array.

    Raises
    ------
    DatasetError
        If it holds Python objects, is damaged, holds more or fewer values than its header says, or does not fit into
        the memory.
    """
    name = f"{path}: {member.name}"
    check_declared(name, member)
    check_room(name, max(member.n_bytes, _LABEL_BYTES * math.prod(member.shape[:1])))
    if not member.n_bytes:
        return np.zeros(member.shape, member.dtype)
    with _opened(path) as archive, archive.open(member.entry) as file:
        file.read(member.start)
        content = _read_exactly(file, member.n_bytes)
    values = np.frombuffer(content, member.dtype)
    return values.reshape(member.shape, order="F" if member.is_fortran else "C")


def check_declared(name: str, member: Member) -> None:
    """Check what a header declares against what the archive holds; `name` is what errors call the array.

    Raises
    ------
    DatasetError
        If they differ, or the values are Python objects.
    """
    if member.dtype.hasobject:
        raise DatasetError(
            f"{name} holds Python objects, stored as a pickle; those are never read, since reading them can run code; "
            "save an array of numbers"
        )
    declared, held = member.start + member.n_bytes, member.entry.file_size
    if declared != held:
        raise DatasetError(
            f"{name}: damaged: its header, of shape {member.shape} and type {member.dtype}, declares {declared} bytes, "
            f"but the archive holds {held}"
        )
    if held > member.entry.compress_size * MOST_EXPANSION:
        raise DatasetError(
            f"{name}: damaged: it declares {held} bytes, more than its {member.entry.compress_size} compressed bytes "
            "can hold"
        )


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive.

    Raises
    ------
    DatasetError
        If it is damaged, or the block meets damage.
    """
    regular_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (DatasetError, PermissionError, MemoryError):
        raise
    except Exception as error:  # on damaged files zipfile and numpy raise whatever comes
        raise DatasetError(f"{path}: not a readable .npz file: {words_of(error)}; {_AGAIN}") from error


def _describe(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member:
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ValueError(f"{entry.filename} is compressed by another method than numpy.savez_compressed uses")
    with archive.open(entry) as file:
        magic = file.read(_MAGIC_BYTES)
        version = np.lib.format.read_magic(io.BytesIO(magic))
        if version not in _LENGTH_BYTES:
            raise ValueError(f"{entry.filename} is of version {version}, which only structured arrays need")
        length = file.read(_LENGTH_BYTES[version])
        n_bytes = int.from_bytes(length, "little")
        if n_bytes > _LONGEST_HEADER:
            raise ValueError(f"the header of {entry.filename} declares {n_bytes} bytes, more than {_LONGEST_HEADER}")
        header = io.BytesIO(length + file.read(n_bytes))
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, is_fortran, dtype = read(header)
    except MemoryError as error:  # Python's parser raises it for brackets that are too deep
        raise ValueError(f"the header of {entry.filename} is too deeply nested") from error
    if any(size < 0 for size in shape):
        raise ValueError(f"{entry.filename} declares the shape {shape}")
    start = _MAGIC_BYTES + len(length) + n_bytes
    return Member(entry.filename.removesuffix(".npy"), shape, dtype, is_fortran, start, entry)


def _read_exactly(file: IO[bytes], n_bytes: int) -> bytearray:
    content = bytearray()
    while chunk := file.read(min(_CHUNK, n_bytes - len(content) + 1)):
        content += chunk
        if len(content) > n_bytes:
            raise ValueError(f"more than the {n_bytes} bytes that the header declares")
    if len(content) < n_bytes:
        raise ValueError(f"{len(content)} bytes, where the header declares {n_bytes}")
    return content
