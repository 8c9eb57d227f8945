"""Damaged files: errors when reading them, their descriptions, and remedies."""

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
"""Errors raised when a file does not have the expected content, including endlessly nested records."""

_MOST_LETTERS = 300
REMEDY = "run the suite again, which replaces it"
"""Remedy for a damaged result."""
AWAY = "move it away and run the suite again"
"""Remedy for something that is not replaced."""


def remedy_of(path: Path) -> str:
    """Return the remedy for a damaged result: a file is replaced, but a folder in its place must be moved by the user.

    Parameters
    ----------
    path : Path

    Returns
    -------
    remedy : str
    """
    return AWAY if path.is_dir() else REMEDY


def describe_damage(error: BaseException) -> str:
    """Describe in a few words why a file cannot be read.

    Parameters
    ----------
    error : BaseException
        Raised when reading it.

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
