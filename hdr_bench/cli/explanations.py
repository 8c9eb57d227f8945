"""Explanations of errors: what went wrong and what to do, in a sentence or two."""

import errno
import os
import platform
import re
import sys
import tempfile
import traceback
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from json import JSONDecodeError
from typing import Any

from hdr_bench import __version__
from hdr_bench.cli.streams import has_output_failed, say
from hdr_bench.error_text import error_text
from hdr_bench.exceptions import HdrBenchError, shown
from hdr_bench.names import class_name, visible_prose

_REMEDIES = {
    errno.EACCES: "check that you can read and write there, or choose another location",
    errno.EPERM: "check that you can read and write there, or choose another location",
    errno.EROFS: "choose another location",
    errno.ENOSPC: "free some space, or choose another location",
    errno.EDQUOT: "free some space, or choose another location",
    errno.EFBIG: "raise the file size limit (ulimit -f), or choose another location",
    errno.ENAMETOOLONG: "choose a shorter name: most systems allow 255 bytes per folder or file",
    errno.ENOTDIR: "a part of the path that should be a folder is a file",
    errno.EISDIR: "expected a file, got a folder",
    errno.EEXIST: "move the existing file away, or choose another location",
    errno.ELOOP: "its symbolic links form a loop",
    errno.EMFILE: "allow more open files (ulimit -n 4096), or run fewer jobs",
    errno.ENFILE: "too many files are open on this machine; close other programs",
    errno.ENOMEM: "close other programs, or run fewer jobs",
    errno.ENOENT: "check the name",
}
# Messages from the system's loader and from libraries when memory is too short to load a library.
_NO_MEMORY = re.compile(r"failed to map segment|annot allocate memory|nable to allocate|\bENOMEM\b")
_MOST_LINKS = 100
# The extra that provides an optional library; all others are dependencies of hdr-bench itself.
_EXTRAS = {
    "distributed": "dask",
    "dask": "dask",
    "faiss": "fast",
    "sklearnex": "fast",
    "daal4py": "fast",
    "onedal": "fast",
}


def explain(error: BaseException) -> str:
    """Return an error as a sentence or two: what went wrong and what to do.

    The traceback of an unexpected error is written to a file, which the sentence names.

    Parameters
    ----------
    error : BaseException
        Raised by a command.

    Returns
    -------
    sentence : str
    """
    if isinstance(error, ImportError) and _is_our_own(error.name) and not isinstance(error, HdrBenchError):
        return _explain_unexpected(error)
    return next(words for kind, words in _WORDS if isinstance(error, kind))(error)


def _is_our_own(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "hdr_bench"


def _explain_import(error: ImportError) -> str:
    library = (error.name or "").partition(".")[0]
    extra = _EXTRAS.get(library)
    wanted = f"hdr-bench[{extra}]" if extra else "hdr-bench"
    how = f"pip install {'' if extra else '--force-reinstall '}'{wanted}'"
    if isinstance(error, ModuleNotFoundError):
        return f"the library {library!r} is not installed; install it with: {how}"
    if _lacks_memory(error):
        return _explain_memory(error)
    return f"the library {library!r} cannot be loaded: {error_text(error)}; reinstall it with: {how}"


def _lacks_memory(error: BaseException) -> bool:
    """Return whether an error, or one of its causes, is due to a lack of memory: the library loader has its own words.

    numpy and others wrap the loader's message in an error of their own that advises reinstalling.
    """
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen and len(seen) < _MOST_LINKS:
        if isinstance(link, MemoryError) or _NO_MEMORY.search(error_text(link)):
            return True
        seen.append(link)
        link = link.__cause__ or link.__context__
    return False


def _explain_system(error: OSError) -> str:
    reason = error.strerror or error_text(error)
    if has_output_failed():
        return f"cannot write the output: {reason}"
    if _is_working_folder_gone():
        return "the working folder no longer exists; change to another one and run the command again"
    if "temporary directory" in reason:
        return f"{reason[:1].lower()}{reason[1:]}; set TMPDIR to a writable folder"
    places = " and ".join(str(place) for place in (error.filename, error.filename2) if place is not None)
    remedy = _REMEDIES.get(error.errno or 0)
    parts = (places, reason if remedy is None else f"{reason}; {remedy}")
    return ": ".join(filter(None, parts))


def _is_working_folder_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  # without the cost of making a Path
    except OSError:
        return True
    return False


def _name(error: BaseException) -> str:
    """Return an exception's class and the first line of its text."""
    name = class_name(type(error))
    lines = visible_prose(error_text(error)).strip().splitlines()
    return f"{name}: {lines[0][:300]}" if lines else name


def _where_to_report(error: BaseException) -> str:
    """Write the traceback to a file, or to standard error if that fails, and return where it is."""
    text = "".join(
        (
            f"hdr-bench {__version__}, Python {platform.python_version()}, {platform.platform()}\n",
            f"{sys.argv!r}\n",
            *traceback.format_exception(error),
        )
    )
    try:
        return f"please report it to the developers of hdr-bench, with the file {_write_traceback(text)}"
    except OSError:
        say(text, is_error=True)
        return "please report it to the developers of hdr-bench, with the lines above"


def _explain_unexpected(error: BaseException) -> str:
    return f"an unexpected error: {_name(error)}; {_where_to_report(error)}"


def _explain_encoding(error: BaseException) -> str:
    return f"cannot decode or encode a text: {error_text(error)}; use UTF-8 (e.g. PYTHONUTF8=1)"


def _explain_memory(error: BaseException) -> str:
    return f"not enough memory ({_name(error)}); use fewer images (--samples), fewer jobs, or a larger machine"


def _explain_nesting(error: BaseException) -> str:
    return f"the input is nested too deeply; if it is not, {_where_to_report(error)}"


def _explain_damage(error: BaseException) -> str:
    return f"a file is damaged, or is not of the type that its name suggests: {_name(error)}; {_where_to_report(error)}"


def _explain_exit(error: BaseException) -> str:
    code = error.code if isinstance(error, SystemExit) else ""
    return f"a module exited the program with {shown(code)}; remove its `sys.exit`"


def _write_traceback(text: str) -> str:
    handle, name = tempfile.mkstemp(prefix="hdr-bench-error-", suffix=".txt")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108  # `tempfile` returns a str
        raise
    return name


# The first match applies.
_WORDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[Any], str]], ...] = (
    (HdrBenchError, error_text),
    (ImportError, _explain_import),
    (OSError, _explain_system),
    (UnicodeError, _explain_encoding),
    (MemoryError, _explain_memory),
    (RecursionError, _explain_nesting),
    ((zipfile.BadZipFile, zlib.error, JSONDecodeError, EOFError), _explain_damage),
    (SystemExit, _explain_exit),
    (BaseException, _explain_unexpected),
)
