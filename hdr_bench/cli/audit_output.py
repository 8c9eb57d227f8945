"""What `audit` and `report` print of a label audit: its finding, methods that were left out, and the exit code."""

from pathlib import Path

import typer

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.streams import say


def print_audit(folder: Path) -> None:
    """Print the finding of an audit and the place of its report.

    Parameters
    ----------
    folder : Path
        Folder of the audit.

    Raises
    ------
    typer.Exit
        With its own exit code, if a method was left out.
    """
    from hdr_bench.auditing.decided import decisions_on
    from hdr_bench.auditing.finding import finding
    from hdr_bench.auditing.summary import read_summary

    summary = read_summary(folder)
    say(finding(summary, decisions_on(folder, summary)))
    for remark in summary.remarks:
        say(remark, is_error=True)
    say(f"report: {folder / 'report.html'}")
    if summary.remarks:
        raise typer.Exit(ExitCode.TRIALS_FAILED)
