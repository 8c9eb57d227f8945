"""What a report's references are: in words, and as BibTeX."""

from dataclasses import dataclass

from hdr_bench.records.run_record import RunRecord
from hdr_bench.reporting.citing import Citation, citations, to_bibtex


@dataclass(frozen=True)
class References:
    """The references of a run.

    Attributes
    ----------
    citations : tuple of Citation
        One per thing that is cited.
    bibtex : str
        All entries.
    """

    citations: tuple[Citation, ...]
    bibtex: str


def make_references(run: RunRecord) -> References:
    """Return what to cite for a run.

    Parameters
    ----------
    run : RunRecord
        The run.

    Returns
    -------
    references : References

    Raises
    ------
    UnknownNameError
        If a method cites what ``references.bib`` lacks.
    """
    found = citations(run.suite, run.settings.dataset)
    return References(found, to_bibtex(found))
