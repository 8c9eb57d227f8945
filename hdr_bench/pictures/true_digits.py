"""True digits of the pictures in a folder, from a CSV file or from the pictures' names."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from hdr_bench.datasets.folder_scan import Folder, name_some, scan_folder
from hdr_bench.exceptions import DatasetError, shown

TRUTH_FILE = "truth.csv"
_COLUMNS = ("file", "digits")
_HOW_TO_NAME = (
    "name each picture by the digits that it shows, e.g. 123.png or 7_anna_02.jpg, with '-' between lines, e.g. "
    f"123-45.png; or put a {TRUTH_FILE} beside the pictures, with the columns file and digits, and '|' between lines"
)
# Names begin with the digits; after an underscore, space, dot or bracket, anything may follow.
_NAME = re.compile(r"(\d+(?:-\d+)*)(?:(?:_|[^\w-]).*)?", re.ASCII)
# A CSV file that lists pictures is small; larger files are not read into memory.
_MOST_BYTES = 50_000_000
_LONGEST_HEAD = 10_000


@dataclass(frozen=True)
class TrueDigits:
    """Pictures in a folder and the digits that each shows.

    Attributes
    ----------
    lines : mapping of Path to tuple of str
        Digits of each picture, by line; empty if it shows no digits.
    files : tuple of Path
        All files that this was read from: the pictures and the CSV file.
    unlisted : tuple of Path
        Pictures that the CSV file does not list.
    """

    lines: Mapping[Path, tuple[str, ...]]
    files: tuple[Path, ...]
    unlisted: tuple[Path, ...] = ()


def find_true_digits(root: Path) -> TrueDigits:
    """Find the digits that each picture of a folder shows.

    Parameters
    ----------
    root : Path

    Returns
    -------
    true_digits : TrueDigits

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it contains no pictures, or their digits cannot be determined.
    """
    folder = scan_folder(root, f"a folder of pictures of digits: {_HOW_TO_NAME}")
    pictures = folder.all_pictures()
    if not pictures:
        raise DatasetError(f"{root}: there are no pictures in this folder; {_HOW_TO_NAME}")
    table = _find_table(folder)
    if table is None:
        return TrueDigits(MappingProxyType(_read_names(root, pictures)), pictures)
    listed = _read_table(root, table)
    lines = {path: listed[path] for path in pictures if path in listed}
    if missing := sorted(set(listed) - set(pictures)):
        raise DatasetError(
            f"{table}: {len(missing):,} of {len(listed):,} files do not exist or are not pictures: "
            f"{name_some(missing, root)}; correct the names in its column file"
        )
    unlisted = tuple(path for path in pictures if path not in listed)
    return TrueDigits(MappingProxyType(lines), (*pictures, table), unlisted)


def has_truth_file(path: Path) -> bool:
    """Return whether a folder has a CSV file with the digits of its pictures.

    Parameters
    ----------
    path : Path

    Returns
    -------
    has_truth_file : bool
    """
    if not path.is_dir():
        return False
    table = next((each for each in path.iterdir() if _is_table(each) and each.is_file()), None)
    if table is None:
        return False
    with table.open(encoding="utf-8-sig", errors="replace") as file:
        head = file.readline(_LONGEST_HEAD)
    return set(_COLUMNS) <= set(re.split("[,;]", head.strip()))


def _find_table(folder: Folder) -> Path | None:
    return next(filter(_is_table, folder.others), None)


def _is_table(path: Path) -> bool:
    return path.name.casefold() == TRUTH_FILE


def _read_names(root: Path, pictures: tuple[Path, ...]) -> dict[Path, tuple[str, ...]]:
    lines = {path: digits_of_name(path.stem) for path in pictures}
    unclear = [path for path, digits in lines.items() if digits is None]
    if unclear:
        raise DatasetError(
            f"{root}: the names of {len(unclear):,} of {len(pictures):,} pictures do not begin with their digits: "
            f"{name_some(unclear, root)}; {_HOW_TO_NAME}"
        )
    return {path: digits for path, digits in lines.items() if digits is not None}


def digits_of_name(stem: str) -> tuple[str, ...] | None:
    """Return the digits, by line, with which a picture's name begins.

    Parameters
    ----------
    stem : str
        Name without its suffix.

    Returns
    -------
    lines : tuple of str or None
        None if it begins with something else, or if what follows directly may belong to the digits.

    Examples
    --------
    >>> digits_of_name("7_anna_02"), digits_of_name("123-45 (2)"), digits_of_name("IMG_1234")
    (('7',), ('123', '45'), None)
    """
    match = _NAME.fullmatch(stem)
    if match is None:
        return None
    return tuple(match[1].split("-"))


def _read_table(root: Path, table: Path) -> dict[Path, tuple[str, ...]]:
    if table.stat().st_size > _MOST_BYTES:
        raise DatasetError(
            f"{table}: larger than {_MOST_BYTES // 10**6} MB; it must list only pictures and their digits"
        )
    try:
        text = table.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{table}: not valid UTF-8: {error.reason} at byte {error.start}; save it as UTF-8"
        ) from error
    head = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter=";" if ";" in head and "," not in head else ",")
    if missing := [name for name in _COLUMNS if name not in (rows.fieldnames or ())]:
        raise DatasetError(
            f"{table}: no column {' and no column '.join(missing)} in its first line, {shown(head.strip())}; it must "
            "have the columns file and digits"
        )
    lines: dict[Path, tuple[str, ...]] = {}
    try:
        for row in rows:
            path = root / (row["file"] or "").strip()
            if not path.is_relative_to(root):
                raise DatasetError(f"{table}: line {rows.line_num}: {shown(row['file'])} is not in {root}; remove it")
            if path in lines:
                raise DatasetError(
                    f"{table}: line {rows.line_num}: {row['file']} is listed twice; remove one of the lines"
                )
            lines[path] = _read_digits(table, rows.line_num, row["digits"] or "")
    except csv.Error as error:
        raise DatasetError(f"{table}: line {rows.line_num}: {error}; save it as CSV again") from error
    return lines


def _read_digits(table: Path, line: int, cell: str) -> tuple[str, ...]:
    lines = tuple(part for part in "".join(cell.split()).split("|") if part)
    if not all(part.isascii() and part.isdecimal() for part in lines):
        raise DatasetError(
            f"{table}: line {line}: {shown(cell)} are not digits; write digits 0 to 9, with '|' between lines, or "
            "nothing if the picture shows no digit"
        )
    return lines
