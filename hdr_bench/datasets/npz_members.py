"""Members of an ``.npz`` file of a data set: inspected by their headers, and read only as far as those declare."""

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.arrays import Member, check_size, describe_members, read_values
from hdr_bench.datasets.memory_room import check_room
from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import describe_file_error

_AGAIN = "copy or download it again, or save it with numpy.savez_compressed"
# Labels become 64-bit integers.
_LABEL_BYTES = 8


def list_members(path: Path) -> list[Member]:
    """Return the arrays of a file; members of other kinds are skipped.

    Parameters
    ----------
    path : Path

    Returns
    -------
    members : list of Member

    Raises
    ------
    DatasetError
        If it is not a zip archive, or a header cannot be read.
    """
    with _open_archive(path) as archive:
        return describe_members(archive)


def read_member(path: Path, member: Member) -> NDArray[np.generic]:
    """Read the values of an array.

    Parameters
    ----------
    path : Path
        The archive.
    member : Member
        One of its arrays.

    Returns
    -------
    values : ndarray

    Raises
    ------
    DatasetError
        If it holds Python objects, is damaged, holds more or fewer values than its header says, or does not fit into
        memory.
    """
    name = f"{path}: {member.name}"
    check_declared(name, member)
    check_room(name, max(member.n_bytes, _LABEL_BYTES * math.prod(member.shape[:1])))
    with _open_archive(path) as archive:
        return read_values(archive, member)


def check_declared(name: str, member: Member) -> None:
    """Check what a header declares against what the archive holds.

    Parameters
    ----------
    name : str
        What errors call the array.
    member : Member

    Raises
    ------
    DatasetError
        If they differ, or the values are Python objects.
    """
    if member.dtype.hasobject:
        raise DatasetError(
            f"{name} holds Python objects, stored as a pickle; those are never read, since reading them can run code; "
            "save an array of numbers, and textual labels as text: labels.astype(str)"
        )
    try:
        check_size(member)
    except ValueError as error:
        raise DatasetError(f"{name}: damaged: {error}") from error


@contextmanager
def _open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive.

    Raises
    ------
    DatasetError
        If it is damaged, or the block finds damage.
    """
    regular_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (DatasetError, PermissionError, MemoryError):
        raise
    except Exception as error:  # damaged files make zipfile and numpy raise errors of many kinds
        raise DatasetError(f"{path}: not a readable .npz file: {describe_file_error(error)}; {_AGAIN}") from error
