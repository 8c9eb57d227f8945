"""Columns of a table of numbers: pixels and label are identified by the header, or by the values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.csv_table import Table
from hdr_bench.datasets.image_arrays import narrow_numbers
from hdr_bench.exceptions import DatasetError
from hdr_bench.records.text import list_first

_LABEL_NAMES = frozenset(
    {"label", "labels", "class", "classes", "target", "targets", "y", "digit", "digits", "category", "character"}
)
_INDEX_NAMES = frozenset({"", "id", "index", "idx", "imageid", "image_id", "unnamed: 0", "row", "rowid"})
# More classes than any alphabet has; a column of scanned pixel values has more.
_MOST_CLASSES = 1_000
# Difference in the share of the most common value that separates a corner pixel (mostly background) from a label.
_CLEAR_LEAD = 0.25
_FEWEST_PIXELS = 4


@dataclass(frozen=True, eq=False)
class Columns:
    """Content of the columns of a table.

    Attributes
    ----------
    images : ndarray of shape (n, height, width)
    labels : ndarray of shape (n,) or None
        Numbers or text; None if no column holds them.
    identifiers : ndarray of shape (n,) or None
        Numbers or text that identify the rows of the file.
    identifier_name : str
        The header of that column.
    notes : tuple of str
    """

    images: NDArray[np.generic]
    labels: NDArray[np.generic] | None
    identifiers: NDArray[np.generic] | None = None
    identifier_name: str = ""
    notes: tuple[str, ...] = ()


def read_columns(name: str, table: Table) -> Columns:
    """Identify the pixels, labels and row names of a table.

    Parameters
    ----------
    name : str
        What errors call the table.
    table : Table

    Returns
    -------
    columns : Columns

    Raises
    ------
    DatasetError
        If the pixels do not form a square image, or it is unclear which column is the label.
    """
    header = table.dialect.header
    index = _find_index(header)
    label = _find_named_label(name, header)
    others = [column for column in range(table.dialect.n_fields) if column not in {index, label}]
    notes = () if index is None else (f"the column {_quote(header, index)} was taken as row names",)
    if label is None and _side(len(others)) is None:
        one_hot = _find_one_hot(table, others)
        if one_hot:
            labels = table.values[:, one_hot].argmax(axis=1)
            note = f"labels are the position of the 1 among the last {len(one_hot)} columns (one-hot)"
            return _make(name, table, others[: -len(one_hot)], labels, index, (*notes, note))
        label = _find_label_at_an_end(name, table, others)
        others = [column for column in others if column != label]
        where = "first" if label == 0 else "last"
        notes = (*notes, f"labels were taken from the {where} column, by its values")
    return _make(name, table, others, None if label is None else _column(table, label), index, notes)


def _make(
    name: str,
    table: Table,
    pixels: Sequence[int],
    labels: NDArray[np.generic] | None,
    index: int | None,
    notes: tuple[str, ...],
) -> Columns:
    side = _side(len(pixels))
    if side is None:
        raise DatasetError(f"{name}: {_describe(table)}, of which {len(pixels):,} would be pixels; {_needed()}")
    texts = [column for column in pixels if _column(table, column).dtype.kind == "U"]
    if texts:
        raise DatasetError(f"{name}: column {texts[0] + 1} holds text, in addition to the label; {_needed()}")
    first, last = pixels[0], pixels[-1]
    is_whole = last - first + 1 == len(pixels)
    chosen = table.values[:, first : last + 1] if is_whole else table.values[:, list(pixels)]
    identifiers = None if index is None else _column(table, index)
    identifier_name = "" if index is None or table.dialect.header is None else table.dialect.header[index]
    # A single other column may have turned the whole table into floats.
    return Columns(narrow_numbers(chosen).reshape(-1, side, side), labels, identifiers, identifier_name, notes)


def _side(n_pixels: int) -> int | None:
    side = math.isqrt(n_pixels)
    return side if n_pixels >= _FEWEST_PIXELS and side * side == n_pixels else None


def _find_index(header: tuple[str, ...] | None) -> int | None:
    if header is None or header[0].strip().lower() not in _INDEX_NAMES:
        return None
    return 0


def _find_named_label(name: str, header: tuple[str, ...] | None) -> int | None:
    if header is None:
        return None
    named = [column for column, text in enumerate(header) if text.strip().lower() in _LABEL_NAMES]
    if len(named) > 1:
        columns = list_first([header[column] for column in named], repr)
        raise DatasetError(f"{name}: {len(named)} columns may be the label: {columns}; keep one of them")
    return named[0] if named else None


def _find_one_hot(table: Table, columns: Sequence[int]) -> list[int]:
    """Return the last columns if they hold a one-hot label: a single 1 in each row, otherwise 0."""
    for n_pixels in range(len(columns) - 2, _FEWEST_PIXELS - 1, -1):
        if len(columns) - n_pixels > _MOST_CLASSES:
            return []
        if _side(n_pixels) is None:
            continue
        last = list(columns[n_pixels:])
        held = table.values[:, last]
        is_one_hot = bool(((held == 0) | (held == 1)).all() and (held.sum(axis=1) == 1).all())
        return last if is_one_hot else []
    return []


def _find_label_at_an_end(name: str, table: Table, columns: Sequence[int]) -> int:
    ends = (columns[0], columns[-1])
    if _side(len(columns) - 1) is None:
        raise DatasetError(f"{name}: {_describe(table)}; {_needed()}")
    possible = [column for column in ends if _can_be_label(_column(table, column))]
    if not possible:
        raise DatasetError(
            f"{name}: neither the first nor the last of {len(columns):,} columns can be the label: labels must have at "
            f"least two values, each a whole number or text; {_needed()}"
        )
    if len(possible) == 1:
        return possible[0]
    shares = [_commonest_share(_column(table, column)) for column in ends]
    if abs(shares[0] - shares[1]) < _CLEAR_LEAD:
        raise DatasetError(
            f"{name}: it is unclear whether the first or the last of {len(columns):,} columns is the label; add a "
            "header line that names the columns, with 'label' above the labels"
        )
    return ends[int(shares[1] < shares[0])]


def _can_be_label(column: NDArray[np.generic]) -> bool:
    values = np.unique(column)
    if not 2 <= len(values) <= _MOST_CLASSES:
        return False
    return values.dtype.kind == "U" or bool(np.array_equal(values, np.floor(values.astype(np.float64))))


def _commonest_share(column: NDArray[np.generic]) -> float:
    _, counts = np.unique(column, return_counts=True)
    return float(counts.max() / counts.sum())


def _column(table: Table, column: int) -> NDArray[np.generic]:
    """Return a column; the first and the last may hold text."""
    if column in {0, table.dialect.n_fields - 1}:
        return table.ends[0 if column == 0 else 1]
    return table.values[:, column]


def _quote(header: tuple[str, ...] | None, column: int) -> str:
    return repr(header[column]) if header else str(column + 1)


def _describe(table: Table) -> str:
    header = table.dialect.header
    named = f" ({list_first(header, repr)})" if header else ", without a header"
    return f"{len(table.values):,} lines of {table.dialect.n_fields:,} columns{named}"


def _needed() -> str:
    return "expected a label, first or last, and a square number of pixels, such as 784 for 28x28, in each line"
