"""User-given paths and names on disk: checked before anything is opened, and named in errors of the system."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hdr_bench.exceptions import DatasetError, HdrBenchError
from hdr_bench.names import check_ink, check_visible

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def expand_path(path: str | Path) -> Path:
    """Return a user-given path as an absolute path with ``~`` expanded.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    path : Path

    Raises
    ------
    DatasetError
        If it cannot be printed, or names a user that does not exist.
    """
    check_text(str(path), "the path")
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise DatasetError(f"{path}: there is no such user, or no home folder; write the path in full") from error
    except FileNotFoundError as error:
        raise DatasetError(f"{path}: the working folder no longer exists; write the path in full") from error


def check_text(text: str, what: str) -> None:
    """Check that a path or a name can be shown, and written to results.

    Parameters
    ----------
    text : str
    what : str
        What errors call it, e.g. ``"the path"``.

    Raises
    ------
    DatasetError
        If it holds control characters, or bytes that are not UTF-8.
    """
    with _advise_rename():
        check_visible(text, what)


def check_has_ink(text: str, what: str) -> None:
    """Check that a name is not blank.

    Parameters
    ----------
    text : str
    what : str
        What errors call it, e.g. ``"the name"``.

    Raises
    ------
    DatasetError
        If it has only spaces and invisible characters.
    """
    with _advise_rename():
        check_ink(text, what)


def regular_size(path: Path) -> int:
    """Return the size of a file in bytes.

    Parameters
    ----------
    path : Path

    Returns
    -------
    n_bytes : int

    Raises
    ------
    DatasetError
        If it is not a regular file: a pipe or a device may block, or never end.
    OSError
        If there is no such file, or it cannot be accessed.
    """
    seen = path.stat()
    if not stat.S_ISREG(seen.st_mode):
        raise DatasetError(f"{path}: {_KINDS[stat.S_IFMT(seen.st_mode)]}, not a file; give a regular file")
    return seen.st_size


def special_kind(path: Path) -> str | None:
    """Describe what a path is if it is neither a file nor a folder; otherwise return None.

    Parameters
    ----------
    path : Path

    Returns
    -------
    kind : str or None
    """
    mode = path.stat().st_mode
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else _KINDS[stat.S_IFMT(mode)]


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a folder is a folder, or a link to one; a circular link is not.

    Parameters
    ----------
    entry : DirEntry
        From `os.scandir`.

    Returns
    -------
    is_folder : bool
    """
    return _ask_without_circle(entry.is_dir)


def is_file(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a folder is a regular file, or a link to one; a circular link is not.

    Parameters
    ----------
    entry : DirEntry
        From `os.scandir`.

    Returns
    -------
    is_file : bool
    """
    return _ask_without_circle(entry.is_file)


@contextmanager
def name_system_errors() -> Iterator[None]:
    """Convert an error of the system, or a lack of memory, to a `DatasetError`.

    Yields
    ------
    None

    Raises
    ------
    DatasetError
        If the block raises such an error.
    """
    try:
        yield
    except HdrBenchError:
        raise
    except PermissionError as error:
        raise DatasetError(f"{error.filename}: no permission to read it; change its mode or choose another") from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else "the data cannot be read: "
        raise DatasetError(f"{where}{error.strerror or error}; check the path, or choose another") from error
    except MemoryError as error:
        raise DatasetError(
            "there is not enough memory to read the data; use fewer or smaller images, or a machine with more memory"
        ) from error


@contextmanager
def _advise_rename() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise DatasetError(f"{error}, and rename the file, folder or class") from error


def _ask_without_circle(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except OSError as error:
        if error.errno == errno.ELOOP:
            return False
        raise
