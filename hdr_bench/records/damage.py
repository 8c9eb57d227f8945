"""Damaged files: what reading one raises, how it is said, and what to do about it."""

import lzma
import zipfile
import zlib
from pathlib import Path

from hdr_bench.files import describe_file_error

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What comes of reading a file whose content is not what it should be; records that are nested without end as well."""

_MOST_LETTERS = 300
REMEDY = "run the suite again, which replaces it"
"""What to do about a damaged result."""
AWAY = "move it away, and run the suite again"
"""What to do about what is not replaced."""


def remedy_of(path: Path) -> str:
    """Return what to do about a damaged result: a file is replaced, a folder in its place is the user's to move.

    Parameters
    ----------
    path : Path

    Returns
    -------
    remedy : str
    """
    return AWAY if path.is_dir() else REMEDY


def describe_damage(error: BaseException) -> str:
    """Return in a few words why a file cannot be read.

    Parameters
    ----------
    error : BaseException
        What reading it raised.

    Returns
    -------
    words : str

    Examples
    --------
    >>> describe_damage(KeyError("trial"))
    "it lacks 'trial'"
    """
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, KeyError):
        return f"it lacks {_shorten(str(error))}"
    return _shorten(describe_file_error(error))


def _shorten(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"
