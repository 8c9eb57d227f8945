"""The command ``hdr-bench``, which parses, calls the library and prints; its commands are the files in `commands`."""

import os
import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from hdr_bench.cli.command_group import CommandGroup
from hdr_bench.cli.errors import EXIT_CODES, ExitCode, exit_code_of, report_error
from hdr_bench.cli.fetch_messages import show_fetches
from hdr_bench.cli.output import show_warnings_plainly
from hdr_bench.cli.streams import prepare_streams, say
from hdr_bench.exceptions import shown

_NAME = "hdr-bench"
# Set by a shell to request completion. typer answers, with exit codes that the shell reads.
_COMPLETING = "_HDR_BENCH_COMPLETE"
_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_INSTRUCTIONS = tuple(f"{what}_{shell}" for what in ("complete", "source") for shell in _SHELLS)

app = typer.Typer(
    cls=CommandGroup,
    help="Compare methods for handwritten digit recognition, and regenerate published tables.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def main(begin: Callable[[], object] = lambda: None) -> NoReturn:
    """Run the command and exit with its code, reporting errors and warnings as sentences on standard error.

    Parameters
    ----------
    begin : callable, optional
        Called first, once anything it raises is reported as a sentence.
    """
    prepare_streams()
    show_warnings_plainly()
    show_fetches()
    asked = os.environ.get(_COMPLETING)
    # PowerShell leaves the variable empty.
    if asked and asked not in _INSTRUCTIONS:
        say(
            f"{_NAME}: {_COMPLETING} must be one of {', '.join(_INSTRUCTIONS)}, got {shown(asked)}; unset it, and see "
            f"{_NAME} --install-completion",
            is_error=True,
        )
        sys.exit(ExitCode.ERROR)
    if asked:
        app(prog_name=_NAME)
    sys.exit(_run(begin))


def _run(begin: Callable[[], object]) -> ExitCode:
    try:
        begin()
        code = exit_code_of(app(prog_name=_NAME, standalone_mode=False))
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001  # reported as a sentence
        return report_error(error)
    return code


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        from hdr_bench import __version__

        say(f"hdr-bench {__version__}")
        raise typer.Exit
