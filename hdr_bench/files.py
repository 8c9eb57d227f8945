"""Files that are there whole or not at all."""

import errno
import os
import secrets
import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hdr_bench.error_text import error_line
from hdr_bench.names import class_name
from hdr_bench.process_tree import may_be_in_use, name_of_owner

INCOMING = ".incoming-"


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to a temporary file beside `path` and put it in place; where that fails, nothing stays.

    The file's mode is what the umask leaves.

    Parameters
    ----------
    path : Path
    content : bytes

    Raises
    ------
    OSError
        If the folder cannot be made or written; it names `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    incoming = incoming_path(path.parent)
    try:
        # Not by `tempfile`, whose files are the user's own whatever the umask is.
        with incoming.open("xb") as file:
            file.write(content)
        incoming.replace(path)
    except BaseException as error:
        with suppress(OSError):
            incoming.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None
        raise


def check_regular(path: Path) -> None:
    """Check that a path leads to a file: a pipe or a device may block whoever opens it, or never end.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OSError
        If it does not; `FileNotFoundError` if there is nothing.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "Not a regular file, but a pipe, a socket or a device", str(path))


def read_regular(path: Path) -> bytes:
    """Return the content of a file; see `check_regular`.

    Parameters
    ----------
    path : Path

    Returns
    -------
    content : bytes

    Raises
    ------
    OSError
        If there is no file, or it cannot be read.
    """
    check_regular(path)
    return path.read_bytes()


def incoming_path(folder: Path, kind: str = "") -> Path:
    """Return a new path in `folder` for what is being written; `clear_leftovers` knows it.

    Parameters
    ----------
    folder : Path
        Where the file or folder will be.
    kind : str, default=''
        What the name says beside the process.

    Returns
    -------
    path : Path
    """
    return folder / f"{INCOMING}{name_of_owner()}-{kind}{secrets.token_hex(8)}"


@contextmanager
def lock_file(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of the file `path` while the block lasts.

    Parameters
    ----------
    path : Path
        It is made, and stays.
    seconds : float
        How long to wait for another process that holds it.

    Yields
    ------
    None

    Raises
    ------
    TimeoutError
        If another process holds it for longer.
    OSError
        If the file cannot be made, or the file system has no locks.
    """
    from filelock import FileLock

    lock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except NotImplementedError as error:
        raise OSError(errno.ENOLCK, "the file system has no locks", str(path)) from error
    try:
        yield
    finally:
        lock.release()


def describe_file_error(error: BaseException) -> str:
    """Return what is wrong with a file: the system's own words, or those of the library that read it, in a line.

    Parameters
    ----------
    error : BaseException
        What opening or reading the file raised.

    Returns
    -------
    reason : str
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, zipfile.BadZipFile) and "not a zip file" in str(error):
        return "not a zip archive, or its end is missing"
    return error_line(error) or class_name(type(error))


def clear_leftovers(folder: Path, prefix: str = INCOMING) -> None:
    """Remove from `folder` what killed processes left, not what a running one uses now.

    The names begin with `prefix`, what `name_of_owner` says of the process, and ``-``.

    Parameters
    ----------
    folder : Path
    prefix : str, default=INCOMING
        How the names begin.
    """
    for path in folder.glob(f"{prefix}*"):
        if may_be_in_use(path.name.removeprefix(prefix).partition("-")[0]):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
