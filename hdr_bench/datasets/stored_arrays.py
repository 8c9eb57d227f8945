"""Arrays in NumPy files, ``.npz`` and ``.npy``: inspected by their headers, and read only as far as those declare."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.memory_room import check_room
from hdr_bench.datasets.npz_members import check_declared, list_members, read_member
from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import describe_file_error

ARRAY_FILES = (".npz", ".npy")
"""Extensions of NumPy files."""

_LONGEST_HEADER = 12_000
_AGAIN = "copy it again, or save it with numpy.save"


@dataclass(frozen=True)
class StoredArray:
    """An array in a file, as its header describes it.

    Attributes
    ----------
    path : Path
        The file.
    name : str
        Name in the file; for an ``.npy`` file, the file's name without its extension.
    shape : tuple of int
    dtype : dtype
    check : callable
        Raises a `DatasetError` if the file does not hold what the header declares.
    read : callable
        Checks the file, then returns the values.
    """

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    check: Callable[[], None]
    read: Callable[[], NDArray[np.generic]]

    @property
    def where(self) -> str:
        """What errors call it."""
        return f"{self.path}: {self.name}" if self.path.suffix.lower() == ".npz" else str(self.path)


def list_arrays(path: Path) -> list[StoredArray]:
    """Return the arrays of a file.

    Parameters
    ----------
    path : Path
        An ``.npz`` or ``.npy`` file, by its extension.

    Returns
    -------
    arrays : list of StoredArray

    Raises
    ------
    DatasetError
        If it is damaged.
    """
    return [_look_at_npy(path)] if path.suffix.lower() == ".npy" else [*map(_bind(path), list_members(path))]


def _bind(path: Path) -> Callable[[Any], StoredArray]:
    return lambda member: StoredArray(
        path,
        member.name,
        member.shape,
        member.dtype,
        lambda: check_declared(f"{path}: {member.name}", member),
        lambda: read_member(path, member),
    )


def _look_at_npy(path: Path) -> StoredArray:
    size = regular_size(path)
    with path.open("rb") as file:
        head = io.BytesIO(file.read(_LONGEST_HEADER))
    try:
        version = np.lib.format.read_magic(head)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, is_fortran, dtype = read(head)
        if any(length < 0 for length in shape):
            raise ValueError(f"its header declares the invalid shape {shape}")
    except Exception as error:  # damaged headers make numpy and Python's parser raise errors of many kinds
        raise DatasetError(f"{path}: not a readable .npy file: {describe_file_error(error)}; {_AGAIN}") from error
    start = head.tell()
    n_bytes = math.prod(shape) * dtype.itemsize

    def check() -> None:
        if dtype.hasobject:
            raise DatasetError(
                f"{path} holds Python objects, stored as a pickle; those are never read, since reading them can run "
                "code; save an array of numbers, and textual labels as text: labels.astype(str)"
            )
        if start + n_bytes != size:
            raise DatasetError(
                f"{path}: damaged: its header, of shape {shape} and type {dtype}, declares {start + n_bytes} bytes, "
                f"but the file has {size}; {_AGAIN}"
            )

    def values() -> NDArray[np.generic]:
        check()
        check_room(str(path), n_bytes)
        with path.open("rb") as file:
            file.seek(start)
            content = np.fromfile(file, dtype, math.prod(shape))
        if len(content) != math.prod(shape):
            raise DatasetError(f"{path}: it was truncated while it was read; {_AGAIN}")
        return content.reshape(shape, order="F" if is_fortran else "C")

    return StoredArray(path, path.stem, shape, dtype, check, values)
