"""The command `index`, which writes the index of a folder of reports."""

from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.streams import say


def index(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of reports.")] = Path("reports"),
) -> None:
    """Write the index of a folder of reports: suites, number of reproduced published figures, time, and machine.

    The index is the folder's README.md; a README.md that hdr-bench did not write is not replaced. Label audits
    have their own index, to which it links.
    """
    from hdr_bench.auditing.index import FOLDER, write_audit_index
    from hdr_bench.records.candidates import SUMMARY
    from hdr_bench.reporting.page.index import write_index

    if any((folder / FOLDER).glob(f"*/{SUMMARY}")):
        say(f"index: {write_audit_index(folder / FOLDER)}")
    say(f"index: {write_index(folder)}")
