"""LIBSVM's sparse text format: ``libsvm:FILE``, one image per line as ``LABEL INDEX:VALUE INDEX:VALUE ...``."""

import math
import re
from contextlib import closing, suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import islice, pairwise
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.compressed_text import plain_name, read_head, read_lines
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.digit_reading import settle_labels
from hdr_bench.datasets.file_format import FileFormat
from hdr_bench.datasets.image_arrays import narrow_numbers
from hdr_bench.datasets.labelled_images import LabelledImages, make_from_parts
from hdr_bench.datasets.memory_room import check_room
from hdr_bench.datasets.part_files import find_partner
from hdr_bench.datasets.source import ReadOptions
from hdr_bench.error_text import error_line
from hdr_bench.exceptions import DatasetError, shown

ENDINGS = frozenset({".libsvm", ".svm", ".svmlight"})
"""Extensions of files that are always treated as LIBSVM's; others are recognized by their content."""

_NUMBER = rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_ROW = re.compile(rb"\s*" + _NUMBER + rb"(\s+\d+:" + _NUMBER + rb")+\s*(#.*)?")
_BLANK_ROW = re.compile(rb"\s*" + _NUMBER + rb"\s*(#.*)?")
_LINES = "lines such as '5 128:0.2 129:0.62': a label, then the index and value of each non-zero pixel"
_NEEDED = f"expected {_LINES}"
# 256x256 pixels: larger images are not written as text, so a higher index means damage.
_MOST_PIXELS = 65_536
# Number of pixels held as floats at a time, before conversion to a smaller type.
_BLOCK_PIXELS = 4_000_000
_AGAIN = "save it again, e.g. with sklearn.datasets.dump_svmlight_file"


@dataclass(frozen=True)
class Extent:
    """Size of a file of sparse rows, determined without parsing values.

    Attributes
    ----------
    n_rows : int
    highest : int
        Highest index.
    counts_from_zero : bool
        Whether an index is 0, or a comment by scikit-learn says that indices start at 0.
    """

    n_rows: int
    highest: int
    counts_from_zero: bool


def is_libsvm(path: Path) -> bool:
    """Whether a path leads to a LIBSVM file, by the file's extension or its first lines.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_libsvm : bool
    """
    if not path.is_file():
        return False
    if PurePath(plain_name(path)).suffix in ENDINGS:
        return True
    with suppress(DatasetError, OSError):
        lines = [line for line in read_head(path) if not line.startswith(b"#")]
        are_rows = all(_ROW.fullmatch(line) or _BLANK_ROW.fullmatch(line) for line in lines)
        return are_rows and any(map(_ROW.fullmatch, lines))
    return False


class LibsvmFormat(FileFormat):
    """The format of sparse rows.

    The number of pixels is the smallest square number that is at least the highest index: LIBSVM's MNIST, with 784
    pixels, ends at 780, since the last four never have ink.
    """

    def read(self, name: str, path: Path, options: ReadOptions) -> Dataset:  # noqa: D102  # documented there
        partner = find_partner(path)
        paths = [path, *([partner] if partner else [])]
        extents = [_measure(each) for each in paths]
        base = 0 if any(extent.counts_from_zero for extent in extents) else 1
        highest = max(extent.highest for extent in extents)
        side = math.isqrt(highest - base) + 1
        check_room(str(path), sum(extent.n_rows for extent in extents) * side * side)
        parts = [_read_part(each, side, base) for each in paths]
        settled = settle_labels(parts)
        is_exact = highest + 1 - base == side * side
        notes = [
            *([f"the test part is {partner.name} beside it"] if partner else []),
            *([] if is_exact else [f"the highest index is {highest}: images are {side}x{side}"]),
            *settled.notes,
            *_note_range(parts),
        ]
        return make_from_parts(name, settled.parts, options, notes, class_names=settled.class_names)


FORMAT = LibsvmFormat("libsvm", f"a LIBSVM file with {_LINES}")
"""The format ``libsvm:FILE``, whose test part is ``FILE.t``."""


def _note_range(parts: list[LabelledImages]) -> list[str]:
    low, high = min(part.images.min() for part in parts), max(part.images.max() for part in parts)
    return [f"pixels range from {low:g} to {high:g}, as in the file"] if low < 0 or high <= 1 else []


def _measure(path: Path) -> Extent:
    """Scan a file for its number of rows and its highest index.

    Raises
    ------
    DatasetError
        If a line is not in LIBSVM's format, or an index is too high for an image.
    """
    highest = n_rows = 0
    from_zero = False
    with closing(read_lines(path)) as lines:
        for number, line in enumerate(lines, start=1):
            row, _, comment = line.partition(b"#")
            fields = row.split()
            from_zero |= b"zero-based" in comment
            n_rows += bool(fields)
            if len(fields) < 2:
                continue
            first, last = (field.partition(b":")[0] for field in (fields[1], fields[-1]))
            if not last.isdigit():
                raise DatasetError(f"{path}: line {number:,} ends in {_show(fields[-1])}; {_NEEDED}")
            if len(last) > len(str(_MOST_PIXELS)) or int(last) > _MOST_PIXELS:
                raise DatasetError(
                    f"{path}: line {number:,} has the index {_show(last)}; at most {_MOST_PIXELS:,} pixels are allowed"
                )
            highest = max(highest, int(last))
            from_zero |= first == b"0"
    if not highest:
        raise DatasetError(f"{path}: it has no line with a pixel; {_NEEDED}")
    return Extent(n_rows, highest, from_zero)


def _read_part(path: Path, side: int, base: int) -> LabelledImages:
    images: list[NDArray[np.generic]] = []
    labels: list[NDArray[np.float64]] = []
    most_lines = max(1, _BLOCK_PIXELS // side**2)
    with closing(read_lines(path)) as lines:
        rows = ((number, line) for number, line in enumerate(lines, start=1) if line.partition(b"#")[0].strip())
        while block := list(islice(rows, most_lines)):
            values, numbers = _parse(path, block, side, base)
            images.append(narrow_numbers(values))
            labels.append(numbers)
            check_room(str(path), sum(array.nbytes for array in images))
    return LabelledImages(str(path), np.concatenate(images).reshape(-1, side, side), np.concatenate(labels))


def _parse(
    path: Path, block: list[tuple[int, bytes]], side: int, base: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from sklearn.datasets import load_svmlight_file

    content = b"\n".join(line.partition(b"#")[0] for _, line in block)
    try:
        sparse, labels = load_svmlight_file(BytesIO(content), n_features=side * side, zero_based=base == 0)
    except (ValueError, OverflowError, IndexError) as error:
        raise DatasetError(f"{path}: {_first_fault(block)}: {error_line(error)}; {_AGAIN}") from error
    values = sparse.toarray()
    if values.shape != (len(block), side * side) or not np.isfinite(values).all():
        raise DatasetError(f"{path}: {_first_fault(block)}; {_AGAIN}")
    return values, labels


def _first_fault(block: list[tuple[int, bytes]]) -> str:
    for number, line in block:
        row = line.partition(b"#")[0]
        indices = [int(pair.partition(b":")[0]) for pair in row.split()[1:] if pair.partition(b":")[0].isdigit()]
        if not (_ROW.fullmatch(row) or _BLANK_ROW.fullmatch(row)):
            return f"line {number:,} is not in LIBSVM's format: {_show(row)}"
        if any(later <= earlier for earlier, later in pairwise(indices)):
            return f"line {number:,}: the indices of its pixels do not increase"
    return f"a line between {block[0][0]:,} and {block[-1][0]:,} cannot be read"


def _show(content: bytes) -> str:
    return shown(content[:40].decode(errors="replace"))
