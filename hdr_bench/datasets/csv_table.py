"""A table of numbers in a text file: its separator, header and values, detected from the text itself.

Fields are separated by commas, semicolons, tabs, bars or spaces; unless commas separate them, a comma is a decimal
point.
"""

import re
from collections.abc import Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.compressed_text import read_head, read_lines
from hdr_bench.datasets.image_arrays import narrow_numbers
from hdr_bench.datasets.memory_room import check_room
from hdr_bench.exceptions import DatasetError, shown
from hdr_bench.names import visible

# The comma comes last: beside one of the others, it is a decimal point.
_SEPARATORS = (b";", b"\t", b"|", b",")
_NUMBER = re.compile(rb"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_BLOCK_LINES = 2_000
_FEWEST_FIELDS = 5
"""Smallest table of images: four pixels and a label."""

_NEEDED = "expected a table of numbers with one image per line"


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    Attributes
    ----------
    separator : bytes
        Between fields; a space means any number of spaces.
    header : tuple of str or None
        The names of the columns; None if the first line is already an image.
    n_fields : int
    """

    separator: bytes
    header: tuple[str, ...] | None
    n_fields: int


@dataclass(frozen=True, eq=False)
class Table:
    """The values of a table.

    Attributes
    ----------
    dialect : Dialect
    values : ndarray of shape (n, n_fields)
        uint8 if all are whole numbers from 0 to 255, otherwise float32; columns of text are zero.
    ends : tuple of ndarray
        The first and the last column unchanged, of shape (n,): float64 or text.
    """

    dialect: Dialect
    values: NDArray[np.generic]
    ends: tuple[NDArray[np.generic], NDArray[np.generic]]


def find_dialect(path: Path) -> Dialect | None:
    """Detect how a file is written as a table.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dialect : Dialect or None
        None if its first lines are not a table of numbers.

    Raises
    ------
    DatasetError, OSError
        If it is damaged, or not text.
    """
    lines = [line for line in read_head(path) if not line.lstrip().startswith(b"#")]
    if not lines:
        return None
    # The first line may be a header with quoted separators.
    counts = {mark: max(line.count(mark) for line in lines[1:] or lines) for mark in _SEPARATORS}
    separator = next((mark for mark, count in counts.items() if count >= _FEWEST_FIELDS - 1), b" ")
    rows = [split_fields(line, separator) for line in lines]
    lengths = [len(row) for row in rows]
    n_fields = max(lengths, key=lengths.count)
    if n_fields < _FEWEST_FIELDS or all(_count_texts(row) > 1 for row in rows):
        return None
    return Dialect(separator, _header_of(rows[0], n_fields), n_fields)


def read_table(path: Path, dialect: Dialect) -> Table:
    """Read the values of a table.

    Parameters
    ----------
    path : Path
    dialect : Dialect
        As `find_dialect` returns it.

    Returns
    -------
    table : Table

    Raises
    ------
    DatasetError
        If a line has more or fewer fields than the first, a value is not a number, the file is damaged, or its values
        do not fit into memory.
    """
    blocks: list[NDArray[np.generic]] = []
    ends: tuple[list[NDArray[np.generic]], list[NDArray[np.generic]]] = ([], [])
    with closing(_numbered_rows(path, dialect)) as rows:
        while block := list(islice(rows, _BLOCK_LINES)):
            values, first, last = _parse(path, block, dialect)
            blocks.append(narrow_numbers(values))
            ends[0].append(first)
            ends[1].append(last)
            check_room(str(path), sum(array.nbytes for array in blocks))
    if not blocks:
        raise DatasetError(f"{path}: it has no line of numbers; {_NEEDED}")
    return Table(dialect, np.concatenate(blocks), (_join(ends[0]), _join(ends[1])))


def split_fields(line: bytes, separator: bytes) -> list[bytes]:
    """Return the fields of a line, without spaces and quotes around them.

    Parameters
    ----------
    line : bytes
    separator : bytes
        A space means any number of spaces.

    Returns
    -------
    fields : list of bytes
    """
    fields = line.split() if separator == b" " else line.split(separator)
    fields = [field.strip().strip(b"\"'").strip() for field in fields]
    # Some programs end each line with a separator.
    return fields[:-1] if len(fields) > 1 and not fields[-1] else fields


def _count_texts(fields: list[bytes]) -> int:
    return sum(_NUMBER.fullmatch(field) is None for field in fields)


def _header_of(first: list[bytes], n_fields: int) -> tuple[str, ...] | None:
    if not _is_header(first):
        return None
    # R leaves out the name of the column of row names.
    names = [b"", *first] if len(first) == n_fields - 1 else first
    return tuple(visible(name.decode(errors="replace")) for name in names)


def _is_header(fields: list[bytes]) -> bool:
    """Whether a line names columns, by words or by consecutive numbers."""
    if _count_texts(fields) > 1:
        return True
    numbers = [int(field) for field in fields if field.isdigit()]
    counts_up = all(number == numbers[0] + index for index, number in enumerate(numbers))
    return len(numbers) >= len(fields) - 1 and len(numbers) > 2 and counts_up


def _numbered_rows(path: Path, dialect: Dialect) -> Generator[tuple[int, bytes]]:
    """Yield the lines of values with their line numbers, each with the same number of fields.

    Raises
    ------
    DatasetError
        If a line has more or fewer fields, or a quoted field spans several lines.
    """
    awaits_header = dialect.header is not None
    with closing(read_lines(path)) as lines:
        for number, line in enumerate(lines, start=1):
            row = b" ".join(line.split()) if dialect.separator == b" " else line.strip(b" ")
            if not row or row.startswith(b"#"):
                continue
            if awaits_header:
                awaits_header = False
                continue
            row = row.removesuffix(dialect.separator) if row.count(dialect.separator) == dialect.n_fields else row
            n_fields = row.count(dialect.separator) + 1
            if n_fields != dialect.n_fields:
                raise DatasetError(
                    f"{path}: line {number:,} has {n_fields:,} fields, those before it {dialect.n_fields:,}; {_NEEDED}"
                )
            yield number, row


def _parse(
    path: Path, block: list[tuple[int, bytes]], dialect: Dialect
) -> tuple[NDArray[np.float64], NDArray[np.generic], NDArray[np.generic]]:
    """Return the values of lines, and their first and last column, as text if they are text."""
    rows = [row for _, row in block]
    firsts, lasts = (_texts([_end_of(row, dialect.separator, side) for row in rows]) for side in (0, -1))
    if firsts is not None:
        rows = [b"0" + row[len(row.partition(dialect.separator)[0]) :] for row in rows]
    if lasts is not None:
        rows = [row[: len(row) - len(row.rpartition(dialect.separator)[2])] + b"0" for row in rows]
    if dialect.separator != b",":
        rows = [row.replace(b",", b".") for row in rows]
    try:
        separator = dialect.separator.decode()
        values = np.loadtxt(rows, np.float64, comments=None, delimiter=separator, quotechar='"', ndmin=2)
    except ValueError as error:
        raise DatasetError(f"{path}: {_first_fault(path, block, dialect)}") from error
    if values.shape != (len(rows), dialect.n_fields) or not np.isfinite(values).all():
        raise DatasetError(f"{path}: {_first_fault(path, block, dialect)}")
    return (
        values,
        values[:, 0].copy() if firsts is None else firsts,
        values[:, -1].copy() if lasts is None else lasts,
    )


def _end_of(row: bytes, separator: bytes, side: int) -> bytes:
    field = row.partition(separator)[0] if side == 0 else row.rpartition(separator)[2]
    return field.strip().strip(b"\"'").strip()


def _texts(fields: list[bytes]) -> NDArray[np.generic] | None:
    """Return a column that holds text; None if all its fields are numbers, or one is empty."""
    if not all(fields) or all(_NUMBER.fullmatch(field) for field in fields):
        return None
    return np.array([field.decode(errors="replace") for field in fields])


def _first_fault(path: Path, block: list[tuple[int, bytes]], dialect: Dialect) -> str:
    for number, row in block:
        if row.count(b'"') % 2:
            return f"line {number:,} has an unclosed quote; {_NEEDED}"
        for column, field in enumerate(_fields_of(row, dialect), start=1):
            where = f"line {number:,}, column {column:,}{_name_of(column, dialect)}"
            if not field:
                return f"{where} is empty; {_count_empty(path, dialect)}"
            if 1 < column < dialect.n_fields and _NUMBER.fullmatch(field) is None:
                return f"{where} is {shown(field.decode(errors='replace'))}, which is not a number; {_NEEDED}"
    return f"a value between lines {block[0][0]:,} and {block[-1][0]:,} is not a number; {_NEEDED}"


def _fields_of(row: bytes, dialect: Dialect) -> list[bytes]:
    """Return all fields of a row, including an empty last one."""
    return split_fields(row + dialect.separator, dialect.separator)


def _name_of(column: int, dialect: Dialect) -> str:
    names = dialect.header or ()
    return f" ({shown(names[column - 1])})" if column <= len(names) else ""


def _count_empty(path: Path, dialect: Dialect) -> str:
    """Describe how many fields of a table are empty, and what to do."""
    counts: list[int] = []
    # The count stops at a line of another length.
    with closing(_numbered_rows(path, dialect)) as rows, suppress(DatasetError):
        for _, row in rows:
            counts.append(_fields_of(row, dialect).count(b""))
    n_lines = sum(count > 0 for count in counts)
    cells = "1 empty field" if sum(counts) == 1 else f"{sum(counts):,} empty fields"
    return f"the table has {cells} in {n_lines:,} of {len(counts):,} lines: fill them in, or remove these lines"


def _join(columns: list[NDArray[np.generic]]) -> NDArray[np.generic]:
    if len({column.dtype.kind for column in columns}) == 1:
        return np.concatenate(columns)
    # With numbers in one block and text in another, all become text; numbers as they would be written.
    return np.concatenate([column if column.dtype.kind == "U" else _as_texts(column) for column in columns])


def _as_texts(column: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.array([f"{value:g}" for value in column.tolist()])
