"""Atomic file writes, locks, and leftovers of killed processes."""

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
    """Write `content` to a temporary file beside `path`, then move it into place; on failure, nothing remains.

    The file's mode follows the umask.

    Parameters
    ----------
    path : Path
    content : bytes

    Raises
    ------
    OSError
        If the folder cannot be created or written to; the error names `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    incoming = incoming_path(path.parent)
    try:
        # Not by `tempfile`, whose files only the user can read, whatever the umask.
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
    """Check that a path is a regular file: opening a pipe or a device may block, or reading it never end.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OSError
        If it is not; `FileNotFoundError` if it does not exist.
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
    """Return a new path in `folder` for a file that is being written; `clear_leftovers` recognizes it.

    Parameters
    ----------
    folder : Path
        Where the file or folder will be.
    kind : str, default=''
        Kind of file, as part of the name.

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
        File of the lock; it is created, and remains.
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
        If the file cannot be created, or the file system does not support locks.
    """
    from filelock import FileLock

    lock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except NotImplementedError as error:
        raise OSError(errno.ENOLCK, "the file system does not support locks", str(path)) from error
    try:
        yield
    finally:
        lock.release()


def describe_file_error(error: BaseException) -> str:
    """Return what is wrong with a file in one line, as the system or the library that read it reports it.

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
    """Remove from `folder` what killed processes left behind, but nothing that a running one uses.

    The names start with `prefix`, the process's `name_of_owner`, and ``-``.

    Parameters
    ----------
    folder : Path
    prefix : str, default=INCOMING
        Start of the names.
    """
    for path in folder.glob(f"{prefix}*"):
        if may_be_in_use(path.name.removeprefix(prefix).partition("-")[0]):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
