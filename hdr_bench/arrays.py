"""NumPy arrays in zip archives: inspected by their headers, and read only as far as those declare.

A member is an ``.npy`` file. One that holds Python objects is a pickle, which can run code when it is read: it is
rejected by its header and never read.
"""

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.archives import MOST_EXPANSION, Limit, check_expansion, check_method, write_archive
from hdr_bench.declared_size import read_exactly
from hdr_bench.files import check_regular, describe_file_error

_MAGIC_BYTES = 8
# Bytes of the header's length field, by version of the format; version 3 is only for names in structured arrays.
_LENGTH_BYTES = {(1, 0): 2, (2, 0): 4}
# NumPy's own limit, above which parsing is unsafe.
_LONGEST_HEADER = 10_000
# Scores and images rarely compress to less than a hundredth; `write_arrays` pads those that do.
_LIMIT = Limit(32 << 20, 100)


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
        Whether its values are in Fortran order.
    start : int
        Size of the header in bytes, after which the values begin.
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
        """Size of the values in bytes."""
        return math.prod(self.shape) * self.dtype.itemsize


def describe_members(archive: zipfile.ZipFile) -> list[Member]:
    """Return the arrays of an archive; members of other kinds are skipped.

    Parameters
    ----------
    archive : ZipFile
        Open for reading.

    Returns
    -------
    members : list of Member

    Raises
    ------
    Exception
        If it is damaged: whatever zipfile and numpy raise then.
    """
    entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
    return [_describe(archive, entry) for entry in entries]


def check_size(member: Member) -> None:
    """Check the size that an array's header declares against what the archive holds.

    Parameters
    ----------
    member : Member

    Raises
    ------
    ValueError
        If they differ.
    """
    declared, held = member.start + member.n_bytes, member.entry.file_size
    if declared != held:
        raise ValueError(
            f"its header, of shape {member.shape} and type {member.dtype}, declares {declared} bytes, but the archive "
            f"holds {held}"
        )
    if held > member.entry.compress_size * MOST_EXPANSION:
        raise ValueError(
            f"it declares {held} bytes, more than its {member.entry.compress_size} compressed bytes can hold"
        )


def read_values(archive: zipfile.ZipFile, member: Member) -> NDArray[np.generic]:
    """Return the values of an array that was checked; its checksum is verified at its last byte.

    Parameters
    ----------
    archive : ZipFile
        Open for reading.
    member : Member

    Returns
    -------
    values : ndarray
        Of the member's shape and type.

    Raises
    ------
    Exception
        If it is damaged: whatever zipfile and numpy raise then.
    """
    if not member.n_bytes:
        return np.zeros(member.shape, member.dtype)
    with archive.open(member.entry) as file:
        file.read(member.start)
        content = read_exactly(file, member.n_bytes)
    return np.frombuffer(content, member.dtype).reshape(member.shape, order="F" if member.is_fortran else "C")


def read_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a run's ``.npz`` file by name; other members are skipped.

    Parameters
    ----------
    path : Path

    Returns
    -------
    arrays : dict of str to ndarray
        By name, without ``.npy``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, holds Python objects, or would decompress to more than a file of this kind holds.
    """
    try:
        check_regular(path)
        with zipfile.ZipFile(path) as archive:
            members = describe_members(archive)
            check_expansion([each.entry for each in members], path.stat().st_size, _LIMIT)
            return {member.name: _read_member(archive, member) for member in members}
    except FileNotFoundError:
        raise
    except Exception as error:  # damaged files make zipfile and numpy raise errors of many kinds
        raise ValueError(describe_file_error(error)) from error


def write_arrays(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Return an ``.npz`` file of these arrays that `read_arrays` can read, however well they compress.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        By name, without ``.npy``.

    Returns
    -------
    archive : bytes
    """
    return write_archive({f"{name}.npy": npy(array) for name, array in arrays.items()}, _LIMIT)


def npy(array: NDArray[np.generic]) -> bytes:
    """Return an array as the content of an ``.npy`` file.

    Parameters
    ----------
    array : ndarray
        Not of Python objects.

    Returns
    -------
    content : bytes
    """
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _read_member(archive: zipfile.ZipFile, member: Member) -> NDArray[np.generic]:
    if member.dtype.hasobject:
        raise ValueError(f"{member.name} holds Python objects, which are never read")
    check_size(member)
    return read_values(archive, member)


def _describe(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member:
    check_method(entry)
    with archive.open(entry) as file:
        magic = file.read(_MAGIC_BYTES)
        version = np.lib.format.read_magic(io.BytesIO(magic))
        if version not in _LENGTH_BYTES:
            raise ValueError(f"{entry.filename} has format version {version}, which only structured arrays need")
        length = file.read(_LENGTH_BYTES[version])
        n_bytes = int.from_bytes(length, "little")
        if n_bytes > _LONGEST_HEADER:
            raise ValueError(f"the header of {entry.filename} declares {n_bytes} bytes, more than {_LONGEST_HEADER}")
        header = io.BytesIO(length + file.read(n_bytes))
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, is_fortran, dtype = read(header)
    except MemoryError as error:  # Python's parser raises it for brackets nested too deeply
        raise ValueError(f"the header of {entry.filename} is too deeply nested") from error
    if any(size < 0 for size in shape):
        raise ValueError(f"{entry.filename} declares the invalid shape {shape}")
    start = _MAGIC_BYTES + len(length) + n_bytes
    return Member(entry.filename.removesuffix(".npy"), shape, dtype, is_fortran, start, entry)
