"""The one place where errors become a sentence on standard error and an exit code."""

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
from enum import IntEnum
from json import JSONDecodeError
from typing import Any

from hdr_bench import __version__
from hdr_bench.cli.streams import has_output_failed, release_output, say
from hdr_bench.error_text import describe_error, error_text
from hdr_bench.exceptions import AllTrialsFailedError, HdrBenchError, shown


class ExitCode(IntEnum):
    """What the command ends with."""

    RIGHT = 0
    WORSE = 1
    ERROR = 2
    TRIALS_FAILED = 3
    INTERRUPTED = 130
    READER_GONE = 141


EXIT_CODES = (
    "Exit codes: 0 right, 1 worse (compare), 2 usage or error, 3 a trial failed or has no result, 130 interrupted."
)
# What typer takes over from pydantic, as a person would say it.
_PLAINER = (
    (r"Input should be a valid integer\b.*", "must be a whole number"),
    (r"Input should be a valid number\b.*", "must be a number"),
    (r"Input should be greater than or equal to", "must be at least"),
    (r"Input should be less than or equal to", "must be at most"),
    (r"Input should be", "must be"),
    (r"Value error, ", ""),
)
_REMEDIES = {
    errno.EACCES: "see that you may read and write there, or name another place",
    errno.EPERM: "see that you may read and write there, or name another place",
    errno.EROFS: "name another place",
    errno.ENOSPC: "free some room, or name another place",
    errno.EDQUOT: "free some room, or name another place",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f), or name another place",
    errno.ENAMETOOLONG: "choose a shorter name: most systems allow 255 bytes per folder or file",
    errno.ENOTDIR: "something that should be a folder is a file",
    errno.EISDIR: "a file is expected, and it is a folder",
    errno.EEXIST: "move what is there away, or name another place",
    errno.ELOOP: "its symbolic links lead in a circle",
    errno.EMFILE: "allow more open files (ulimit -n 4096), or run fewer jobs",
    errno.ENFILE: "too many files are open on this machine; end other programs",
    errno.ENOMEM: "end other programs, or run fewer jobs",
    errno.ENOENT: "check its name",
}
# How the system's loader, and libraries, say that the memory was not enough for a library.
_NO_MEMORY = re.compile(r"failed to map segment|annot allocate memory|nable to allocate|\bENOMEM\b")
_MOST_LINKS = 100
# What brings a library that may be missing; all others come with hdr-bench itself.
_EXTRAS = {"distributed": "dask", "dask": "dask", "faiss": "fast", "sklearnex": "fast", "daal4py": "fast",
           "onedal": "fast"}  # fmt: skip


def report_error(error: BaseException) -> ExitCode:
    """Say what went wrong on standard error, as far as there is anything to say, and return the exit code."""
    if _is_reader_gone(error):
        release_output()
        return ExitCode.READER_GONE
    if _is_interruption(error):
        _tell("interrupted")
        return ExitCode.INTERRUPTED
    if isinstance(error, SystemExit) and _is_typers(error):
        return ExitCode.ERROR if error.code else ExitCode.RIGHT
    if _is_of_usage(error):
        _tell_of_usage(error)
        return ExitCode.ERROR
    _tell(explain(error))
    release_output()
    return ExitCode.TRIALS_FAILED if isinstance(error, AllTrialsFailedError) else ExitCode.ERROR


def explain(error: BaseException) -> str:
    """Return an error as a sentence or two: what is wrong, and what to do.

    The traceback of one that nobody expected goes into a file, whose name is said.
    """
    if isinstance(error, ImportError) and _is_our_own(error.name) and not isinstance(error, HdrBenchError):
        return _unexpected(error)
    return next(words for kind, words in _WORDS if isinstance(error, kind))(error)


def exit_code_of(returned: object) -> ExitCode:
    """Return the exit code for what typer returned: nothing, a code of ours, or one of its own."""
    if isinstance(returned, ExitCode):
        return returned
    if returned is None or returned == 0:
        return ExitCode.RIGHT
    if returned == ExitCode.INTERRUPTED:
        _tell("interrupted")
        return ExitCode.INTERRUPTED
    return ExitCode.ERROR


def _tell(sentence: str) -> None:
    say(f"hdr-bench: {sentence}", is_error=True)


def _tell_of_usage(error: Any) -> None:
    """Show typer's message with the command's usage, in plain words."""
    from typer.rich_utils import rich_format_error

    message = getattr(error, "message", None)
    if isinstance(message, str):
        for pattern, words in _PLAINER:
            message = re.sub(pattern, words, message)
        error.message = message
    rich_format_error(error)


def _is_reader_gone(error: BaseException) -> bool:
    """Whoever read the output, e.g. `head`, has had enough: typer and rich end with 1 then, after the error itself."""
    if isinstance(error, SystemExit):
        return isinstance(error.__context__, BrokenPipeError)
    return isinstance(error, BrokenPipeError) and has_output_failed()


def _is_typers(error: SystemExit) -> bool:
    """Whether typer ends the program, e.g. after ``--show-completion``: code of the user's that does is an error."""
    frames = list(traceback.walk_tb(error.__traceback__))
    module = str(frames[-1][0].f_globals.get("__name__")) if frames else ""
    return module.partition(".")[0] in {"typer", "click"}


def _is_interruption(error: BaseException) -> bool:
    # What code of the user's raises becomes an error of ours; a `KeyboardInterrupt` of its own is no Ctrl-C.
    if isinstance(error, HdrBenchError):
        return False
    return isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt)


def _is_of_usage(error: BaseException) -> bool:
    """Return whether the command line could not be understood."""
    return hasattr(error, "exit_code") and hasattr(error, "format_message")


def _is_our_own(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "hdr_bench"


def _missing_library(error: ImportError) -> str:
    library = (error.name or "").partition(".")[0]
    extra = _EXTRAS.get(library)
    wanted = f"hdr-bench[{extra}]" if extra else "hdr-bench"
    how = f"pip install {'' if extra else '--force-reinstall '}'{wanted}'"
    if isinstance(error, ModuleNotFoundError):
        return f"the library {library!r} is not installed; install it with: {how}"
    if _lacks_memory(error):
        return _too_little_memory(error)
    return f"the library {library!r} cannot be loaded: {error_text(error)}; install it again with: {how}"


def _lacks_memory(error: BaseException) -> bool:
    """Whether an error, or one that led to it, comes of too little memory: the loader of libraries has its own words.

    numpy and others put what the loader said into an error of their own, and advise another installation.
    """
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen and len(seen) < _MOST_LINKS:
        if isinstance(link, MemoryError) or _NO_MEMORY.search(error_text(link)):
            return True
        seen.append(link)
        link = link.__cause__ or link.__context__
    return False


def _refused_by_system(error: OSError) -> str:
    reason = error.strerror or error_text(error)
    if has_output_failed():
        return f"cannot write the output: {reason}"
    if _is_working_folder_gone():
        return "the working folder no longer exists; change to another one, and call the command again"
    if "temporary directory" in reason:
        return f"{reason[:1].lower()}{reason[1:]}; set TMPDIR to a folder that can be written"
    places = " and ".join(str(place) for place in (error.filename, error.filename2) if place is not None)
    remedy = _REMEDIES.get(error.errno or 0)
    parts = (places, reason if remedy is None else f"{reason}; {remedy}")
    return ": ".join(filter(None, parts))


def _is_working_folder_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  # the same, without a path made of it
    except OSError:
        return True
    return False


def _where_to_report(error: BaseException) -> str:
    """Write the traceback to a file, or to standard error where that is not possible, and say where it is."""
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


def _unexpected(error: BaseException) -> str:
    return f"an unexpected error: {describe_error(error)}; {_where_to_report(error)}"


def _unwritable_text(error: BaseException) -> str:
    return f"a text cannot be read or written here: {error_text(error)}; use UTF-8 (e.g. PYTHONUTF8=1)"


def _too_little_memory(error: BaseException) -> str:
    return f"not enough memory ({describe_error(error)}); use fewer images (--samples), fewer jobs, or a larger machine"


def _nested_too_deeply(error: BaseException) -> str:
    return f"something that was read is nested too deeply; if it is not, {_where_to_report(error)}"


def _damaged(error: BaseException) -> str:
    return (
        f"a file is damaged, or not of the kind that its name says: {describe_error(error)}; {_where_to_report(error)}"
    )


def _ended_by_a_module(error: BaseException) -> str:
    code = error.code if isinstance(error, SystemExit) else ""
    return f"a module ended the program, with {shown(code)}; take its `sys.exit` out"


def _write_traceback(text: str) -> str:
    handle, name = tempfile.mkstemp(prefix="hdr-bench-error-", suffix=".txt")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108  # a text, as `tempfile` gives it
        raise
    return name


# The first that fits.
_WORDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[Any], str]], ...] = (
    (HdrBenchError, error_text),
    (ImportError, _missing_library),
    (OSError, _refused_by_system),
    (UnicodeError, _unwritable_text),
    (MemoryError, _too_little_memory),
    (RecursionError, _nested_too_deeply),
    ((zipfile.BadZipFile, zlib.error, JSONDecodeError, EOFError), _damaged),
    (SystemExit, _ended_by_a_module),
    (BaseException, _unexpected),
)
