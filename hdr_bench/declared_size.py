"""Reading files whose header declares their size, to their end and no further."""

from collections.abc import Iterator
from typing import IO

_CHUNK = 1 << 20


def read_exactly(file: IO[bytes], n_bytes: int) -> bytearray:
    """Read a file that must hold exactly `n_bytes`; no more than that is decompressed.

    Parameters
    ----------
    file : file object
        Open for reading.
    n_bytes : int
        Size that its header declares.

    Returns
    -------
    content : bytearray

    Raises
    ------
    ValueError
        If it holds more or fewer.
    """
    content = bytearray()
    for chunk in read_chunks(file, n_bytes):
        content += chunk
    return content


def read_chunks(file: IO[bytes], n_bytes: int) -> Iterator[bytes]:
    """Read a file as `read_exactly` does, and yield it in chunks, so that it need not fit into memory.

    Parameters
    ----------
    file : file object
        Open for reading.
    n_bytes : int
        Size that its header declares.

    Yields
    ------
    chunk : bytes

    Raises
    ------
    ValueError
        If it holds more or fewer.
    """
    n_read = 0
    while chunk := file.read(min(_CHUNK, n_bytes - n_read + 1)):
        n_read += len(chunk)
        if n_read > n_bytes:
            raise ValueError(f"it holds more than the {n_bytes} bytes that the header declares")
        yield chunk
    if n_read < n_bytes:
        raise ValueError(f"it holds {n_read} bytes, but the header declares {n_bytes}")
