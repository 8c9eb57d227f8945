"""Text tables of pixels: ``csv:FILE``, one image per line with its label, as Kaggle and others publish MNIST."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from hdr_bench.datasets.compressed_text import plain_name
from hdr_bench.datasets.csv_columns import Columns, read_columns
from hdr_bench.datasets.csv_table import find_dialect, read_table
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.digit_reading import settle_all, settle_labels
from hdr_bench.datasets.emnist import read_mapping
from hdr_bench.datasets.file_kinds import describe_file
from hdr_bench.datasets.labelled_images import LabelledImages, make_from_parts
from hdr_bench.datasets.part_files import PartFiles, choose_files, find_partner
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.registry import recognize_scheme
from hdr_bench.datasets.source import ReadOptions, Source, key_of, stamp_of
from hdr_bench.datasets.zip_files import is_zip, read_zip
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

ENDINGS = frozenset({".csv", ".tsv"})
"""Extensions of files that are always treated as tables; others are recognized by their content."""

_TEXT_ENDINGS = frozenset({"", ".txt", ".data", ".train", ".test", ".tra", ".tes", ".dat"})
# Files that accompany tables, but hold no images, have fewer columns.
_FEWEST_PIXELS = 16
_NEEDED = (
    "expected text with one image per line: its label, first or last, and its pixels, separated by commas, semicolons, "
    "tabs or spaces"
)


def csv_source(place: str, options: ReadOptions) -> Source:
    """Return the source of ``csv:FILE``; FILE may also be a folder of such files, or a zip archive of them.

    Parameters
    ----------
    place : str
        Path as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the file does not exist.
    DatasetError
        If it is unclear which files are meant.
    """
    path = expand_path(place)
    if not path.exists():
        raise DatasetNotFoundError(f"{path}: there is no such file; {_NEEDED}")
    name = f"csv:{path}"
    if is_zip(path):
        return Source(key_of(name, options), lambda: read_zip(name, path, options), stamp_of([path], path.parent))
    files = _find_files(path)
    paths = [each for each in (files.train, files.test, _find_mapping(files.train)) if each is not None]
    return Source(key_of(name, options), lambda: read_csv(name, path, options), stamp_of(paths, files.train.parent))


def is_csv(path: Path) -> bool:
    """Whether a path leads to a table of pixels, by the file's extension or its first lines.

    Parameters
    ----------
    path : Path
        A file, or a folder of files.

    Returns
    -------
    is_csv : bool
    """
    if path.is_dir():
        with suppress(PermissionError):
            return any(_holds_pixels(each) for each in _tables_in(path))
    if not path.is_file():
        return False
    ending = PurePath(plain_name(path)).suffix
    return ending in ENDINGS or (ending in _TEXT_ENDINGS and _holds_pixels(path))


def read_csv(name: str, path: Path, options: ReadOptions) -> Dataset:
    """Read a table of images, and the table beside it that is its test part by name.

    Parameters
    ----------
    name : str
        Name of the data set.
    path : Path
        The file, or a folder that holds it.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If a file is damaged, or holds no table of square images or no labels.
    """
    files = _find_files(path)
    train = read_file(files.train)
    if train.labels is None:
        side = train.images.shape[1]
        raise DatasetError(
            f"{files.train}: it has the pixels of {side}x{side} images, but no label; expected a column of labels. "
            f"To predict images without labels: hdr-bench predict MODEL {files.train} --out FILE.csv"
        )
    parts = [LabelledImages(str(files.train), train.images, train.labels, were_rows=True)]
    notes = [*train.notes, *_note_left_out(files.left_out)]
    if files.test is not None:
        test = read_file(files.test)
        notes += _note_test(files.test, test, path)
        notes += [note for note in test.notes if note not in notes]
        if test.labels is not None:
            parts.append(LabelledImages(str(files.test), test.images, test.labels, were_rows=True))
    settled = settle_all(parts, "EMNIST") if _is_emnist(files.train) else settle_labels(parts)
    mapping = _find_mapping(files.train)
    class_names = settled.class_names
    if mapping is not None:
        class_names = {int(label): character for label, character in read_mapping(mapping).items()}
    return make_from_parts(name, settled.parts, options, (*notes, *settled.notes), class_names=class_names)


def read_file(path: Path) -> Columns:
    """Read one table of images, with labels or without.

    Parameters
    ----------
    path : Path

    Returns
    -------
    columns : Columns

    Raises
    ------
    DatasetError
        If it is damaged, or not a table of square images.
    """
    dialect = find_dialect(path)
    if dialect is None:
        raise DatasetError(f"{path}: its first lines are not a table of numbers; {_NEEDED}")
    return read_columns(str(path), read_table(path, dialect))


def _is_emnist(path: Path) -> bool:
    return path.name.lower().startswith("emnist")


def _find_mapping(path: Path) -> Path | None:
    """Return the file beside EMNIST's tables that maps labels to characters, such as emnist-letters-mapping.txt."""
    if not _is_emnist(path):
        return None
    mapping = path.with_name(re.sub(r"-(train|test)\..*", "", path.name, flags=re.IGNORECASE) + "-mapping.txt")
    return mapping if mapping.is_file() else None


def _find_files(path: Path) -> PartFiles:
    if path.is_dir():
        tables = [each for each in _tables_in(path) if _holds_pixels(each)]
        if not tables:
            raise DatasetError(f"{path}: no table of pixels in this folder; {_NEEDED}")
        return choose_files(path, tables, "tables", lambda _: True)
    if recognize_scheme(path) not in {None, "csv"}:
        raise DatasetError(f"{path}: {describe_file(path)}")
    partner = find_partner(path)
    if partner is None or _holds_pixels(partner):
        return PartFiles(path, partner)
    return PartFiles(path, left_out=(partner,))


def _tables_in(folder: Path) -> list[Path]:
    return [
        each for each in sorted(folder.iterdir()) if PurePath(plain_name(each)).suffix in ENDINGS and each.is_file()
    ]


def _holds_pixels(path: Path) -> bool:
    with suppress(DatasetError, OSError):
        dialect = find_dialect(path)
        return dialect is not None and dialect.n_fields >= _FEWEST_PIXELS
    return False


def _note_test(file: Path, test: Columns, place: Path) -> list[str]:
    if test.labels is None:
        return [
            f"{file.name} beside it ({len(test.images):,} images) has no labels and is not used as the test part; to "
            "predict it: hdr-bench predict MODEL FILE"
        ]
    return [] if place.is_dir() else [f"the test part is {file.name} beside it"]


def _note_left_out(left_out: Sequence[Path]) -> list[str]:
    return [
        f"{path.name} was left out" + ("" if _holds_pixels(path) else ": not a table of pixels") for path in left_out
    ]
