"""The command `report`, which regenerates the report of a run."""

from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.audit_output import print_audit
from hdr_bench.cli.interruption import REPORT, interruptible
from hdr_bench.cli.matplotlib_folder import matplotlib_folder
from hdr_bench.cli.report_output import write_and_print_report
from hdr_bench.exceptions import shown
from hdr_bench.reporting import DEFAULT_FORMATS, FORMATS

_DEFAULT_FORMATS = ",".join(DEFAULT_FORMATS)


def report(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run or of a label audit.")],
    formats: Annotated[
        str,
        typer.Option(
            help=f"Comma-separated formats to write: {', '.join(FORMATS)}. "
            "Files of the previous report in other formats are removed."
        ),
    ] = _DEFAULT_FORMATS,
) -> None:
    """Regenerate the report of a run or of a label audit from its stored or committed results.

    The report of a label audit has one form, and counts the decisions as they are now. Exit code 3 if a trial failed
    or has no result, or an audit left a method out; the report is still written, unless there is no result at all.
    """
    from hdr_bench.records.candidates import SUMMARY

    with interruptible(REPORT):
        if (run_folder / SUMMARY).exists():
            _report_audit(run_folder, formats)
        else:
            write_and_print_report(run_folder, [name.strip() for name in formats.split(",") if name.strip()])


def _report_audit(folder: Path, formats: str) -> None:
    from hdr_bench.auditing.report import write_audit_report

    if formats != _DEFAULT_FORMATS:
        raise typer.BadParameter(
            f"the report of a label audit has no choice of formats, got {shown(formats)}; leave the option out",
            param_hint="--formats",
        )
    with matplotlib_folder():
        write_audit_report(folder)
    print_audit(folder)
