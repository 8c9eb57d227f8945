"""The command `index`: the index of a folder of reports."""

from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.streams import say


def index(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of reports.")] = Path("reports"),
) -> None:
    """Write the index of a folder of reports: suite, how many published figures are reproduced, time, machine.

    It is the folder's README.md; one that was written otherwise is not replaced.
    """
    from hdr_bench.reporting.page.index import write_index

    say(f"index: {write_index(folder)}")
