"""Listing and removing data sets that this library wrote to disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from hdr_bench.datasets.cache import ARRAY_FILES, find_prepared, look_at_prepared
from hdr_bench.datasets.home import added_homes, earlier_homes, is_writable, original_folder, prepared_home
from hdr_bench.datasets.manifest import NAME
from hdr_bench.datasets.paths import expand_path, name_system_errors
from hdr_bench.datasets.registry import named_sources, path_schemes, source_schemes
from hdr_bench.datasets.storing import retire
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, UnknownNameError
from hdr_bench.files import INCOMING, clear_leftovers

_ALL_STORED = "hdr-bench data list"
_FILES = frozenset({*ARRAY_FILES, NAME})


@dataclass(frozen=True)
class StoredDataset:
    """Data set that this library wrote to disk: added, or prepared from a source.

    Attributes
    ----------
    name : str
        As for `load_dataset`.
    kind : {"added", "prepared"}
        A prepared data set can be regenerated from its source; an added one cannot.
    folder : Path
    n_train, n_test : int or None
        Numbers of images; None if the files are damaged.
    n_bytes : int
        Total size of its files.
    """

    name: str
    kind: Literal["added", "prepared"]
    folder: Path
    n_train: int | None
    n_test: int | None
    n_bytes: int


def list_datasets() -> dict[str, str]:
    """Return the name and description of every data set: the library's own, then those that were added.

    Returns
    -------
    descriptions : dict of str to str
        By name.

    Raises
    ------
    DatasetError
        If `HDR_BENCH_DATA` or `HDR_BENCH_CACHE` cannot be expanded to a path.
    """
    described = {name: entry.description for name, entry in named_sources().items()}
    homes = (*added_homes(), prepared_home(), *earlier_homes())
    for folder in (folder for home in homes for folder in _folders_in(home)):
        prepared = look_at_prepared(folder)
        if prepared is not None and prepared.manifest.name == folder.name:
            described.setdefault(folder.name, "added by you")
    return described


def is_here(name: str) -> bool:
    """Whether a data set is on this machine and needs no path in its name.

    Parameters
    ----------
    name : str
        As for `load_dataset`; nothing is read or fetched.

    Returns
    -------
    is_here : bool
        True if it is embedded, was prepared or added, or its original files are in the data home.
    """
    entry = named_sources().get(name)
    if entry is None:
        return ":" not in name and name in list_datasets()
    return not entry.how_to_get or find_prepared(name) is not None or original_folder(name).is_dir()


def list_stored_datasets() -> list[StoredDataset]:
    """Return the data sets that this library wrote to disk, added ones first.

    Returns
    -------
    stored : list of StoredDataset
        Sorted by kind, then by name.

    Raises
    ------
    DatasetError
        If a folder cannot be read, or `HDR_BENCH_DATA` or `HDR_BENCH_CACHE` cannot be expanded to a path.
    """
    with name_system_errors():
        stored = [
            _describe(folder, home) for home in _homes() for folder in _folders_in(home) if is_stored(folder, home)
        ]
    return sorted(stored, key=lambda each: (each.kind, each.name, str(each.folder)))


def remove_dataset(name: str) -> list[StoredDataset]:
    """Remove what this library stored of a data set: its added copy, and what was prepared from it.

    Original files are never removed.

    Parameters
    ----------
    name : str
        As for `load_dataset`, or the name of a folder that `list_stored_datasets` shows.

    Returns
    -------
    removed : list of StoredDataset
        The removed data sets, at least one.

    Raises
    ------
    UnknownNameError
        If there is no such data set.
    DatasetNotFoundError
        If nothing of it is stored.
    DatasetError
        If a folder holds files that this library did not write, or is not writable; then nothing is removed.
    """
    stored = list_stored_datasets()
    chosen = [each for each in stored if _is_meant(name, each)]
    scheme, colon, _ = name.partition(":")
    if chosen:
        # Copies that an earlier version left in a read-only data home do not prevent removing the others.
        return _remove([each for each in chosen if is_writable(each.folder.parent)] or chosen)
    if name in named_sources() or (colon and scheme in source_schemes()):
        raise DatasetNotFoundError(f"nothing of {name} is stored, so there is nothing to remove")
    raise UnknownNameError(
        "dataset", name, dict.fromkeys([*(each.name for each in stored), *named_sources()]), _ALL_STORED
    )


def remove_prepared_datasets() -> list[StoredDataset]:
    """Remove all prepared data sets from the cache; loading them prepares them again.

    Returns
    -------
    removed : list of StoredDataset

    Raises
    ------
    DatasetError
        If a folder holds files that this library did not write, or is not writable; then nothing is removed.
    """
    home = prepared_home()
    removed = _remove(
        [each for each in list_stored_datasets() if each.kind == "prepared" and each.folder.parent == home]
    )
    clear_leftovers(home)
    return removed


def is_stored(folder: Path, home: Path) -> bool:
    """Whether this library wrote a folder in one of its homes, even if it is damaged (unless in an earlier home).

    Parameters
    ----------
    folder : Path
    home : Path
        The folder that it is in.

    Returns
    -------
    is_stored : bool

    Raises
    ------
    DatasetError
        If the path of the data home or of the cache cannot be expanded.
    """
    if look_at_prepared(folder) is not None:
        return True
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return home not in earlier_homes() and bool(names) and names <= _FILES


def _homes() -> tuple[Path, ...]:
    return (*added_homes(), prepared_home(), *earlier_homes())


def _folders_in(home: Path) -> Iterator[Path]:
    """Yield the folders of data sets in a home, except links, since the library makes none."""
    try:
        entries = sorted(home.iterdir())
    except OSError:
        return
    yield from (
        entry for entry in entries if not entry.name.startswith(INCOMING) and not entry.is_symlink() and entry.is_dir()
    )


def _describe(folder: Path, home: Path) -> StoredDataset:
    prepared = look_at_prepared(folder)
    name = folder.name if prepared is None else prepared.manifest.name
    is_added = prepared is not None and name == folder.name and name not in named_sources()
    train, test = (_count(folder / f"{part}_labels.npy") for part in ("train", "test"))
    n_bytes = sum(path.lstat().st_size for path in folder.iterdir())
    return StoredDataset(
        name, "added" if is_added or home in added_homes() else "prepared", folder, train, test, n_bytes
    )


def _count(path: Path) -> int | None:
    try:
        return len(np.load(path, mmap_mode="r"))
    except Exception:  # noqa: BLE001  # damaged files make numpy raise errors of many kinds; listed as damaged
        return None


def _is_meant(name: str, stored: StoredDataset) -> bool:
    return name in {stored.name, stored.folder.name} or _in_full(name) == _in_full(stored.name)


def _in_full(name: str) -> str:
    """Return a name with its path, if any, expanded to an absolute path."""
    scheme, colon, path = name.partition(":")
    return f"{scheme}:{expand_path(path)}" if colon and path and scheme in path_schemes() else name


def _remove(chosen: list[StoredDataset]) -> list[StoredDataset]:
    with name_system_errors():
        for each in chosen:
            _check_removable(each.folder)
        for each in chosen:
            retire(each.folder)
    return chosen


def _check_removable(folder: Path) -> None:
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in _FILES or path.is_dir())
    if foreign:
        raise DatasetError(
            f"{folder} holds {', '.join(foreign[:3])}{', ...' if len(foreign) > 3 else ''}, which hdr-bench did not "
            "write; move them away first"
        )
    if not is_writable(folder.parent):
        raise DatasetError(f"{folder}: no permission to remove it; change the mode of {folder.parent}")
