"""The IDX format of the MNIST files, read and written.

The format is described at the end of LeCun's MNIST page: two zero bytes, a byte for the type, a byte for the
number of dimensions, each dimension as a big-endian 32-bit integer, then the values in C order, big-endian.
"""

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import DatasetError
from hdr_bench.files import write_whole

DTYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str]) -> NDArray[np.generic]:
    """Read an IDX file, gzipped or not, of any of the format's types and any rank.

    Parameters
    ----------
    path : path-like
        The file. Whether it is gzipped is read from its first bytes, not from its name.

    Returns
    -------
    array : ndarray
        In the machine's own byte order.

    Raises
    ------
    DatasetError
        If the file is not IDX, truncated, or longer than its header says.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    return decode_idx(read_content(path), name=str(path))


def read_content(path: Path) -> bytes:
    """Return the bytes of a file, decompressed if it is gzipped.

    Raises
    ------
    DatasetError
        If it is a damaged gzip file.
    OSError
        If the file cannot be opened.
    """
    content = path.read_bytes()
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{path}: truncated or damaged gzip file: {error}") from error


def decode_idx(content: bytes, name: str) -> NDArray[np.generic]:
    """Read the bytes of an IDX file; `name` is what errors call it.

    Raises
    ------
    DatasetError
        If the bytes are not IDX, truncated, or longer than the header says.
    """
    if len(content) < 4:
        raise DatasetError(f"{name}: truncated IDX file: {len(content)} bytes, the header alone takes at least 4")
    if content[:2] != b"\x00\x00" or content[2] not in DTYPES:
        types = ", ".join(f"0x{code:02x}" for code in DTYPES)
        raise DatasetError(
            f"{name}: not an IDX file: the magic number is 0x{content[:4].hex()}; "
            f"an IDX file starts with two zero bytes and a type among {types}"
        )
    dtype, rank = DTYPES[content[2]], content[3]
    start = 4 + 4 * rank
    if len(content) < start:
        raise DatasetError(f"{name}: truncated IDX file: {len(content)} bytes, its header takes {start}")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", count=rank, offset=4))
    expected = start + math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        fault = "truncated" if len(content) < expected else "trailing bytes in"
        raise DatasetError(f"{name}: {fault} IDX file: {len(content)} bytes, its header {shape} asks for {expected}")
    try:
        values = np.frombuffer(content, dtype, offset=start).reshape(shape)
    except ValueError as error:
        raise DatasetError(f"{name}: an IDX file of {rank} dimensions {shape} cannot be held: {error}") from error
    return values.astype(dtype.newbyteorder("="))


def encode_idx(array: NDArray[np.generic]) -> bytes:
    """Return the bytes of `array` as an IDX file.

    Raises
    ------
    DatasetError
        If the format has no type for the array's, or the array has more than 255 dimensions.
    """
    for code, dtype in DTYPES.items():
        if array.dtype.newbyteorder("=") == dtype.newbyteorder("="):
            header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()
            return header + array.astype(dtype).tobytes()
    names = ", ".join(dtype.newbyteorder("=").name for dtype in DTYPES.values())
    raise DatasetError(f"IDX has no type for {array.dtype.name}; it has: {names}")


def write_idx(path: str | os.PathLike[str], array: NDArray[np.generic]) -> None:
    """Write `array` as an IDX file, gzipped where `path` ends in ``.gz``; whole or not at all.

    Raises
    ------
    DatasetError
        If the format has no type for the array's.
    """
    path = Path(path)
    content = encode_idx(array)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    write_whole(path, content)
