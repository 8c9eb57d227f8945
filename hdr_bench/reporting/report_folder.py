"""The files of a report, put into the run's folder whole or not at all.

They are written to a temporary folder beside those of the last report, and put in place when all of them are there:
what the pages show first, the pages themselves last, and only then what the last report alone had goes. So whoever
reads a page finds everything that it names, at any time. Where anything fails, the last report is put back.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.exceptions import StoreError
from hdr_bench.files import INCOMING, clear_leftovers, incoming_path, locked, read_regular
from hdr_bench.reporting.written_files import LIST, PAGES, earlier_names, names_in, written_list

_KIND = "report-"
_LOCK = ".report-lock"
_IN_THE_WAY = frozenset({errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP})
# Writing a report takes seconds, of large runs a minute or two; several may wait for each other.
_LOCK_SECONDS = 900


@contextmanager
def writing_report(folder: Path) -> Iterator[None]:
    """Hold a run's folder while its report is made and written: of several at once, the last one has read the last.

    Raises
    ------
    StoreError
        If the folder cannot be written, or another process keeps it too long.
    """
    try:
        with locked(folder / _LOCK, _LOCK_SECONDS):
            yield
    except TimeoutError as error:
        raise StoreError(
            f"{folder}: another process has been writing this report for {_LOCK_SECONDS // 60} minutes; end it, and "
            "write the report again"
        ) from error
    except OSError as error:
        raise StoreError(
            f"cannot write the report in {folder}: {_reason(error)}; the results, and the report that was there, are "
            f"as they were; {_remedy(error)}: hdr-bench report {folder}"
        ) from error


def put_report(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files of a report in place, and remove what an earlier one had and this one has not.

    Files that hold the same already are left alone, and all that no report has written. New files have the mode that
    the umask leaves, whatever that of the last one's was. The caller holds `writing_report`.

    Parameters
    ----------
    folder : Path
        The run's.
    files : mapping of str to bytes
        All of them: names below the folder, and what they hold.

    Raises
    ------
    OSError
        If one of them cannot be written; the folder is as it was then.
    """
    files = {**files, LIST: written_list(files)}
    stale = sorted(name for name in _written(folder) - files.keys() if (folder / name).is_file())
    # Whoever left one of these is dead: the lock is ours.
    for leftover in folder.glob(f"{INCOMING}*-{_KIND}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    for place in (folder, folder / "figures", folder / "tables"):
        clear_leftovers(place)
    _check_free(folder, files)
    beside = incoming_path(folder, _KIND)
    try:
        _exchange(folder, beside, _changed(folder, files), stale)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@dataclass(frozen=True)
class _Move:
    """A file's new content, what was there (if anything was), and where it belongs."""

    new: Path
    old: Path
    target: Path


def _exchange(folder: Path, beside: Path, changed: Mapping[str, bytes], stale: Iterable[str]) -> None:
    moves = [_Move(beside / "new" / name, beside / "old" / name, folder / name) for name in changed]
    gone = [_Move(beside / "gone" / name, beside / "old" / name, folder / name) for name in stale]
    # All that takes room on the disk is done before the last report is touched.
    for move, content in zip(moves, changed.values(), strict=True):
        move.new.parent.mkdir(parents=True, exist_ok=True)
        move.new.write_bytes(content)
    for move in (*moves, *gone):
        move.old.parent.mkdir(parents=True, exist_ok=True)
        _keep(move)
    made = [parent for parent in {move.target.parent for move in moves} if not parent.exists()]
    try:
        for parent in made:
            parent.mkdir()
        for move in moves:
            move.new.replace(move.target)
        for move in gone:
            move.target.unlink()
    except BaseException:
        _put_back((*moves, *gone), made)
        raise


def _keep(move: _Move) -> None:
    """Keep what is at the target, by a second name where the file system has these."""
    if not os.path.lexists(move.target):
        return
    try:
        os.link(move.target, move.old, follow_symlinks=False)
    except OSError:
        shutil.copy2(move.target, move.old, follow_symlinks=False)


def _put_back(moves: Iterable[_Move], made: Iterable[Path]) -> None:
    for move in moves:
        with suppress(OSError):
            if os.path.lexists(move.old):
                move.old.replace(move.target)
            elif not move.new.exists():
                move.target.unlink(missing_ok=True)
    for parent in made:
        with suppress(OSError):
            parent.rmdir()


def _changed(folder: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that are not there as they are to be, the pages last."""
    names = sorted(files, key=lambda name: PAGES.index(name) if name in PAGES else -1)
    return {name: files[name] for name in names if not _holds(folder / name, files[name])}


def _holds(path: Path, content: bytes) -> bool:
    try:
        return read_regular(path) == content
    except OSError:
        return False


def _check_free(folder: Path, files: Iterable[str]) -> None:
    """Raise the system's error if a folder is where a file belongs, or anything else where a folder does."""
    for name in files:
        target = folder / name
        if os.path.lexists(target.parent) and not target.parent.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(target.parent))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder, where a file belongs", str(target))


def _remedy(error: OSError) -> str:
    if error.errno in _IN_THE_WAY and error.filename:
        return f"move {error.filename} away, and then"
    return "when there is room and permission"


def _written(folder: Path) -> set[str]:
    """Return what the last report wrote, and what those had begun to write that were killed since."""
    lists = [folder / LIST, *folder.glob(f"{INCOMING}*-{_KIND}*/*/{LIST}")]
    found = [names for names in map(names_in, lists) if names is not None]
    return set().union(*found) if found else earlier_names(folder)


def _reason(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{reason} ({error.filename})" if error.filename else reason
