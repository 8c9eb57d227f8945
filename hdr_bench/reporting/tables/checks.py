"""Table of what the automatic checks of a run found."""

import pandas as pd

from hdr_bench.reporting.comparisons.checks import Check
from hdr_bench.reporting.tables.table import METHOD, Column, Table, make_table


def checks_table(checks: tuple[Check, ...]) -> Table | None:
    """Return what checks found, with advice.

    Parameters
    ----------
    checks : tuple of Check
        As `hdr_bench.reporting.comparisons.checks.run_checks` returns them.

    Returns
    -------
    table : Table or None
        A row for each; None if nothing was found.
    """
    if not checks:
        return None
    rows = pd.DataFrame([{"case": each.label, "finding": each.finding, "advice": each.advice} for each in checks])
    columns = [METHOD, Column("Found", ("finding",), str, "wide"), Column("Advice", ("advice",), str, "wide")]
    note = "Found by rules, which do not know why a suite is as it is; they change no figures."
    return make_table("checks", "Checks", rows, columns, note)
