"""Which suite's file a run's folder belongs to: two suites of one name do not replace each other's reports."""

import os
from pathlib import Path

from hdr_bench.exceptions import StoreError
from hdr_bench.files import read_regular
from hdr_bench.names import visible
from hdr_bench.records.kept_arrays import put

SOURCE = ".suite-file"
"""The file that holds the path of the suite's file, from the run's folder; it stays on the machine that ran it."""


def check_source(folder: Path, suite_file: Path | None) -> None:
    """Check that a folder does not hold the run of another suite's file, as long as there is that file.

    A suite that was edited keeps its folder, also if its file was moved.

    Parameters
    ----------
    folder : Path
        The run's.
    suite_file : Path or None
        The file of the suite that is to run; None for the library's own suites and those made in code.

    Raises
    ------
    StoreError
        Naming the other file.
    """
    path = folder / SOURCE
    if path.is_dir() and not path.is_symlink():
        raise StoreError(
            f"{visible(str(path))} is a folder where a file belongs; move it away, and run the suite again"
        )
    earlier = _read_source(folder)
    if earlier is None or _is_same(earlier, suite_file) or not (folder / "run.json").exists():
        return
    raise StoreError(
        f"{visible(str(folder))} is the run of {visible(_as_typed(earlier))}; give this suite a folder of its own: "
        "--out DIR, or another name"
    )


def write_source(folder: Path, suite_file: Path | None) -> None:
    """Keep which file a run's suite came from; of a suite without one, that there is none.

    Parameters
    ----------
    folder : Path
        The run's folder.
    suite_file : Path or None

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    path = folder / SOURCE
    if suite_file is None:
        path.unlink(missing_ok=True)
        return
    content = os.fsencode(_relative(suite_file, folder)) + b"\n"
    try:
        if read_regular(path) == content:
            return
    except OSError:
        pass
    put(path, content)


def _read_source(folder: Path) -> Path | None:
    """Return the file that a folder's run came from; None if that is not known, or there is no such file anymore."""
    try:
        named = os.fsdecode(read_regular(folder / SOURCE).removesuffix(b"\n"))
        path = folder.resolve() / named
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None


def _is_same(earlier: Path, suite_file: Path | None) -> bool:
    try:
        return suite_file is not None and earlier.samefile(suite_file)
    except OSError:
        return False


def _relative(path: Path, folder: Path) -> str:
    # The file may be a link that is to lead elsewhere later; only its folder is followed.
    return os.path.relpath(path.parent.resolve() / path.name, folder.resolve())


def _as_typed(path: Path) -> str:
    whole = os.path.normpath(path)
    return min(os.path.relpath(whole), whole, key=len)
