"""The header of an IDX file: what it declares, and whether that is plausible."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdr_bench.archives import MOST_EXPANSION
from hdr_bench.exceptions import DatasetError

DTYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
LONGEST_HEADER = 4 + 4 * 255
"""Size in bytes of a header with the largest number of dimensions that one byte can count."""
AGAIN = "copy or download it again"
"""Advice for incomplete files."""


@dataclass(frozen=True)
class Header:
    """Header of an IDX file.

    Attributes
    ----------
    dtype : dtype
        Big-endian, as in the format.
    shape : tuple of int
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def start(self) -> int:
        """Size of the header itself in bytes."""
        return 4 + 4 * len(self.shape)

    @property
    def n_bytes(self) -> int:
        """Size of the whole file in bytes."""
        return self.start + math.prod(self.shape) * self.dtype.itemsize


def check_expansion(name: str, size: int, header: Header) -> None:
    """Check that a gzip file of `size` bytes can hold what a header declares.

    Parameters
    ----------
    name : str
        What errors call the file.
    size : int
        Size of the compressed file in bytes.
    header : Header

    Raises
    ------
    DatasetError
        If it cannot.
    """
    if header.n_bytes > size * MOST_EXPANSION:
        raise DatasetError(
            f"{name}: truncated IDX file: its header {header.shape} asks for {header.n_bytes} bytes, more than a gzip "
            f"file of {size} bytes can hold; {AGAIN}"
        )


def check_length(name: str, length: int, header: Header) -> None:
    """Check that a content of `length` bytes matches what a header declares.

    Parameters
    ----------
    name : str
        What errors call the file.
    length : int
        Size in bytes after decompression.
    header : Header

    Raises
    ------
    DatasetError
        If it is shorter or longer.
    """
    if length != header.n_bytes:
        fault = "truncated" if length < header.n_bytes else "trailing bytes in"
        raise DatasetError(
            f"{name}: {fault} IDX file: {length} bytes, its header {header.shape} asks for {header.n_bytes}; {AGAIN}"
        )


def read_header(content: bytes, name: str) -> Header:
    """Read the header at the start of a file's content.

    Parameters
    ----------
    content : bytes
        At least the start of the content.
    name : str
        What errors call the file.

    Returns
    -------
    header : Header

    Raises
    ------
    DatasetError
        If it is not a header, or is truncated.
    """
    if len(content) < 4:
        raise DatasetError(
            f"{name}: truncated IDX file: {len(content)} bytes, the header alone takes at least 4; {AGAIN}"
        )
    if content[:2] != b"\x00\x00" or content[2] not in DTYPES:
        types = ", ".join(f"0x{code:02x}" for code in DTYPES)
        raise DatasetError(
            f"{name}: not an IDX file: the magic number is 0x{content[:4].hex()}; "
            f"an IDX file starts with two zero bytes and a type among {types}; choose another file, or {AGAIN}"
        )
    rank = content[3]
    if len(content) < 4 + 4 * rank:
        raise DatasetError(
            f"{name}: truncated IDX file: {len(content)} bytes, its header takes {4 + 4 * rank}; {AGAIN}"
        )
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", count=rank, offset=4))
    return Header(DTYPES[content[2]], shape)
