"""Arrays of a model file: integers are stored as bytes, and no more is read than the headers declare."""

import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.archives import Limit, check_expansion
from hdr_bench.arrays import Member, check_size, describe_members, read_values

ARRAYS = "arrays/"
"""Prefix of the names of the arrays in the archive."""

LIMIT = Limit(32 << 20, 100)
"""Limit on the decompressed size of a model file: pixels compress to a fifth, weights hardly."""

# Larger arrays, such as the images that k-NN stores, are checked for values that fit into a byte.
_FEWEST_TO_NARROW = 10_000
_MOST_FACTOR = 8


def narrow(array: NDArray[Any]) -> NDArray[Any]:
    """Convert a large array of floats to bytes if it contains only integers from 0 to 255.

    Parameters
    ----------
    array : ndarray

    Returns
    -------
    array : ndarray
        uint8 with the same values, or the array itself.
    """
    if array.size < _FEWEST_TO_NARROW or array.dtype.kind != "f" or array.dtype.itemsize > np.dtype(float).itemsize:
        return array
    with np.errstate(invalid="ignore"):
        small = array.astype(np.uint8)
    is_same = bool(np.array_equal(small, array)) and not np.signbit(array).any()
    return small if is_same else array


def read_stored_arrays(archive: zipfile.ZipFile, dtypes: Any, n_bytes: int) -> tuple[NDArray[Any], ...]:
    """Read the arrays of a model file, in the types that they have in the estimator.

    Parameters
    ----------
    archive : ZipFile
        Open for reading.
    dtypes : list of str
        One type per array; empty if it is saved in the estimator's type.
    n_bytes : int
        Size of the file.

    Returns
    -------
    arrays : tuple of ndarray

    Raises
    ------
    Exception
        If an array is missing, damaged, contains Python objects, or is too large for the size of the file; any
        exception of zipfile and numpy.
    """
    members = {member.name: member for member in describe_members(archive)}
    check_expansion([member.entry for member in members.values()], n_bytes, LIMIT)
    stored = [(members[f"{ARRAYS}{place}"], dtype) for place, dtype in enumerate(dtypes)]
    restored = sum(member.entry.file_size * (np.dtype(dtype).itemsize if dtype else 1) for member, dtype in stored)
    if not LIMIT.allows(restored, n_bytes):
        raise ValueError(f"its {n_bytes} bytes expand to arrays of {restored}, far more than a valid file contains")
    return tuple(_restored(_read_array(archive, member), dtype) for member, dtype in stored)


def _read_array(archive: zipfile.ZipFile, member: Member) -> NDArray[Any]:
    if member.dtype.hasobject:
        raise ValueError(f"{member.name} contains Python objects, which are never read")
    check_size(member)
    return read_values(archive, member)


def _restored(array: NDArray[Any], name: Any) -> NDArray[Any]:
    """Convert an array to its type in the estimator: integers saved as bytes become floats."""
    if name == "":
        return array
    dtype = np.dtype(name if isinstance(name, str) else None)
    if array.dtype != np.uint8 or dtype.kind != "f" or dtype.itemsize > _MOST_FACTOR:
        raise ValueError(f"it has an array of {array.dtype} that should be of {dtype}")
    return array.astype(dtype)
