"""Where data sets lie on disk: the data home, and the folder of data that are ready to be memory-mapped."""

import os
import stat
from pathlib import Path

import platformdirs


def data_home() -> Path:
    """Return the folder that holds data sets: `HDR_BENCH_DATA`, else the platform's cache folder."""
    named = os.environ.get("HDR_BENCH_DATA")
    return Path(named).expanduser().absolute() if named else _cache_folder()


def prepared_home() -> Path:
    """Return the folder for data that were verified: in the data home, or in the cache where that is read-only.

    Write permission is read off the folder's mode too, since root may write anywhere and should not.
    """
    home = data_home()
    return (home if _is_writable(home) else _cache_folder()) / "prepared"


def data_folders() -> dict[str, str]:
    """Return the environment variables that decide where data are, as they are now."""
    return {name: os.environ[name] for name in ("HDR_BENCH_DATA", "XDG_CACHE_HOME") if name in os.environ}


def _cache_folder() -> Path:
    return Path(platformdirs.user_cache_dir("hdr-bench", appauthor=False))


def _is_writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    anyone_may = folder.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    return bool(anyone_may) and os.access(folder, os.W_OK)
