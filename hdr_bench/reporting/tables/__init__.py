"""Tables of results: a frame of exact values, and the same as text with no more digits than it deserves."""

from collections.abc import Callable
from functools import partial

from hdr_bench.reporting.comparisons.measured_by import Reproduction
from hdr_bench.reporting.comparisons.pairs import Comparisons
from hdr_bench.reporting.page.blocks import make_block
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.accuracy import accuracy_table, scores_table
from hdr_bench.reporting.tables.classes import classes_table
from hdr_bench.reporting.tables.costs import memory_table, search_table, time_table
from hdr_bench.reporting.tables.formats import Cell, to_cells, to_csv, to_latex, to_markdown
from hdr_bench.reporting.tables.pairs import pairs_table
from hdr_bench.reporting.tables.reproductions import published_table
from hdr_bench.reporting.tables.source_claims import claims_table, worded_claims
from hdr_bench.reporting.tables.table import Table, missing_table

__all__ = ["Cell", "Table", "make_tables", "to_cells", "to_csv", "to_latex", "to_markdown"]


def make_tables(contents: RunContents, compared: Comparisons, found: tuple[Reproduction, ...]) -> tuple[Table, ...]:
    """Return every table that a run has something for: accuracy first, then published figures, costs and details.

    One that cannot be made is there too, and says why.

    Parameters
    ----------
    contents : RunContents
        The run.
    compared : Comparisons
        Of its methods.
    found : tuple of Reproduction
        Its published figures.

    Returns
    -------
    tables : tuple of Table
        In their order in a report.

    Warns
    -----
    ReportWarning
        For each table that cannot be made.
    """
    makers: tuple[tuple[str, str, Callable[[], Table | None]], ...] = (
        ("accuracy", "Accuracy", lambda: accuracy_table(contents.summary, compared)),
        ("published", "Published against measured", lambda: published_table(found)),
        ("claims", "Claims, checked", lambda: claims_table(_claims(contents))),
        ("time", "Time", lambda: time_table(contents.summary, contents.results)),
        ("memory", "Memory", lambda: memory_table(contents.summary, contents.results)),
        ("scores", "Scores", lambda: scores_table(contents.summary)),
        ("search", "Grid search", lambda: _searches(contents)),
        ("classes", "Each class (F1)", lambda: classes_table(contents)),
        ("pairs", "Pairs of methods", lambda: pairs_table(compared, int(contents.summary["n_test"].max()))),
    )
    tables = [
        make_block(f"Table “{title}”", partial(_checked, make), partial(missing_table, name, title))
        for name, title, make in makers
    ]
    return tuple(table for table in tables if table is not None)


def _checked(make: Callable[[], Table | None]) -> Table | None:
    """Return a table that a page can show; one that it cannot fails here, where it alone is left out."""
    table = make()
    if table is not None:
        to_cells(table)
        to_markdown(table)
    return table


def _claims(contents: RunContents) -> tuple[str, ...]:
    # What a suite claims, it claims of its own data, whole.
    is_its_own = contents.run.settings.dataset is None and contents.run.settings.samples is None
    return worded_claims(contents) if is_its_own else ()


def _searches(contents: RunContents) -> Table | None:
    searches = contents.summary[contents.summary["chosen"] != ""]
    return search_table(searches, contents) if len(searches) else None
