"""Reports as `run` and `report` write and print them: table, trials without a result, and exit code."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.matplotlib_folder import matplotlib_folder
from hdr_bench.cli.output import make_console
from hdr_bench.cli.streams import say

if TYPE_CHECKING:
    import pandas as pd


def write_and_print_report(folder: Path, formats: Sequence[str], only: str | None = None) -> None:
    """Write a run's report and print its table.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    formats : sequence of str
        Formats of the report.
    only : str, optional
        Pattern of the selected cases.

    Raises
    ------
    typer.Exit
        With its own exit code, if a selected trial has no result.
    """
    from hdr_bench.reporting.console import print_run
    from hdr_bench.reporting.report import write_report
    from hdr_bench.reporting.run import RunContents

    with matplotlib_folder():
        written = write_report(folder, formats)
    contents = RunContents(folder)
    print_run(contents, make_console())
    code = print_failed_trials(contents.every_result, only)
    say(f"report: {written}")
    if code:
        raise typer.Exit(code)


def print_failed_trials(results: "pd.DataFrame", only: str | None) -> ExitCode:
    """Print how many trials failed or have no result, and return the exit code for the selected ones.

    Parameters
    ----------
    results : DataFrame
        Results of the whole run, as returned by `hdr_bench.load_results`.
    only : str or None
        Pattern of the selected cases; None for all.

    Returns
    -------
    code : ExitCode
    """
    from hdr_bench.experiments.planning.protocols import is_asked

    asked = results["case"].map(lambda case: is_asked(case, only)).astype(bool)
    chosen, others = results[asked], results[~asked]
    bad, newer = _count_bad(chosen), _count_newer(chosen)
    if bad:
        say(f"{bad} of {len(chosen)} trials failed or have no result; to run them again: --rerun failed")
    if newer:
        say(f"{newer} of {len(chosen)} results have a newer format; use the version of hdr-bench that wrote them")
    if left := _count_bad(others) + _count_newer(others):
        say(
            f"not selected, and not counted: {left} of {len(others)} trials of other cases failed or have no result; "
            "to run them again: --rerun failed, without --only"
        )
    return ExitCode.TRIALS_FAILED if bad or newer else ExitCode.RIGHT


def _count_newer(results: "pd.DataFrame") -> int:
    return int((results["status"] == "newer").sum())


def _count_bad(results: "pd.DataFrame") -> int:
    return int((results["status"] != "ok").sum()) - _count_newer(results)
