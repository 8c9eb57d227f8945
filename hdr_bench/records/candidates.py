"""Candidates of a label audit, as stored in its folder: images whose labels may be wrong, most suspicious first.

The folder of an audit contains, besides its report:

``candidates.csv``
    One row per image, with the columns of `COLUMNS`, followed by one column ``says_METHOD`` for each method with its
    prediction, in words such as ``9 (0.98)``. The first row has rank 1.
``candidates.npz``
    Arrays whose row i belongs to the candidate of row i: ``images``, uint8 of shape (n, height, width), light on dark
    or unchanged, scaled to 0 to 255; and, if available, ``neighbours``, uint8 of shape (n, k, height, width), and
    ``neighbour_labels``, str of shape (n, k), the nearest images in the data and their given classes. ``class_names``,
    str of shape (c,), are all classes of the data set; ``fingerprint``, str of shape (), is that of the data set as
    read.
``decisions.csv``
    Decisions on the candidates; see `decisions_file`.
``audit.json``
    Summary of the audit; a folder that has it is an audit's.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from hdr_bench.arrays import read_arrays, write_arrays
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, shown
from hdr_bench.files import describe_file_error, read_regular, write_whole
from hdr_bench.records.decisions import Decision, Decisions, PartName

TABLE, ARRAYS, DECISIONS, SUMMARY = "candidates.csv", "candidates.npz", "decisions.csv", "audit.json"
"""Names of the files in an audit's folder."""

COLUMNS = ("rank", "index", "part", "given", "suggested", "score", "reason")

SAYS = "says_"
"""Prefix of the columns with a method's prediction."""

_NEEDED = "create the folder again: hdr-bench audit"


@dataclass(frozen=True)
class Candidate:
    """Image whose label may be wrong.

    Attributes
    ----------
    part : {"train", "test"}
        Part of the data set that contains it.
    index : int
        Position in that part, from 0.
    given, suggested : str
        Names of the class that it is labelled as, and of the class that it appears to be.
    score : float
        Score of the given label; the smallest is the most suspicious.
    reason : str
        Reason for being a candidate.
    says : mapping of str to str
        Each method's prediction, by name of the method.
    """

    part: PartName
    index: int
    given: str
    suggested: str
    score: float
    reason: str = ""
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Candidates of a label audit with their images.

    Attributes
    ----------
    fingerprint : str
        Fingerprint of the data set as read.
    class_names : tuple of str
        All classes of the data set.
    rows : tuple of Candidate
        Most suspicious first.
    images : ndarray of shape (n, height, width), uint8
    neighbours : ndarray of shape (n, k, height, width), uint8
        The nearest images of each candidate; k may be 0.
    neighbour_labels : ndarray of shape (n, k), str
        Given classes of the nearest images.
    """

    fingerprint: str
    class_names: tuple[str, ...]
    rows: tuple[Candidate, ...]
    images: NDArray[np.uint8]
    neighbours: NDArray[np.uint8]
    neighbour_labels: NDArray[np.str_]

    @property
    def undecided(self) -> Decisions:
        """Empty decisions for all candidates."""
        return Decisions(self.fingerprint, tuple(Decision(row.part, row.index, row.given) for row in self.rows))


def write_candidates(folder: Path, candidates: Candidates) -> None:
    """Write candidates to an audit's folder; existing decisions are kept.

    Parameters
    ----------
    folder : Path
        Created if it does not exist.
    candidates : Candidates

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    arrays: dict[str, NDArray[np.generic]] = {
        "images": candidates.images,
        "class_names": np.array(candidates.class_names),
        "fingerprint": np.array(candidates.fingerprint),
    }
    if candidates.neighbours.size:
        arrays |= {"neighbours": candidates.neighbours, "neighbour_labels": candidates.neighbour_labels}
    write_whole(folder / ARRAYS, write_arrays(arrays))
    write_whole(folder / TABLE, _format_table(candidates.rows).encode())


def read_candidates(folder: Path) -> Candidates:
    """Read the candidates in an audit's folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    candidates : Candidates

    Raises
    ------
    DatasetNotFoundError
        If a file is missing.
    DatasetError
        If a file cannot be read, or the two do not match.
    """
    rows = _read_table(folder / TABLE)
    arrays = _read_images(folder / ARRAYS)
    images = arrays["images"]
    shape = (len(images), 0)
    neighbours = arrays.get("neighbours", np.zeros((*shape, *images.shape[1:]), np.uint8))
    labels = arrays.get("neighbour_labels", np.zeros(shape, np.str_))
    if not len(rows) == len(images) == len(neighbours) == len(labels):
        raise DatasetError(
            f"{folder}: {TABLE} has {len(rows):,} candidates and {ARRAYS} {len(images):,} images; {_NEEDED}"
        )
    return Candidates(
        str(arrays["fingerprint"]),
        tuple(map(str, arrays["class_names"])),
        rows,
        images.astype(np.uint8),
        neighbours.astype(np.uint8),
        labels.astype(np.str_),
    )


def _format_table(rows: tuple[Candidate, ...]) -> str:
    methods = list(dict.fromkeys(name for row in rows for name in row.says))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"{SAYS}{name}" for name in methods)])
    for rank, row in enumerate(rows, 1):
        says = [row.says.get(name, "") for name in methods]
        writer.writerow([rank, row.index, row.part, row.given, row.suggested, f"{row.score:.6g}", row.reason, *says])
    return text.getvalue()


def _read_table(path: Path) -> tuple[Candidate, ...]:
    try:
        reader = csv.DictReader(io.StringIO(read_regular(path).decode("utf-8-sig"), newline=""), strict=True)
        lines = [(reader.line_num, line) for line in reader]
    except FileNotFoundError as error:
        raise DatasetNotFoundError(f"{path}: there is no such file; {_NEEDED}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: cannot be read: {describe_file_error(error)}; {_NEEDED}") from error
    if tuple(reader.fieldnames or ())[: len(COLUMNS)] != COLUMNS:
        raise DatasetError(f"{path}: the columns must begin with {','.join(COLUMNS)}; {_NEEDED}")
    return tuple(_read_row(f"{path}, line {number}", line) for number, line in lines)


def _read_row(place: str, line: dict[str, str]) -> Candidate:
    says = {name.removeprefix(SAYS): text for name, text in line.items() if name and name.startswith(SAYS) and text}
    try:
        if line["part"] not in get_args(PartName):
            raise ValueError(f"part must be train or test, got {shown(line['part'])}")
        return Candidate(
            cast("PartName", line["part"]),
            int(line["index"]),
            line["given"],
            line["suggested"],
            float(line["score"]),
            line["reason"] or "",
            says,
        )
    except (TypeError, ValueError) as error:
        raise DatasetError(f"{place}: {error}; {_NEEDED}") from error


def _read_images(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        arrays = read_arrays(path)
    except FileNotFoundError as error:
        raise DatasetNotFoundError(f"{path}: there is no such file; {_NEEDED}") from error
    except ValueError as error:
        raise DatasetError(f"{path}: cannot be read: {error}; {_NEEDED}") from error
    kinds = {"images": ("u", 3), "class_names": ("U", 1), "fingerprint": ("U", 0)}
    neighbours = {"neighbours": ("u", 4), "neighbour_labels": ("U", 2)}
    for name, (kind, ndim) in {**kinds, **(neighbours if "neighbours" in arrays else {})}.items():
        if name not in arrays or arrays[name].dtype.kind != kind or arrays[name].ndim != ndim:
            raise DatasetError(f"{path}: {name} is missing or has the wrong type or shape; {_NEEDED}")
    return arrays
