"""Lines of text files, compressed or not, read one by one up to a limit that depends on the size of the file."""

import io
from collections.abc import Generator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from hdr_bench.archives import Limit
from hdr_bench.datasets.compressed import DAMAGE, Readable, open_decompressed
from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import describe_file_error

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_ENDINGS = (".gz", ".bz2", ".xz")
_AGAIN = "copy or download it again"
# Tables of pixels compress to between a fifth and a hundredth; bzip2 compresses zeros to a millionth.
_LIMIT = Limit(256 << 20, 200)
# Enough for an image of a million pixels at eight characters each.
_LONGEST_LINE = 8 << 20
_HEAD_LINES = 50
_CHUNK = 1 << 16
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_lines(path: Path) -> Generator[bytes]:
    """Yield the lines of a text file, without line breaks; compression is detected from the first bytes.

    Parameters
    ----------
    path : Path

    Yields
    ------
    line : bytes

    Raises
    ------
    DatasetError
        If the file is damaged, is not text, has a line longer than any image, or decompresses to far more than a file
        of this kind holds.
    OSError
        If it cannot be opened.
    """
    size = regular_size(path)
    with open_decompressed(path) as (whole, _), io.BufferedReader(_Unbuffered(whole), _CHUNK) as file:
        n_bytes, number = 0, 0
        while True:
            try:
                line = file.readline(_LONGEST_LINE)
            except (*DAMAGE, OSError, ValueError) as error:
                raise DatasetError(
                    f"{path}: damaged, or not the kind of compressed file that its first bytes suggest: "
                    f"{describe_file_error(error)}; {_AGAIN}"
                ) from error
            if not line:
                return
            number, n_bytes = number + 1, n_bytes + len(line)
            _check_line(path, line, number)
            if not _LIMIT.allows(n_bytes, size):
                raise DatasetError(
                    f"{path}: its {size:,} bytes decompress to more than {n_bytes:,}, far more than expected of a file "
                    "of this size; decompress it yourself if you trust it"
                )
            yield (line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line).rstrip(b"\r\n")


def read_head(path: Path) -> list[bytes]:
    """Return the first non-blank lines of a text file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    lines : list of bytes
        Up to 50.

    Raises
    ------
    DatasetError, OSError
        As `read_lines`.
    """
    with closing(read_lines(path)) as lines:
        return list(islice((line for line in lines if line.strip()), _HEAD_LINES))


def plain_name(path: Path) -> str:
    """Return the name of a file in lower case, without the extension of its compression.

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
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name


class _Unbuffered(io.RawIOBase):
    """Adapter of a `Readable` to a raw file that can be buffered."""

    def __init__(self, file: Readable) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer).cast("B")
        content = self._file.read(len(target))
        target[: len(content)] = content
        return len(content)


def _check_line(path: Path, line: bytes, number: int) -> None:
    if len(line) >= _LONGEST_LINE:
        raise DatasetError(
            f"{path}: line {number:,} is longer than {_LONGEST_LINE:,} bytes; expected text with one image per line"
        )
    if b"\0" in line:
        raise DatasetError(
            f"{path}: line {number:,} contains null characters: the file is not text, or is in UTF-16; save it as "
            "UTF-8 text"
        )
