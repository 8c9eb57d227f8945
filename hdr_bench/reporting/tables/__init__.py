"""Tables of results: a frame of exact values, and the same as text with no more digits than it deserves."""

from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.pairs import Comparisons
from hdr_bench.reporting.reproduction import Reproduction
from hdr_bench.reporting.tables.accuracy import accuracy_table, classes_table, pairs_table, scores_table
from hdr_bench.reporting.tables.claims import claims_table, worded_claims
from hdr_bench.reporting.tables.costs import memory_table, search_table, time_table
from hdr_bench.reporting.tables.formats import Cell, to_cells, to_csv, to_latex, to_markdown
from hdr_bench.reporting.tables.published import published_table
from hdr_bench.reporting.tables.table import Table

__all__ = ["Cell", "Table", "make_tables", "to_cells", "to_csv", "to_latex", "to_markdown"]


def make_tables(contents: RunContents, compared: Comparisons, found: tuple[Reproduction, ...]) -> tuple[Table, ...]:
    """Return every table that a run has something for: accuracy first, then published figures, costs and details.

    Parameters
    ----------
    contents : RunContents
    compared : Comparisons
        Of its methods.
    found : tuple of Reproduction
        Its published figures.
    """
    # What a suite claims, it claims of its own data, whole.
    is_its_own = contents.run.settings.dataset is None and contents.run.settings.samples is None
    claims = worded_claims(contents) if is_its_own else ()
    summary, results = contents.summary, contents.results
    searches = summary[summary["chosen"] != ""]
    tables = [
        accuracy_table(summary, compared),
        published_table(found),
        claims_table(claims),
        time_table(summary, results),
        memory_table(summary, results),
        scores_table(summary),
        search_table(searches, contents) if len(searches) else None,
        classes_table(contents),
        pairs_table(compared, int(summary["n_test"].max())),
    ]
    return tuple(table for table in tables if table is not None)
