"""Compressed files, read in chunks: no more is decompressed than is requested."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

_GZIP_MAGIC, _BZIP2_MAGIC, _XZ_MAGIC = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
# `xz -9`, its strongest setting, needs 65 MiB to decompress; a header may ask for 4 GiB.
_MOST_XZ_MEMORY = 100 << 20
_CHUNK = 1 << 16

DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError)
"""Errors from reading a compressed file that is truncated or damaged."""


class Readable(Protocol):
    """Object that can be read in chunks."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; empty at the end.

        Parameters
        ----------
        size : int

        Returns
        -------
        content : bytes
        """


class XzFile:
    """File in the ``.xz`` format, decompressed as it is read.

    Unlike `lzma.LZMAFile`, it bounds the decompressor's memory.

    Parameters
    ----------
    raw : BufferedReader
        The open file.
    """

    def __init__(self, raw: BufferedReader) -> None:
        self._raw = raw
        self._ahead = b""
        self._decompressor = _new_decompressor()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; empty at the end.

        Parameters
        ----------
        size : int

        Returns
        -------
        content : bytes

        Raises
        ------
        EOFError, LZMAError
            If the file is truncated or damaged, or decompressing it takes more memory than `xz -9` needs.
        """
        content = bytearray()
        while len(content) < size and self._goes_on():
            compressed = self._next_chunk() if self._decompressor.needs_input else b""
            if not compressed and self._decompressor.needs_input:
                raise EOFError("the end of the .xz file is missing")
            content += self._decompressor.decompress(compressed, size - len(content))
        return bytes(content)

    def _next_chunk(self) -> bytes:
        chunk, self._ahead = self._ahead or self._raw.read(_CHUNK), b""
        return chunk

    def _goes_on(self) -> bool:
        """Whether the stream has not ended, or another follows: concatenated files hold several."""
        if not self._decompressor.eof:
            return True
        rest = self._decompressor.unused_data
        # There may be padding with zeros between two streams.
        while not (ahead := rest.lstrip(b"\0")):
            rest = self._raw.read(_CHUNK)
            if not rest:
                return False
        self._ahead, self._decompressor = ahead, _new_decompressor()
        return True


def _new_decompressor() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_XZ_MEMORY)


def compression_of(raw: BufferedReader) -> str | None:
    """Return how an open file is compressed, by its first bytes, not by its name.

    Parameters
    ----------
    raw : BufferedReader
        At its beginning; the position does not change.

    Returns
    -------
    compression : str or None
        ``"gzip"``, ``"bzip2"`` or ``"xz"``; None for an uncompressed file.
    """
    head = raw.peek(len(_XZ_MAGIC))
    if head.startswith(_GZIP_MAGIC):
        return "gzip"
    if head.startswith(_BZIP2_MAGIC):
        return "bzip2"
    return "xz" if head.startswith(_XZ_MAGIC) else None


@contextmanager
def open_decompressed(path: Path) -> Iterator[tuple[Readable, str | None]]:
    """Open a file, compressed or not.

    Parameters
    ----------
    path : Path

    Yields
    ------
    file : Readable
        Its content, decompressed.
    compression : str or None
        As returned by `compression_of`.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    with path.open("rb") as raw:
        compression = compression_of(raw)
        if compression == "xz":
            yield XzFile(raw), compression
            return
        openers: dict[str | None, Callable[..., Any]] = {"gzip": gzip.open, "bzip2": bz2.open}
        with openers.get(compression, nullcontext)(raw) as file:
            yield file, compression
