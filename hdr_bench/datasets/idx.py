"""The IDX format of the MNIST files, read and written.

The format is described at the end of LeCun's MNIST page: two zero bytes, a byte for the type, a byte for the
number of dimensions, each dimension as a big-endian 32-bit integer, then the values in C order, big-endian.
"""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.compressed import DAMAGE, Readable, open_decompressed
from hdr_bench.datasets.idx_header import (
    AGAIN,
    DTYPES,
    LONGEST_HEADER,
    Header,
    check_expansion,
    check_length,
    read_header,
)
from hdr_bench.datasets.memory_room import check_room
from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import describe_file_error, write_whole

_CHUNK = 1 << 20


def read_idx(path: str | os.PathLike[str]) -> NDArray[np.generic]:
    """Read an IDX file, compressed (gzip or xz) or not, of any type and rank that the format has.

    What the header declares is compared with the file's size and the free memory before anything is read; no more is
    read, or decompressed, than it declares.

    Parameters
    ----------
    path : path-like
        The file. Compression is detected from its first bytes, not from its name.

    Returns
    -------
    array : ndarray
        In native byte order.

    Raises
    ------
    DatasetError
        If the file is not IDX, is truncated, longer than its header says, or too large for the memory.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    return decode_idx(read_content(path), name=str(path))


def read_content(path: Path) -> bytearray:
    """Return the bytes of an IDX file, decompressed.

    Parameters
    ----------
    path : Path

    Returns
    -------
    content : bytearray

    Raises
    ------
    DatasetError, OSError
        As `read_idx`.
    """
    content = bytearray()
    for chunk in _chunks(path):
        content += chunk
    return content


def has_content(path: Path, content: bytearray) -> bool:
    """Whether an IDX file, decompressed, holds these bytes.

    Parameters
    ----------
    path : Path
    content : bytearray

    Returns
    -------
    has_content : bool

    Raises
    ------
    DatasetError, OSError
        As `read_idx`.
    """
    start = 0
    for chunk in _chunks(path):
        if content[start : start + len(chunk)] != chunk:
            return False
        start += len(chunk)
    return start == len(content)


def look_at_idx(path: Path) -> Header:
    """Read the header of an IDX file, and check it against the file's size and the free memory.

    Parameters
    ----------
    path : Path

    Returns
    -------
    header : Header

    Raises
    ------
    DatasetError, OSError
        As `read_idx`.
    """
    with _open_idx(path) as (header, _, _):
        return header


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield the content of a file in chunks, up to the size that its header declares.

    Raises
    ------
    DatasetError
        If it is not IDX, holds fewer or more bytes, or does not fit into memory.
    """
    with _open_idx(path) as (header, head, file):
        n_read, chunk = 0, head
        while chunk:
            n_read += len(chunk)
            if n_read > header.n_bytes:
                raise DatasetError(
                    f"{path}: trailing bytes in IDX file: more than the {header.n_bytes} bytes that its header "
                    f"{header.shape} asks for; {AGAIN}"
                )
            yield chunk
            # One more byte than declared is requested, so that the end, with its checksum, is reached.
            chunk = file.read(min(_CHUNK, header.n_bytes - n_read + 1))
        check_length(str(path), n_read, header)


@contextmanager
def _open_idx(path: Path) -> Iterator[tuple[Header, bytes, Readable]]:
    """Open an IDX file and yield its header, its first bytes, and the file positioned after them.

    Raises
    ------
    DatasetError
        If the header cannot be read, or declares more than the file can hold or than fits into memory.
    """
    size, name = regular_size(path), str(path)
    with open_decompressed(path) as (file, compression):
        try:
            head = file.read(LONGEST_HEADER)
            header = read_header(head, name)
            check_header = {None: check_length, "gzip": check_expansion}.get(compression)
            if check_header is not None:
                check_header(name, size, header)
            check_room(name, header.n_bytes)
            yield header, head, file
        except (*DAMAGE, OSError) as error:
            # Errors of the system have a number; bz2 raises an OSError without one for damaged files.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise DatasetError(
                f"{path}: truncated or damaged {compression} file: {describe_file_error(error)}; {AGAIN}"
            ) from error


def decode_idx(content: bytes | bytearray, name: str) -> NDArray[np.generic]:
    """Decode the bytes of an IDX file.

    Parameters
    ----------
    content : bytes or bytearray
        Content of the file, decompressed.
    name : str
        What errors call the file.

    Returns
    -------
    array : ndarray

    Raises
    ------
    DatasetError
        If the bytes are not IDX, are truncated, or longer than the header says.
    """
    header = read_header(bytes(content[:LONGEST_HEADER]), name)
    check_length(name, len(content), header)
    try:
        values = np.frombuffer(content, header.dtype, offset=header.start).reshape(header.shape)
    except ValueError as error:
        raise DatasetError(
            f"{name}: an IDX file with {len(header.shape)} dimensions {header.shape} cannot be read: {error}"
        ) from error
    return values.astype(header.dtype.newbyteorder("="), copy=False)


def encode_idx(array: NDArray[np.generic]) -> bytes:
    """Encode `array` as the bytes of an IDX file.

    Parameters
    ----------
    array : ndarray
        Of a type that IDX supports.

    Returns
    -------
    content : bytes

    Raises
    ------
    DatasetError
        If the format does not support the array's type, or the array has more than 255 dimensions.
    """
    for code, dtype in DTYPES.items():
        if array.dtype.newbyteorder("=") == dtype.newbyteorder("="):
            header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()
            return header + array.astype(dtype).tobytes()
    names = ", ".join(dtype.newbyteorder("=").name for dtype in DTYPES.values())
    raise DatasetError(f"IDX does not support the type {array.dtype.name}; supported types: {names}")


def write_idx(path: str | os.PathLike[str], array: NDArray[np.generic]) -> None:
    """Write `array` atomically as an IDX file, gzipped if `path` ends in ``.gz``.

    Parameters
    ----------
    path : str or path-like
        Where to write it.
    array : ndarray
        Of a type that IDX supports.

    Raises
    ------
    DatasetError
        If the format does not support the array's type.
    """
    path = Path(path)
    content = encode_idx(array)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    write_whole(path, content)
