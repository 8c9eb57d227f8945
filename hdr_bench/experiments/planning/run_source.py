"""Suite file that a run's folder belongs to, so that suites of the same name do not replace each other's reports."""

import os
from pathlib import Path

from hdr_bench.exceptions import StoreError
from hdr_bench.files import read_regular
from hdr_bench.names import visible
from hdr_bench.records.kept_arrays import put

SOURCE = ".suite-file"
"""File with the path of the suite file relative to the run's folder; it stays on the machine of the run."""


def check_source(folder: Path, suite_file: Path | None) -> None:
    """Check that a folder does not contain the run of another suite file that still exists.

    A suite keeps its folder when it is edited, and when its file is moved.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    suite_file : Path or None
        File of the suite to run; None for a built-in suite or one created in code.

    Raises
    ------
    StoreError
        If it contains such a run; the message names the other file.
    """
    path = folder / SOURCE
    if path.is_dir() and not path.is_symlink():
        raise StoreError(f"{visible(str(path))} is a folder, but must be a file; move it away and run the suite again")
    earlier = _read_source(folder)
    if earlier is None or _is_same(earlier, suite_file) or not (folder / "run.json").exists():
        return
    raise StoreError(
        f"{visible(str(folder))} is the run of {visible(_as_typed(earlier))}; give this suite its own folder with "
        "--out DIR, or another name"
    )


def write_source(folder: Path, suite_file: Path | None) -> None:
    """Record the file that a run's suite came from, or that it has none.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    suite_file : Path or None

    Raises
    ------
    StoreError
        If the record cannot be written.
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
    """Return the file that a folder's run came from; None if it is unknown or no longer exists."""
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
    # If the file is a link that may be redirected later, only links in its folder are resolved.
    return os.path.relpath(path.parent.resolve() / path.name, folder.resolve())


def _as_typed(path: Path) -> str:
    whole = os.path.normpath(path)
    return min(os.path.relpath(whole), whole, key=len)
