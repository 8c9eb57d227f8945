"""Parquet files of a data set: shards of its parts, such as ``train-00000-of-00002.parquet``, found by name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.datasets.part_files import find_partner, part_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

ENDING = ".parquet"
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})(-[0-9a-f]+)?\.parquet$", re.IGNORECASE)
_LEVELS = 2


@dataclass(frozen=True)
class Shards:
    """The files of a data set, in order.

    Attributes
    ----------
    train, test : tuple of Path
    left_out : tuple of Path
        Files of other parts.
    """

    train: tuple[Path, ...]
    test: tuple[Path, ...] = ()
    left_out: tuple[Path, ...] = ()


def find_shards(place: Path) -> Shards:
    """Return the files of a data set: those in a folder, or a file with the other shards and the test part beside it.

    Parameters
    ----------
    place : Path
        A file, a folder that holds the files, or a folder with a single such folder up to two levels below.

    Returns
    -------
    shards : Shards

    Raises
    ------
    DatasetNotFoundError
        If there is no such file or folder, or no Parquet file in it.
    DatasetError
        If a shard is missing, or it is unclear which files are meant.
    """
    if not place.exists():
        raise DatasetNotFoundError(f"{place}: there is no such file or folder; expected Parquet files")
    if place.is_dir():
        return _shards_of(_locate(place))
    if not _SHARD.search(place.name):
        partner = find_partner(place)
        return Shards((place,), (partner,) if partner else ())
    return _shards_of(place.parent, only=_set_of(place))


def holds_parquet(folder: Path) -> bool:
    """Whether a folder, or one of the folders directly in it, holds Parquet files.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    holds_parquet : bool
    """
    return any(_files_in(inner) for inner in (folder, *_folders_in(folder)))


def _locate(root: Path) -> Path:
    level = [root]
    for _ in range(_LEVELS + 1):
        holding = [folder for folder in level if _files_in(folder)]
        if len(holding) > 1:
            listed = ", ".join(folder.relative_to(root).as_posix() for folder in holding)
            raise DatasetError(f"{root}: several folders below it hold Parquet files: {listed}; give one of them")
        if holding:
            return holding[0]
        level = [inner for folder in level for inner in _folders_in(folder)]
    raise DatasetNotFoundError(f"{root}: no Parquet file in this folder; expected files such as train.parquet")


def _shards_of(folder: Path, only: tuple[str, str] | None = None) -> Shards:
    """Return the shards of each part in a folder; only of one set if `only` names one of its parts."""
    sets: dict[tuple[str, str], list[Path]] = {}
    for path in _files_in(folder):
        sets.setdefault(_set_of(path), []).append(path)
    by_part: dict[str, list[tuple[str, str]]] = {}
    for key in sets:
        by_part.setdefault(part_of(key[0]) or "train", []).append(key)
    train = [only] if only else by_part.get("train", []) or by_part.get("test", [])
    test = [key for key in by_part.get("test", []) if key not in train]
    for keys in (train, test):
        if len(keys) > 1:
            listed = ", ".join(sorted(sets[key][0].name for key in keys))
            raise DatasetError(f"{folder}: it is unclear which files are meant: {listed}; name the first of one set")
    files = {key: _in_order(folder, sets[key]) for key in (*train, *test)}
    left_out = tuple(path for key, paths in sets.items() if key not in files for path in paths)
    return Shards(files[train[0]], files[test[0]] if test else (), left_out)


def _set_of(path: Path) -> tuple[str, str]:
    """Return what the shards of one part have in common: the name before their number, and their total number."""
    shard = _SHARD.search(path.name)
    return (path.name[: shard.start()].lower(), shard[2]) if shard else (path.stem.lower(), "")


def _in_order(folder: Path, paths: Iterable[Path]) -> tuple[Path, ...]:
    """Sort shards by number.

    Raises
    ------
    DatasetError
        If one is missing, or present twice.
    """
    ordered = sorted(paths)
    numbers = [shard for shard in (_SHARD.search(path.name) for path in ordered) if shard]
    if not numbers:
        return tuple(ordered)
    n_shards, there = int(numbers[0][2]), [int(shard[1]) for shard in numbers]
    if there != list(range(n_shards)):
        raise DatasetError(
            f"{folder}: found {len(there):,} of the {n_shards:,} shards of {ordered[0].name}, numbered "
            f"{', '.join(map(str, there[:10]))}; expected each from 0 to {n_shards - 1:,} once"
        )
    return tuple(ordered)


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ENDING and path.is_file())


def _folders_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
