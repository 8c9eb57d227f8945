"""Locations of data sets on disk.

The data home holds original files, and is only read; `HDR_BENCH_DATA` names it. The cache holds what is made from
sources, ready to be memory-mapped; `HDR_BENCH_CACHE` names it. Added data sets are in the folder ``added`` of the data
home if that belongs to the library, otherwise in the user's data folder. Version 0.1 stored all of it in ``prepared``
in the data home, where it is still found.
"""

import os
import stat
from pathlib import Path

import platformdirs

from hdr_bench.datasets.paths import expand_path
from hdr_bench.exceptions import DatasetError

HOME, CACHE = "HDR_BENCH_DATA", "HDR_BENCH_CACHE"
ADDED, PREPARED = "added", "prepared"
# Marks the folder as the library's, also for a person who finds it.
MARKER = "made-by-hdr-bench.txt"
MARKER_TEXT = "Data sets that `hdr-bench data add` stored; `hdr-bench data remove NAME` removes them.\n"


def data_home() -> Path:
    """Return the folder that holds original data: `HDR_BENCH_DATA`, otherwise the user's data folder.

    Returns
    -------
    folder : Path

    Raises
    ------
    DatasetError
        If the path cannot be expanded.
    """
    named = os.environ.get(HOME)
    return expand_path(named) if named else _user_folder()


def cache_home() -> Path:
    """Return the folder for what can be regenerated: `HDR_BENCH_CACHE`, otherwise the platform's cache folder.

    Returns
    -------
    folder : Path

    Raises
    ------
    DatasetError
        If the path cannot be expanded.
    """
    named = os.environ.get(CACHE)
    return expand_path(named) if named else Path(platformdirs.user_cache_dir("hdr-bench", appauthor=False))


def prepared_home() -> Path:
    """Return the folder in the cache that holds prepared data sets, which can be memory-mapped.

    Returns
    -------
    folder : Path

    Raises
    ------
    DatasetError
        If the path of the data home or of the cache cannot be expanded.
    """
    return cache_home() / PREPARED


def earlier_homes() -> tuple[Path, ...]:
    """Return where version 0.1 stored prepared and added data sets, if that is another folder; it is only read.

    Returns
    -------
    folders : tuple of Path

    Raises
    ------
    DatasetError
        If the path of the data home or of the cache cannot be expanded.
    """
    earlier = data_home() / PREPARED
    return (earlier,) if earlier != prepared_home() else ()


def added_homes() -> tuple[Path, ...]:
    """Return the folders that may hold added data sets, in search order.

    Returns
    -------
    folders : tuple of Path

    Raises
    ------
    DatasetError
        If the path of the data home or of the cache cannot be expanded.
    """
    return tuple(dict.fromkeys((data_home() / ADDED, _user_folder() / ADDED)))


def added_home() -> Path:
    """Return the folder to which data sets are added: never one in a data home that holds other files.

    Returns
    -------
    folder : Path

    Raises
    ------
    DatasetError
        If `HDR_BENCH_DATA` names a file.
    """
    home = check_home()
    is_ours = is_writable(home) and _is_ours(home)
    return (home if is_ours else _user_folder()) / ADDED


def check_home() -> Path:
    """Return the data home.

    Returns
    -------
    folder : Path

    Raises
    ------
    DatasetError
        If it is a file.
    """
    home = data_home()
    if home.exists() and not home.is_dir():
        raise DatasetError(f"{HOME} names {home}, which is not a folder; set it to the folder that holds the data")
    return home


def original_folder(name: str) -> Path:
    """Return the folder of the original files of a data set; it need not exist.

    Parameters
    ----------
    name : str
        Name of one of the library's own data sets.

    Returns
    -------
    folder : Path

    Raises
    ------
    DatasetError
        If `HDR_BENCH_DATA` names a file.
    """
    folder = check_home() / name
    # The default was the cache folder in version 0.1.
    earlier = cache_home() / name
    return earlier if not os.environ.get(HOME) and not folder.exists() and earlier.exists() else folder


def missing_home() -> str | None:
    """Return a sentence if `HDR_BENCH_DATA` names a folder that does not exist; otherwise None.

    Returns
    -------
    sentence : str or None

    Raises
    ------
    DatasetError
        If the path of the data home or of the cache cannot be expanded.
    """
    home = data_home()
    if not os.environ.get(HOME) or home.exists():
        return None
    nearest = nearest_folder(home)
    if not nearest.is_dir():
        return (
            f"{HOME} names {home}, which cannot be created: {nearest} is not a folder; set it to the folder that holds "
            "the data"
        )
    return f"{HOME} names {home}, which does not exist; the nearest existing folder is {nearest}"


def nearest_folder(path: Path) -> Path:
    """Return a path, or its nearest parent that exists.

    Parameters
    ----------
    path : Path

    Returns
    -------
    path : Path
    """
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def is_writable(folder: Path) -> bool:
    """Whether a folder, or its nearest parent that exists, is writable.

    The folder's mode must allow writing too, since root can write anywhere but should not.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    is_writable : bool
    """
    nearest = nearest_folder(folder)
    mode = nearest.stat().st_mode
    anyone_may = mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(mode) and bool(anyone_may) and os.access(nearest, os.W_OK | os.X_OK)


def _is_ours(home: Path) -> bool:
    """Whether a data home belongs to the library: the default, empty, or holding only what the library created."""
    if home == _user_folder() or not home.exists() or (home / ADDED / MARKER).exists():
        return True
    try:
        return all(entry.name == PREPARED for entry in home.iterdir())
    except PermissionError:
        return False


def _user_folder() -> Path:
    return Path(platformdirs.user_data_dir("hdr-bench", appauthor=False))
