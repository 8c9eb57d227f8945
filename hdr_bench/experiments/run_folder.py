"""Whether a run's folder can take its results: looked at before the first fit, which may take hours."""

import json
import os
from pathlib import Path

from hdr_bench.exceptions import StoreError, shown
from hdr_bench.files import read_regular
from hdr_bench.names import visible

_LONGEST_NAME = 255
_PARTS = ("trials", "labels", "images", "scores", "gallery")
_FILES = (".npz", ".zip")
# What records of every version have.
_RECORD = {"suite", "trials"}


def check_run_folder(folder: Path) -> None:
    """Check that a run's folder is one or can be made, and that nothing else is where its files belong.

    Raises
    ------
    StoreError
        Naming what is in the way, and what to do.
    """
    _check_names(folder)
    try:
        _check_place(folder)
        _check_record(folder / "run.json")
        for name in _PARTS:
            _check_part(folder / name)
    except OSError as error:
        raise StoreError(
            f"--out {_named(folder)}: {error.strerror or error}; choose another folder with --out"
        ) from error


def _check_names(folder: Path) -> None:
    for name in folder.parts:
        if len(os.fsencode(name)) > _LONGEST_NAME:
            raise StoreError(
                f"--out {shown(str(folder))}: a folder's name has at most {_LONGEST_NAME} bytes, one here has "
                f"{len(os.fsencode(name))}; choose a shorter one"
            )


def _check_place(folder: Path) -> None:
    """Raise StoreError unless there is a folder that can be written, or can be made."""
    nearest = folder.absolute()
    while not os.path.lexists(nearest):
        nearest = nearest.parent
    if not nearest.is_dir():
        what = "is not a folder" if nearest == folder.absolute() else f"cannot be made: {_named(nearest)} is no folder"
        raise StoreError(f"--out {_named(folder)} {what}; choose another folder with --out")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise StoreError(
            f"--out {_named(folder)}: {_named(nearest)} may not be written; change its mode, or choose another folder "
            "with --out"
        )


def _check_record(path: Path) -> None:
    """Raise StoreError if there is a record of something else; a run's, also a damaged one, is written again."""
    try:
        content = json.loads(read_regular(path))
    except (OSError, ValueError, RecursionError):
        return
    if not (isinstance(content, dict) and _RECORD & content.keys()):
        raise StoreError(
            f"{_named(path)}: not the record of a run, so not replaced; move it away, or choose another folder with "
            "--out"
        )


def _check_part(part: Path) -> None:
    """Raise StoreError if a part of the run's folder is no folder, or a folder has the name of a file in it."""
    if not os.path.lexists(part):
        return
    if not part.is_dir():
        raise StoreError(f"{_named(part)}: a folder belongs here; move it away, and run the suite again")
    with os.scandir(part) as entries:
        for entry in entries:
            # A link to one, or in a circle, is replaced like any other damaged file.
            if entry.name.endswith(_FILES) and entry.is_dir(follow_symlinks=False):
                raise StoreError(
                    f"{_named(Path(entry.path))} is a folder where a file belongs; move it away, and run the suite "
                    "again"
                )


def _named(path: Path) -> str:
    return visible(str(path))
