"""Arrays of a model file: whole numbers as bytes, and read only as far as their headers say."""

import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.archives import Limit, check_expansion
from hdr_bench.arrays import Member, check_size, describe_members, read_values

ARRAYS = "arrays/"
"""Beginning of the names of the arrays in the archive."""

LIMIT = Limit(32 << 20, 100)
"""How much a model file may decompress to: pixels compress to a fifth, weights hardly."""

# A larger array is looked at for values that one byte holds, as the images that k-NN keeps are.
_FEWEST_TO_NARROW = 10_000
_MOST_FACTOR = 8


def narrow(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of floats as bytes if it is large and holds nothing but whole numbers from 0 to 255.

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
    """Return the arrays of a model file, in the types that the estimator has them in.

    Parameters
    ----------
    archive : ZipFile
        Open for reading.
    dtypes : list of str
        A type per array; empty for one that is saved in the estimator's type.
    n_bytes : int
        Of the file.

    Returns
    -------
    arrays : tuple of ndarray

    Raises
    ------
    Exception
        If an array is missing, damaged, holds Python objects, or is larger than the file is worth: whatever zipfile and
        numpy raise then.
    """
    members = {member.name: member for member in describe_members(archive)}
    check_expansion([member.entry for member in members.values()], n_bytes, LIMIT)
    stored = [(members[f"{ARRAYS}{place}"], dtype) for place, dtype in enumerate(dtypes)]
    restored = sum(member.entry.file_size * (np.dtype(dtype).itemsize if dtype else 1) for member, dtype in stored)
    if not LIMIT.allows(restored, n_bytes):
        raise ValueError(f"its {n_bytes} bytes make arrays of {restored}, far more than such a file holds")
    return tuple(_restored(_read_array(archive, member), dtype) for member, dtype in stored)


def _read_array(archive: zipfile.ZipFile, member: Member) -> NDArray[Any]:
    if member.dtype.hasobject:
        raise ValueError(f"{member.name} holds Python objects, which are never read")
    check_size(member)
    return read_values(archive, member)


def _restored(array: NDArray[Any], name: Any) -> NDArray[Any]:
    """Return an array in the type that the estimator has it in: of whole numbers saved as bytes, floats."""
    if name == "":
        return array
    dtype = np.dtype(name if isinstance(name, str) else None)
    if array.dtype != np.uint8 or dtype.kind != "f" or dtype.itemsize > _MOST_FACTOR:
        raise ValueError(f"it has an array of {array.dtype} that should be of {dtype}")
    return array.astype(dtype)
