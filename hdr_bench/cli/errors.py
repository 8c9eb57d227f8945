"""The one place where errors become a sentence on standard error and an exit code."""

import re
import traceback
from enum import IntEnum
from typing import Any

from hdr_bench.cli.explanations import explain
from hdr_bench.cli.streams import has_output_failed, release_output, say
from hdr_bench.exceptions import AllTrialsFailedError, HdrBenchError


class ExitCode(IntEnum):
    """Exit codes of the command."""

    RIGHT = 0
    WORSE = 1
    ERROR = 2
    TRIALS_FAILED = 3
    INTERRUPTED = 130
    READER_GONE = 141


EXIT_CODES = (
    "Exit codes: 0 success, 1 worse (compare), 2 usage or error, 3 a trial failed or has no result, 130 interrupted, "
    "141 the reader of a pipe is gone."
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


def report_error(error: BaseException) -> ExitCode:
    """Say what went wrong on standard error, as far as there is anything to say, and return the exit code.

    Parameters
    ----------
    error : BaseException
        What the command raised.

    Returns
    -------
    code : ExitCode
    """
    if _is_reader_gone(error):
        release_output()
        return ExitCode.READER_GONE
    if _is_interruption(error):
        _print_error("interrupted")
        return ExitCode.INTERRUPTED
    if isinstance(error, SystemExit) and _is_typers(error):
        return ExitCode.ERROR if error.code else ExitCode.RIGHT
    if _is_of_usage(error):
        _print_usage_error(error)
        return ExitCode.ERROR
    _print_error(explain(error))
    release_output()
    return ExitCode.TRIALS_FAILED if isinstance(error, AllTrialsFailedError) else ExitCode.ERROR


def exit_code_of(returned: object) -> ExitCode:
    """Return the exit code for what typer returned: nothing, a code of ours, or one of its own.

    Parameters
    ----------
    returned : object
        What typer returned.

    Returns
    -------
    code : ExitCode
    """
    if isinstance(returned, ExitCode):
        return returned
    if returned is None or returned == 0:
        return ExitCode.RIGHT
    if returned == ExitCode.INTERRUPTED:
        _print_error("interrupted")
        return ExitCode.INTERRUPTED
    return ExitCode.ERROR


def _print_error(sentence: str) -> None:
    say(f"hdr-bench: {sentence}", is_error=True)


def _print_usage_error(error: Any) -> None:
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
