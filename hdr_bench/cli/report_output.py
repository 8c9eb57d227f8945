"""A report as a command writes and prints it."""

from collections.abc import Sequence
from pathlib import Path

import typer

from hdr_bench.cli.failed_trials import print_failed_trials
from hdr_bench.cli.matplotlib_folder import matplotlib_folder
from hdr_bench.cli.output import make_console
from hdr_bench.cli.streams import say


def write_and_print_report(folder: Path, formats: Sequence[str], only: str | None = None) -> None:
    """Write a run's report and print its table.

    Parameters
    ----------
    folder : Path
        The run's.
    formats : sequence of str
        Of the report.
    only : str, optional
        Pattern of the cases that were asked for.

    Raises
    ------
    typer.Exit
        With an exit code of its own, if a chosen trial has no result.
    """
    from hdr_bench.reporting.console import print_run
    from hdr_bench.reporting.report import write_report
    from hdr_bench.reporting.run import RunContents

    with matplotlib_folder():
        written = write_report(folder, formats)
    contents = RunContents(folder)
    print_run(contents, make_console())
    code = print_failed_trials(contents.results, only)
    say(f"report: {written}")
    if code:
        raise typer.Exit(code)
