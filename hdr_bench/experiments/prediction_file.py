"""Predictions of another program in a CSV file: a label, or the probability of each class, for each test image."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import PredictionsError, offer, shown
from hdr_bench.files import describe_file_error, read_regular
from hdr_bench.names import visible_prose

# Allowed length of a row: a cell with a name or a number at full precision, next to columns that are not read.
_MOST_BYTES_OF_CELL = 64
_MOST_BYTES_OF_HEAD = 1 << 20
_DELIMITERS = (",", ";", "\t")
_SUM_TOLERANCE = 0.01
Rows = list[list[str]]


@dataclass(frozen=True, eq=False)
class PredictionFile:
    """Content of a prediction file.

    Attributes
    ----------
    content : bytes
        Bytes of the file.
    labels : ndarray of shape (n_images,), int64
        Indices of classes; for probabilities, the class with the highest one.
    probabilities : ndarray of shape (n_images, n_classes), float32, or None
        None if the file has labels.
    """

    content: bytes
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32] | None = None


def read_prediction_file(path: Path, class_names: Sequence[str], n_images: int) -> PredictionFile:
    """Read the predictions for a test part, in the order of its images.

    Parameters
    ----------
    path : Path
        CSV with commas, semicolons or tabs, with or without a header. Its columns are one with the name of a class, or
        one per class with its probability, named by the header; without a header they are in the order of the classes.
        A column before them may number the images, from 0 or from 1.
    class_names : sequence of str
        Class names in the order of the labels.
    n_images : int
        Number of images in the test part.

    Returns
    -------
    file : PredictionFile

    Raises
    ------
    PredictionsError
        If the file cannot be read or does not match; the message names the file, the line and what is expected.
    """
    name = visible_prose(str(path))
    content = _read(path, name, (len(class_names) + 1) * n_images * _MOST_BYTES_OF_CELL + _MOST_BYTES_OF_HEAD)
    try:
        text = content.decode("utf-8-sig")
        rows = _rows_of(text)
    except (UnicodeDecodeError, csv.Error) as error:
        raise PredictionsError(f"{name}: not a CSV file in UTF-8: {error}; save it in that format") from error
    head, rows = _split_head(rows, class_names, n_images, name)
    numbers = [index for index, row in enumerate(rows) if len(row) != len(rows[0])]
    if numbers:
        raise PredictionsError(
            f"{name}, line {_line(numbers[0], head)}: got {len(rows[numbers[0]])} columns, but the first row "
            f"has {len(rows[0])}; give all rows the same number"
        )
    if len(rows[0]) > 1 and _counts_images(rows):
        rows, head = [row[1:] for row in rows], head[1:]
    if len(rows[0]) == 1:
        return PredictionFile(content, _labels_of(rows, class_names, head, name))
    if len(rows[0]) != len(class_names):
        raise PredictionsError(
            f"{name}: got {len(rows[0])} columns for each image; give one with the class, or {len(class_names)} "
            f"with the probabilities of {', '.join(class_names[:3])}, ..., optionally preceded by a column that "
            "numbers the images"
        )
    shares = _probabilities_of(rows, class_names, head, name)
    return PredictionFile(content, shares.argmax(axis=1).astype(np.int64), shares)


def _read(path: Path, name: str, most_bytes: int) -> bytes:
    try:
        if (size := path.stat().st_size) > most_bytes:
            raise PredictionsError(
                f"{name}: got {size:,} bytes, but predictions for this test part have at most {most_bytes:,}; give "
                "a label or the probabilities for each test image"
            )
        return read_regular(path)
    except OSError as error:
        raise PredictionsError(f"{name}: {describe_file_error(error)}") from error


def _rows_of(text: str) -> Rows:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = [[cell.strip() for cell in row] for row in read]
    return [row for row in rows if any(row)]


def _split_head(rows: Rows, class_names: Sequence[str], n_images: int, name: str) -> tuple[list[str], Rows]:
    """Split off the header, empty if there is none: there are as many rows as images, or one more."""
    if len(rows) == n_images + 1:
        return rows[0], rows[1:]
    has_head = bool(rows) and _is_head(rows[0], class_names)
    if len(rows) == n_images and not has_head:
        return [], rows
    counted = (
        f"{len(rows) - 1:,} rows below its header {shown(', '.join(rows[0]))}" if has_head else f"{len(rows):,} rows"
    )
    raise PredictionsError(
        f"{name}: got {counted}, but the test part has {n_images:,} images; give one row for each, in their order, "
        "with or without a header"
    )


def _is_head(row: list[str], class_names: Sequence[str]) -> bool:
    """Return whether a row can only be a header: it ends in a word that is not a class, or in all class names."""
    last = row[-1]
    if last and last not in class_names and not _is_number(last):
        return True
    # For two classes "0" and "1", they may be probabilities.
    return len(class_names) > 2 and sorted(row[-len(class_names) :]) == sorted(class_names)


def _line(index: int, head: list[str]) -> int:
    return index + (2 if head else 1)


def _counts_images(rows: Rows) -> bool:
    """Return whether the first column numbers the images, from 0 or from 1."""
    first = [row[0] for row in rows]
    return any(first == [str(index + start) for index in range(len(rows))] for start in (0, 1))


def _labels_of(rows: Rows, class_names: Sequence[str], head: list[str], name: str) -> NDArray[np.int64]:
    places = {class_name: place for place, class_name in enumerate(class_names)}
    if head and _as_name(head[-1], places) in places:
        raise PredictionsError(
            f"{name}: got {len(rows) + 1:,} rows, but the test part has {len(rows):,} images; the first row, "
            f"{shown(head[-1])}, is a class, not a header; give one row for each image"
        )
    labels = [places.get(_as_name(row[0], places), -1) for row in rows]
    if -1 in labels:
        index = labels.index(-1)
        raise PredictionsError(
            f"{name}, line {_line(index, head)}: {shown(rows[index][0])} is not one of the classes. "
            f"{offer(class_names)}"
        )
    return np.array(labels, np.int64)


def _as_name(cell: str, places: dict[str, int]) -> str:
    """Return the class named by a cell: some programs write whole numbers with a decimal point."""
    if cell in places:
        return cell
    whole, point, decimals = cell.partition(".")
    return whole if point and not decimals.strip("0") else cell


def _probabilities_of(rows: Rows, class_names: Sequence[str], head: list[str], name: str) -> NDArray[np.float32]:
    order = _order_of(head, class_names, name)
    values = np.array([[_number(row[place]) for place in order] for row in rows], np.float64)
    is_bad = ~np.isfinite(values).all(axis=1) | (values < 0).any(axis=1) | (values > 1 + _SUM_TOLERANCE).any(axis=1)
    is_bad |= abs(values.sum(axis=1) - 1) > _SUM_TOLERANCE
    if is_bad.any():
        index = int(is_bad.argmax())
        raise PredictionsError(
            f"{name}, line {_line(index, head)}: {shown(', '.join(rows[index]))} are not probabilities; give a number "
            "between 0 and 1 for each class, with a sum of 1"
        )
    return values.astype(np.float32)


def _order_of(head: list[str], class_names: Sequence[str], name: str) -> list[int]:
    """Return the columns in the order of the classes, using their names in the header."""
    if not head:
        return list(range(len(class_names)))
    if sorted(head) != sorted(class_names):
        raise PredictionsError(
            f"{name}: the header names the columns {shown(', '.join(head))}; name each column by its class: "
            f"{', '.join(class_names)}"
        )
    return [head.index(class_name) for class_name in class_names]


def _number(cell: str) -> float:
    return float(cell) if _is_number(cell) else math.nan


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
