"""The files of a report, put into the run's folder whole or not at all.

They are written to a temporary folder beside those of the last report, and put in place when all of them are there:
what the pages show first, the pages themselves last, and only then what the last report alone had goes. So whoever
reads a page finds everything that it names, at any time. If anything fails, the last report is put back; if the process
is killed meanwhile, the next one that writes or reads the folder finishes what it began, see `exchange`.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from hdr_bench.exceptions import StoreError
from hdr_bench.files import INCOMING, clear_leftovers, lock_file, read_regular
from hdr_bench.names import visible
from hdr_bench.reporting.files.exchange import KIND, exchange, is_settled, settle
from hdr_bench.reporting.files.written_files import (
    LIST,
    PAGES,
    RESULTS,
    SUMMARY,
    earlier_names,
    encode_list,
    foreign_names,
    linked_folder,
    names_in,
)

_LOCK = ".report-lock"
_IN_THE_WAY = frozenset({errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP})
# Writing a report takes seconds, of large runs a minute or two; several may wait for each other.
_LOCK_SECONDS = 900
# A reader waits no longer than renaming takes.
_READER_SECONDS = 10


@contextmanager
def lock_report(folder: Path) -> Iterator[None]:
    """Hold a run's folder while its report is made and written: of several at once, the last one has read the last.

    What a killed process began is finished first.

    Parameters
    ----------
    folder : Path
        The run's.

    Raises
    ------
    StoreError
        If the folder cannot be written, or another process keeps it too long.
    """
    try:
        with _locked(folder, _LOCK_SECONDS):
            settle(folder)
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


def settle_report(folder: Path) -> None:
    """Finish or undo what a process began that was killed while it put a report in place.

    For those who read the folder: if it cannot be written, it is read as it is.

    Parameters
    ----------
    folder : Path
        The run's.
    """
    if is_settled(folder):
        return
    with suppress(OSError), _locked(folder, _READER_SECONDS):
        settle(folder)


@contextmanager
def _locked(folder: Path, seconds: float) -> Iterator[None]:
    lock = folder / _LOCK
    # Some versions of filelock empty the file that it leads to.
    if lock.is_symlink():
        raise OSError(errno.ELOOP, "a link, where a file belongs", str(lock))
    with lock_file(lock, seconds):
        yield


def check_place(folder: Path, names: Iterable[str]) -> None:
    """Check that a report's files would replace nothing but those of reports.

    Parameters
    ----------
    folder : Path
        The run's.
    names : iterable of str
        The files, below it.

    Raises
    ------
    StoreError
        Naming the file that no report has written.
    OSError
        If a folder is where a file belongs, or a file or a link where a folder does.
    """
    checked = [*PAGES, SUMMARY, RESULTS, LIST, *names]
    _check_free(folder, checked)
    _check_written(folder, checked)


def put_report(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files of a report in place, and remove what an earlier one had and this one has not.

    Files that hold the same already are left alone, and all that no report has written. New files have the mode that
    the umask leaves, whatever that of the last one's was. The caller holds `lock_report`.

    Parameters
    ----------
    folder : Path
        The run's.
    files : mapping of str to bytes
        All of them: names below the folder, and what they hold.

    Raises
    ------
    StoreError
        If one of them would replace a file that no report has written.
    OSError
        If one of them cannot be written; the folder is as it was in both cases.
    """
    files = {**files, LIST: encode_list(files)}
    written = names_in(folder / LIST)
    if written is None:
        written = earlier_names(folder)
    stale = sorted(name for name in written - files.keys() if _is_in(folder, name))
    # Whoever left one of these is dead: the lock is ours.
    for leftover in folder.glob(f"{INCOMING}*-{KIND}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    _check_free(folder, files)
    clear_leftovers(folder)
    for place in (folder / "figures", folder / "tables"):
        if not place.is_symlink():
            clear_leftovers(place)
    changed = _changed(folder, files)
    _check_written(folder, changed)
    exchange(folder, changed, stale)


def _changed(folder: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that are not there as they are to be, the pages last."""
    names = sorted(files, key=lambda name: PAGES.index(name) if name in PAGES else -1)
    return {name: files[name] for name in names if not _holds(folder / name, files[name])}


def _holds(path: Path, content: bytes) -> bool:
    try:
        return read_regular(path) == content
    except OSError:
        return False


def _is_in(folder: Path, name: str) -> bool:
    return (folder / name).is_file() and linked_folder(folder, name) is None


def _check_free(folder: Path, files: Iterable[str]) -> None:
    """Raise the system's error if a folder is where a file belongs, or anything else where a folder does."""
    for name in files:
        target = folder / name
        # What it leads to may be anybody's.
        if link := linked_folder(folder, name):
            raise NotADirectoryError(errno.ENOTDIR, "a link, where a folder belongs", str(link))
        if os.path.lexists(target.parent) and not target.parent.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(target.parent))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder, where a file belongs", str(target))


def _check_written(folder: Path, names: Iterable[str]) -> None:
    """Raise StoreError if there is a file of one of these names that no report has written."""
    foreign = foreign_names(folder, names)
    if not foreign:
        return
    more = f", and {len(foreign) - 1} more of the report's names" if len(foreign) > 1 else ""
    raise StoreError(
        f"{visible(str(folder / foreign[0]))}{more}: not written by hdr-bench report, so it is not replaced; move it "
        "away, or choose another folder with --out"
    )


def _remedy(error: OSError) -> str:
    if error.errno in _IN_THE_WAY and _place(error):
        return f"move {_place(error)} away, and then"
    return "when there is room and permission"


def _reason(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{reason} ({_place(error)})" if _place(error) else reason


def _place(error: OSError) -> str | None:
    """Return where it failed: of renaming, the new name, since what had the old one is a temporary file of ours."""
    return error.filename2 or error.filename
