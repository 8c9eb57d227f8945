"""A report as a command writes and prints it."""

from pathlib import Path

import typer

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.matplotlib_folder import matplotlib_folder
from hdr_bench.cli.output import make_console
from hdr_bench.cli.streams import say


def write_and_print_report(folder: Path, formats: list[str]) -> None:
    """Write a run's report and print its table.

    Parameters
    ----------
    folder : Path
        The run's.
    formats : list of str
        Of the report.

    Raises
    ------
    typer.Exit
        With an exit code of its own, if a trial has no result.
    """
    from hdr_bench.reporting.console import print_run
    from hdr_bench.reporting.report import write_report
    from hdr_bench.reporting.run import RunContents

    with matplotlib_folder():
        written = write_report(folder, formats)
    contents = RunContents(folder)
    print_run(contents, make_console())
    results = contents.results
    newer = int((results["status"] == "newer").sum())
    bad = int((results["status"] != "ok").sum()) - newer
    if bad:
        say(f"{bad} of {len(results)} trials failed or have no result; to run them again: --rerun failed")
    if newer:
        say(f"{newer} of {len(results)} results are of a newer format; use the version that wrote them")
    say(f"report: {written}")
    if bad or newer:
        raise typer.Exit(ExitCode.TRIALS_FAILED)
