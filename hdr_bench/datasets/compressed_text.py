"""Lines of text files, compressed or not: read one by one, and never more of them than the file is worth."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any

from hdr_bench.archives import Limit
from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import describe_file_error

COMPRESSIONS: dict[str, tuple[bytes, Callable[[IO[bytes]], Any]]] = {
    ".gz": (b"\x1f\x8b", gzip.open),
    ".bz2": (b"BZh", bz2.open),
    ".xz": (b"\xfd7zXZ\x00", lzma.open),
}
"""First bytes of a compressed file and what opens it, by the ending that such files have."""

_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, OSError, ValueError)
_AGAIN = "copy or download it again"
# Tables of pixels compress to between a fifth and a hundredth; bzip2 packs zeros into a millionth.
_LIMIT = Limit(256 << 20, 200)
# An image of a million pixels, each written with eight characters.
_LONGEST_LINE = 8 << 20
_HEAD_LINES = 50
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_lines(path: Path) -> Generator[bytes]:
    """Give the lines of a text file, without their ends; whether it is compressed is read from its first bytes.

    Parameters
    ----------
    path : Path

    Yields
    ------
    line : bytes

    Raises
    ------
    DatasetError
        If the file is damaged, is no text, has a line longer than any image, or decompresses to far more than such a
        file holds.
    OSError
        If it cannot be opened.
    """
    size = regular_size(path)
    with path.open("rb") as raw, closing(_decompress(raw)) as file:
        n_bytes, number = 0, 0
        while True:
            try:
                line = file.readline(_LONGEST_LINE)
            except _DAMAGE as error:
                raise DatasetError(
                    f"{path}: damaged, or not the compressed file that its first bytes say: "
                    f"{describe_file_error(error)}; {_AGAIN}"
                ) from error
            if not line:
                return
            number, n_bytes = number + 1, n_bytes + len(line)
            _check_line(path, line, number)
            if not _LIMIT.allows(n_bytes, size):
                raise DatasetError(
                    f"{path}: its {size:,} bytes decompress to more than {n_bytes:,}, far more than such a file holds; "
                    "decompress it yourself if you trust it"
                )
            yield (line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line).rstrip(b"\r\n")


def read_head(path: Path) -> list[bytes]:
    """Return the first lines of a text file that hold anything.

    Parameters
    ----------
    path : Path

    Returns
    -------
    lines : list of bytes
        Up to 50; none if the file is no text.
    """
    with suppress(DatasetError, OSError), closing(read_lines(path)) as lines:
        return list(islice((line for line in lines if line.strip()), _HEAD_LINES))
    return []


def plain_name(path: Path) -> str:
    """Return the name of a file in lower case and without the ending of its compression.

    Parameters
    ----------
    path : Path

    Returns
    -------
    name : str

    Examples
    --------
    >>> plain_name(Path("data/mnist_train.CSV.gz"))
    'mnist_train.csv'
    """
    name = path.name.lower()
    for ending in COMPRESSIONS:
        name = name.removesuffix(ending)
    return name


def _decompress(raw: IO[bytes]) -> Any:
    longest = max(len(magic) for magic, _ in COMPRESSIONS.values())
    head = raw.read(longest)
    raw.seek(0)
    for magic, opener in COMPRESSIONS.values():
        if head.startswith(magic):
            return opener(raw)
    return raw


def _check_line(path: Path, line: bytes, number: int) -> None:
    if len(line) >= _LONGEST_LINE:
        raise DatasetError(
            f"{path}: line {number:,} is longer than {_LONGEST_LINE:,} bytes; needed is text with one image per line"
        )
    if b"\0" in line:
        raise DatasetError(
            f"{path}: line {number:,} holds null characters, so that the file is no text, or in UTF-16; save it as "
            "text in UTF-8"
        )
