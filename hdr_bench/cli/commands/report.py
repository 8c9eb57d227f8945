"""The command `report`, which regenerates the report of a run."""

from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.interruption import REPORT, interruptible
from hdr_bench.cli.report_output import write_and_print_report
from hdr_bench.reporting import DEFAULT_FORMATS, FORMATS


def report(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    formats: Annotated[
        str,
        typer.Option(
            help=f"Comma-separated formats to write: {', '.join(FORMATS)}. "
            "Files of the previous report in other formats are removed."
        ),
    ] = ",".join(DEFAULT_FORMATS),
) -> None:
    """Regenerate the report of a run from its stored or committed results.

    Exit code 3 if a trial failed or has no result; the report is still written, unless there is no result at all.
    """
    with interruptible(REPORT):
        write_and_print_report(run_folder, [name.strip() for name in formats.split(",") if name.strip()])
