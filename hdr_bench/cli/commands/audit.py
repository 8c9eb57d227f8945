"""The command `audit`, which finds labels of a data set that may be wrong."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hdr_bench.cli.audit_output import print_audit
from hdr_bench.cli.child_processes import end_child_processes
from hdr_bench.cli.completion import complete_dataset
from hdr_bench.cli.fetch_messages import hide_fetches
from hdr_bench.cli.interruption import interruptible
from hdr_bench.cli.matplotlib_folder import matplotlib_folder
from hdr_bench.cli.option_parameters import takes_run_options
from hdr_bench.cli.run_progress import make_progress
from hdr_bench.cli.streams import say

if TYPE_CHECKING:
    from hdr_bench.auditing.run import AuditPlan


class AuditedPart(StrEnum):
    """Images to audit."""

    train = "train"
    test = "test"
    all = "all"


@end_child_processes()
@takes_run_options("samples", "seed", "threads", "time_limit", "memory_limit", "rerun", "jobs", "backend", "scheduler")
def audit(
    dataset: Annotated[
        str,
        typer.Argument(metavar="DATASET", help="Data set to audit.", autocompletion=complete_dataset),
    ],
    *,
    methods: Annotated[
        str,
        typer.Option(metavar="NAMES", help="Methods that assess the labels, separated by commas."),
    ] = "cnn,svm,knn",
    part: Annotated[
        AuditedPart,
        typer.Option(help="Images to audit. For test and all, the methods learn from images of both parts."),
    ] = AuditedPart.train,
    folds: Annotated[int, typer.Option(min=2, help="Folds of the cross-validation.")] = 5,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the audit (default: reports/label-audit/DATASET)."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not show progress.")] = False,
    **options: Any,
) -> None:
    """Find labels of a data set that may be wrong, with methods that have not learned from their images.

    Writes a report with the suspicious images, candidates.csv, and decisions.csv for people to fill in; earlier
    decisions stay. Stored fits are not repeated. Needs the extra audit. Exit code 3 if a method is left out.
    """
    from hdr_bench.auditing.index import write_audit_index
    from hdr_bench.auditing.run import plan_audit
    from hdr_bench.records.options import RunOptions

    if quiet:
        hide_fetches()
    names = [name.strip() for name in methods.split(",") if name.strip()]
    planned = plan_audit(dataset, methods=names, part=part.value, folds=folds, options=RunOptions(out=out, **options))
    _say_remarks(planned)
    with interruptible(), matplotlib_folder():
        planned.execute(make_progress(is_quiet=quiet))
    if out is None:
        say(f"index: {write_audit_index(planned.folder.parent)}")
    print_audit(planned.folder)


def _say_remarks(planned: "AuditPlan") -> None:
    for line in (*planned.plan.remarks, *planned.plan.code_changes):
        say(line, is_error=True)
