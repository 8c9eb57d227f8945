"""The command ``hdr-bench``: it parses, calls the library and prints. Heavy imports wait for the command."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from hdr_bench.cli.citing import cite
from hdr_bench.cli.comparing import compare
from hdr_bench.cli.console import make_console, show_warnings_plainly
from hdr_bench.cli.data import data
from hdr_bench.cli.listing import list_, show
from hdr_bench.cli.running import index, report, run
from hdr_bench.exceptions import HdrBenchError

app = typer.Typer(
    help="Compare methods of handwritten digit recognition, and regenerate the tables that people cite.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("list")(list_)
for _command in (show, run, report, index, compare, cite):
    app.command()(_command)
app.add_typer(data, name="data")

EXIT_ERROR = 1


def main() -> NoReturn:
    """Run the command; the library's errors become a line on standard error and exit code 1, its warnings a line."""
    show_warnings_plainly()
    try:
        app()
    except HdrBenchError as error:
        make_console(stderr=True).print(f"hdr-bench: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(EXIT_ERROR)
    except BrokenPipeError:
        # Whoever read the output, e.g. `head`, has had enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_ERROR)
    sys.exit(0)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        from hdr_bench import __version__

        typer.echo(f"hdr-bench {__version__}")
        raise typer.Exit
