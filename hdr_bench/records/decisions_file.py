"""Files of label decisions: CSV in UTF-8 (RFC 4180), also written by people and spreadsheets.

The columns are those of `COLUMNS`; `fingerprint` is that of the data set, and the same in all rows.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, cast, get_args

from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, shown
from hdr_bench.files import describe_file_error, read_regular, write_whole
from hdr_bench.names import check_visible
from hdr_bench.records.decisions import Decision, Decisions, PartName
from hdr_bench.records.text import first_faults

COLUMNS = ("fingerprint", "part", "index", "given", "decision", "who", "when")

_HEADER = ",".join(COLUMNS)
# Suffices for a decision on each image of a hundred data sets of MNIST's size.
_MOST_BYTES = 1_000_000_000
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_INDEX = re.compile(r"[0-9]{1,12}")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class _Line(NamedTuple):
    """A row as read, with its line number."""

    number: int
    fingerprint: str
    row: Decision


def read_decisions(path: Path | str) -> Decisions:
    """Read a file of label decisions.

    Byte order marks, line ends of any system and empty rows, as written by spreadsheets, are allowed.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    decisions : Decisions
        In the order of the file.

    Raises
    ------
    DatasetNotFoundError
        If there is no such file.
    DatasetError
        If the file cannot be read, or is not a file of decisions; the message names each faulty line.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DatasetError(f"{path}: a file of decisions must have at most {_MOST_BYTES:,} bytes")
        content = read_regular(path)
    except FileNotFoundError as error:
        raise DatasetNotFoundError(f"{path}: there is no such file of decisions; check the path") from error
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read: {describe_file_error(error)}") from error
    return parse_decisions(content, str(path))


def parse_decisions(content: bytes, name: str) -> Decisions:
    """Parse the content of a file of decisions; see `read_decisions`.

    Parameters
    ----------
    content : bytes
    name : str
        Name of the file in errors.

    Returns
    -------
    decisions : Decisions

    Raises
    ------
    DatasetError
        If the content is not a file of decisions.
    """
    lines: list[_Line] = []
    faults: list[str] = []
    for number, cells in _read_cells(content, name):
        try:
            lines.append(_parse_line(number, cells))
        except ValueError as error:
            faults.append(f"line {number}: {error}")
    faults += [*_find_other_data(lines), *_find_repeated(lines)]
    if faults:
        raise DatasetError(f"{name}: " + "\n  ".join(first_faults(faults)))
    return Decisions(lines[0].fingerprint if lines else "", tuple(line.row for line in lines))


def format_decisions(decisions: Decisions) -> str:
    """Return decisions as the text of a file.

    Parameters
    ----------
    decisions : Decisions

    Returns
    -------
    text : str
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in decisions.rows:
        writer.writerow([decisions.fingerprint, row.part, row.index, row.given, row.decision, row.who, row.when])
    return text.getvalue()


def write_decisions(path: Path | str, decisions: Decisions) -> None:
    """Write decisions to a file, replacing it as a whole.

    Parameters
    ----------
    path : path-like
        Its folder is created if needed.
    decisions : Decisions

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    write_whole(Path(path), format_decisions(decisions).encode())


def _read_cells(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the header with their line numbers."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name}: not UTF-8 text; save the table as CSV in UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_header(next(reader, []), name)
        for cells in reader:
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DatasetError(f"{name}: line {reader.line_num} is not valid CSV: {error}") from error


def _check_header(cells: list[str], name: str) -> None:
    if tuple(cells) == COLUMNS:
        return
    for separator, words in _OTHER_SEPARATORS.items():
        if tuple(separator.join(cells).split(separator)) == COLUMNS:
            raise DatasetError(f"{name}: the columns are separated by {words}; save the table with commas")
    came = shown(",".join(cells)) if cells else "nothing"
    raise DatasetError(f"{name}: line 1 must be {_HEADER}, got {came}; is it a file of decisions?")


def _parse_line(number: int, cells: list[str]) -> _Line:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"must have {len(COLUMNS)} columns ({_HEADER}), got {len(cells)}")
    for column, cell in zip(COLUMNS, cells, strict=True):
        check_visible(cell, column)
    fingerprint, part, index, given, decision, who, when = cells
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise ValueError(f"fingerprint must be 64 hexadecimal digits, got {shown(fingerprint)}")
    if part not in get_args(PartName):
        raise ValueError(f"part must be train or test, got {shown(part)}")
    if not _INDEX.fullmatch(index):
        raise ValueError(f"index must be a whole number of at least 0, got {shown(index)}")
    if not given:
        raise ValueError("given is empty; it must name the class that the image is labelled as")
    _check_when(when)
    return _Line(number, fingerprint, Decision(cast("PartName", part), int(index), given, decision, who, when))


def _check_when(when: str) -> None:
    if not when:
        return
    needed = f"when must be a time in UTC such as 2026-01-31T12:00:00Z, a date, or empty, got {shown(when)}"
    try:
        time = datetime.fromisoformat(when)
    except ValueError as error:
        raise ValueError(needed) from error
    is_date = len(when) == len("2026-01-31")
    if not is_date and time.utcoffset() != timedelta(0):
        raise ValueError(needed)


def _find_other_data(lines: Sequence[_Line]) -> Iterator[str]:
    for line in lines:
        if line.fingerprint != lines[0].fingerprint:
            yield (
                f"line {line.number}: fingerprint {line.fingerprint[:12]}... is for other data than that of line "
                f"{lines[0].number}, {lines[0].fingerprint[:12]}...; a file must have decisions on one data set only"
            )


def _find_repeated(lines: Sequence[_Line]) -> Iterator[str]:
    counts = Counter(line.row.image for line in lines)
    for (part, index), count in counts.items():
        if count > 1:
            numbers = [str(line.number) for line in lines if line.row.image == (part, index)]
            yield f"{part} image {index} is in lines {' and '.join(numbers[:5])}; keep one of them"
