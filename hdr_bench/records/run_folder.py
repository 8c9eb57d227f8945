"""Folder of a run: its name, derived from the suite's, and whether it can store results."""

import errno
import hashlib
import json
import os
import re
import unicodedata
from pathlib import Path

from hdr_bench.exceptions import StoreError, shown
from hdr_bench.files import read_regular
from hdr_bench.names import check_name, visible

_LONGEST_NAME = 255
_PARTS = ("trials", "labels", "images", "scores", "gallery", "search", "models")
_FILES = (".npz", ".zip", ".hdrm")
# Keys in records of every version.
_RECORD = {"suite", "trials"}


def check_run_folder(folder: Path) -> None:
    """Check that a run's folder exists or can be created, and that nothing else is in the place of its files.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    StoreError
        If something is in the way; the message names it and the remedy.
    """
    _check_names(folder)
    try:
        _check_place(folder)
        _check_record(folder / "run.json")
        for part in (*(folder / name for name in _PARTS), *(folder / "search").glob("*/")):
            _check_part(part)
    except OSError as error:
        raise StoreError(
            f"--out {_show(folder)}: {error.strerror or error}; choose another folder with --out"
        ) from error


def check_readable(folder: Path) -> None:
    """Check that a folder of trials is readable if it exists, as otherwise all trials would seem damaged.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    StoreError
        If it is not readable.
    """
    if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK):  # noqa: PTH112  # any name
        reason = os.strerror(errno.EACCES)
        raise StoreError(f"cannot read {folder}: {reason}; nothing was changed; check that you can read it")


def _check_names(folder: Path) -> None:
    for name in folder.parts:
        if len(os.fsencode(name)) > _LONGEST_NAME:
            raise StoreError(
                f"--out {shown(str(folder))}: a folder's name must have at most {_LONGEST_NAME} bytes, got "
                f"{len(os.fsencode(name))}; choose a shorter name"
            )


def _check_place(folder: Path) -> None:
    """Raise StoreError unless the folder is writable or can be created."""
    nearest = folder.absolute()
    while not os.path.lexists(nearest):
        nearest = nearest.parent
    if not nearest.is_dir():
        what = (
            "is not a folder" if nearest == folder.absolute() else f"cannot be made: {_show(nearest)} is not a folder"
        )
        raise StoreError(f"--out {_show(folder)} {what}; choose another folder with --out")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise StoreError(
            f"--out {_show(folder)}: {_show(nearest)} is not writable; change its mode, or choose another folder "
            "with --out"
        )


def _check_record(path: Path) -> None:
    """Raise StoreError if there is a record of something else; a run's record, even if damaged, is rewritten."""
    try:
        content = json.loads(read_regular(path))
    except (OSError, ValueError, RecursionError):
        return
    if not (isinstance(content, dict) and _RECORD & content.keys()):
        raise StoreError(
            f"{_show(path)}: not the record of a run, so it is not replaced; move it away, or choose another "
            "folder with --out"
        )


def _check_part(part: Path) -> None:
    """Raise StoreError if a part of the run's folder is not a folder, or a folder is in the place of a file in it."""
    if not os.path.lexists(part):
        return
    if not part.is_dir():
        raise StoreError(f"{_show(part)}: must be a folder; move the file away and run the suite again")
    with os.scandir(part) as entries:
        for entry in entries:
            # A link to a folder, or a circular link, is replaced like any other damaged file.
            if entry.name.endswith(_FILES) and entry.is_dir(follow_symlinks=False):
                raise StoreError(
                    f"{_show(Path(entry.path))} is a folder, but must be a file; move it away and run the suite again"
                )


def _show(path: Path) -> str:
    return visible(str(path))


_SEPARATORS = "/\\"
# Characters allowed in folder names on every system, and in shells and links with little care; not at either end.
_SAFE_ASCII = frozenset(" +,-.=@_()")
_JOINERS = "\u200c\u200d"
# Length of a folder's name, in bytes.
_LONGEST = 255
_HASH_LETTERS = 8
# Length of a data set's name in characters; together with a suite's name it must stay below the maximum.
_LONGEST_DATASET = 40
# Windows reserves these device names, whatever follows the first dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)", re.IGNORECASE)
# The index of runs is in the same folder; some systems ignore case.
_INDEX = "readme.md"


def check_suite_name(name: str) -> str:
    """Check a suite's name and return it.

    Parameters
    ----------
    name : str

    Returns
    -------
    name : str

    Raises
    ------
    ValueError
        If it has no visible character, is too long, or has a path separator or an unprintable character.
    """
    if any(separator in name for separator in _SEPARATORS):
        raise ValueError(f"{shown(name)} is not a valid suite name: it must not have / or \\; remove them")
    return check_name(name, "the suite's name")


def folder_name(suite: str, ending: str = "") -> str:
    """Return the name of the folder of a suite's run: the suite's own name, if possible.

    Otherwise, unsuitable characters become hyphens, long names are truncated, and a hash distinguishes suites with the
    same remainder. The same applies to names reserved by Windows, and to that of the index of runs.

    Parameters
    ----------
    suite : str
    ending : str, default=""
        Suffix after the suite's name.

    Returns
    -------
    name : str

    Examples
    --------
    >>> folder_name("my suite (copy)"), folder_name("what: a try?"), folder_name("..")
    ('my suite (copy)', 'what-a try-cebd606c', 'suite-5ec1f7e7')
    >>> folder_name("con"), folder_name("con", "-mnist")
    ('con-1143da2b', 'con-mnist')
    """
    safe = "".join(letter if _is_safe(letter) else "\0" for letter in suite)
    name = re.sub(" *\0[ \0]*", "-", safe).lstrip(" .-")
    if name == suite and _can_be_a_folder(f"{suite}{ending}"):
        return f"{suite}{ending}"
    if _DEVICE.match(name):
        name = name.replace(".", "-", 1)
    digest = hashlib.sha256(suite.encode()).hexdigest()[:_HASH_LETTERS]
    room = _LONGEST - len(f"-{digest}{ending}".encode())
    beginning = name.encode()[:room].decode(errors="ignore").rstrip(" .-") or "suite"
    return f"{beginning}-{digest}{ending}"


def default_folder(suite: str, dataset: str | None) -> Path:
    """Return the default folder of a suite's run: ``reports/NAME`` in the current folder.

    With another data set than the suite's own, it is ``reports/NAME-DATASET``, as the two are not the same comparison.

    Parameters
    ----------
    suite : str
        Name of the suite; converted by `folder_name` if it is not a valid folder name.
    dataset : str or None
        Data set used instead of the suite's own.

    Returns
    -------
    folder : Path

    Examples
    --------
    >>> default_folder("quick", None).as_posix(), default_folder("quick", "openml:Fashion-MNIST").as_posix()
    ('reports/quick', 'reports/quick-openml-Fashion-MNIST')
    """
    other = re.sub(r"[^A-Za-z0-9.]+", "-", dataset or "").strip("-")
    if len(other) > _LONGEST_DATASET:
        digest = hashlib.sha256((dataset or "").encode(errors="replace")).hexdigest()
        other = f"{other[:_LONGEST_DATASET]}-{digest[:_HASH_LETTERS]}"
    return Path("reports") / folder_name(suite, f"-{other}" if other else "")


def _can_be_a_folder(name: str) -> bool:
    if len(name.encode()) > _LONGEST or name.casefold() == _INDEX:
        return False
    # Windows drops dots and spaces at the end.
    return not name.endswith((".", " ")) and not _DEVICE.match(name)


def _is_safe(letter: str) -> bool:
    if letter.isascii():
        return letter.isalnum() or letter in _SAFE_ASCII
    return letter in _JOINERS or not unicodedata.category(letter).startswith(("C", "Z"))
