"""Errors as a sentence on standard error and an exit code, all handled here."""

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
    "141 output pipe closed."
)
# Messages that typer passes on from pydantic, in plain words.
_PLAINER = (
    (r"Input should be a valid integer\b.*", "must be a whole number"),
    (r"Input should be a valid number\b.*", "must be a number"),
    (r"Input should be greater than or equal to", "must be at least"),
    (r"Input should be less than or equal to", "must be at most"),
    (r"Input should be", "must be"),
    (r"Value error, ", ""),
)


def report_error(error: BaseException) -> ExitCode:
    """Report an error on standard error, unless it needs no message, and return the exit code.

    Parameters
    ----------
    error : BaseException
        Raised by the command.

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
    """Return the exit code for typer's return value: None, an `ExitCode`, or a code of its own.

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
    """Print typer's message in plain words, with the command's usage."""
    from typer.rich_utils import rich_format_error

    message = getattr(error, "message", None)
    if isinstance(message, str):
        for pattern, words in _PLAINER:
            message = re.sub(pattern, words, message)
        error.message = message
    rich_format_error(error)


def _is_reader_gone(error: BaseException) -> bool:
    """Return whether the reader of the output, e.g. `head`, closed it: typer and rich then exit with 1."""
    if isinstance(error, SystemExit):
        return isinstance(error.__context__, BrokenPipeError)
    return isinstance(error, BrokenPipeError) and has_output_failed()


def _is_typers(error: SystemExit) -> bool:
    """Return whether typer raised the exit, e.g. after ``--show-completion``; an exit from user code is an error."""
    frames = list(traceback.walk_tb(error.__traceback__))
    module = str(frames[-1][0].f_globals.get("__name__")) if frames else ""
    return module.partition(".")[0] in {"typer", "click"}


def _is_interruption(error: BaseException) -> bool:
    # Exceptions from user code become our own errors, so a `KeyboardInterrupt` that it raises is not Ctrl-C.
    if isinstance(error, HdrBenchError):
        return False
    return isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt)


def _is_of_usage(error: BaseException) -> bool:
    """Return whether the command line could not be parsed."""
    return hasattr(error, "exit_code") and hasattr(error, "format_message")
