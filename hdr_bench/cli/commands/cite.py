"""The command `cite`, which prints what to cite for a suite."""

from enum import StrEnum
from typing import Annotated

import typer

from hdr_bench.cli.completion import complete_suite
from hdr_bench.cli.streams import say


class CitationFormat(StrEnum):
    """Formats that `cite` prints."""

    both = "both"
    bibtex = "bibtex"
    text = "text"


def cite(
    suite: Annotated[
        str,
        typer.Argument(
            metavar="SUITE", help="A suite's name, or the path of a TOML file.", autocompletion=complete_suite
        ),
    ],
    only: Annotated[
        CitationFormat, typer.Option("--format", help="References as text, BibTeX, or both.")
    ] = CitationFormat.both,
) -> None:
    """Print what to cite for a suite: the library, the data, the source, and the paper of each method."""
    from hdr_bench.experiments.planning.suite_file import read_suite
    from hdr_bench.reporting.citing import citations, to_bibtex, to_plain_text

    found = citations(read_suite(suite))
    printed = {
        CitationFormat.both: to_plain_text(found) + "\n" + to_bibtex(found),
        CitationFormat.bibtex: to_bibtex(found),
        CitationFormat.text: to_plain_text(found),
    }
    say(printed[only].removesuffix("\n"))
