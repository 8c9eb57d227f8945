"""The command `report`: the report of a run, again."""

from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.interruption import REPORT, interruptible
from hdr_bench.cli.report_output import write_and_print_report
from hdr_bench.reporting import DEFAULT_FORMATS, FORMATS


def report(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    formats: Annotated[
        str, typer.Option(help=f"Which of {', '.join(FORMATS)}; of the last report, others go.")
    ] = ",".join(DEFAULT_FORMATS),
) -> None:
    """Write the report of a run again from its results, also from those that are committed.

    Exit code 3 if a trial failed or has no result; the report is written all the same, unless there is no result at
    all.
    """
    with interruptible(REPORT):
        write_and_print_report(run_folder, [name.strip() for name in formats.split(",") if name.strip()])
