"""Files that are there whole or not at all."""

import errno
import hashlib
import io
import os
import secrets
import shutil
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hdr_bench.processes import may_be_in_use, name_of_owner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INCOMING = ".incoming-"
_SEAL_LETTERS = 64


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to a temporary file beside `path` and put it in place; where that fails, nothing stays.

    The file's mode is what the umask leaves.

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

    Raises
    ------
    OSError
        If there is no file, or it cannot be read.
    """
    check_regular(path)
    return path.read_bytes()


def incoming_path(folder: Path, kind: str = "") -> Path:
    """Return a new path in `folder` for what is being written; `clear_leftovers` knows it."""
    return folder / f"{INCOMING}{name_of_owner()}-{kind}{secrets.token_hex(8)}"


@contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of the file `path` while the block lasts.

    Parameters
    ----------
    path : Path
        It is made, and stays.
    seconds : float
        How long to wait for another process that holds it.

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


def read_arrays(path: Path) -> "dict[str, NDArray[np.generic]]":
    """Return the arrays of an ``.npz`` file by name; other members are passed over.

    Each member is read whole first, so that its checksum is looked at before its content.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, or holds Python objects.
    """
    import numpy as np

    try:
        check_regular(path)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist() if name.endswith(".npy")}
        return {
            name.removesuffix(".npy"): np.load(io.BytesIO(content), allow_pickle=False)
            for name, content in members.items()
        }
    except FileNotFoundError:
        raise
    except Exception as error:  # on damaged files zipfile and numpy raise whatever comes
        raise ValueError(words_of(error)) from error


def npy(array: "NDArray[np.generic]") -> bytes:
    """Return an array as an ``.npy`` file holds it."""
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def write_archive(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of these members; the same members give the same bytes, whatever the clock says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            # The earliest date that an archive can hold.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def seal_archive(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive as `write_archive` does, whose last 64 bytes are the SHA-256 of all before them.

    They are the archive's comment, so that any program for zip archives opens it.
    """
    plain = write_archive(members)
    # The last two bytes of an archive without a comment are the length of that comment.
    before = plain[:-2] + _SEAL_LETTERS.to_bytes(2, "little")
    return before + _seal(before)


def read_sealed(path: Path) -> dict[str, bytes]:
    """Return the members of an archive that `seal_archive` made, if not a bit of it has changed.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no archive, cut off or changed.
    """
    content = read_regular(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception as error:  # on damaged files zipfile raises whatever comes
        raise ValueError(words_of(error)) from error
    if content[-_SEAL_LETTERS:] != _seal(content[:-_SEAL_LETTERS]):
        raise ValueError("its content does not fit its checksum")
    return members


def words_of(error: BaseException) -> str:
    """Return what is wrong with a file: the system's own words, or those of the library that read it, in a line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, zipfile.BadZipFile) and "not a zip file" in str(error):
        return "not a zip archive, or its end is missing"
    return " ".join(str(error).split()) or type(error).__name__


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def clear_leftovers(folder: Path, prefix: str = INCOMING) -> None:
    """Remove from `folder` what killed processes left, not what a running one uses now.

    The names begin with `prefix`, what `name_of_owner` says of the process, and ``-``.
    """
    for path in folder.glob(f"{prefix}*"):
        if may_be_in_use(path.name.removeprefix(prefix).partition("-")[0]):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
