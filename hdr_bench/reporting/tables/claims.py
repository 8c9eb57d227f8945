"""The table of what a source claims, held against what was measured, in words."""

import pandas as pd

from hdr_bench.reporting.tables.table import Column, Table, make_table


def claims_table(claims: tuple[str, ...]) -> Table | None:
    """Return a row a claim, numbered from 1; None for none."""
    if not claims:
        return None
    rows = pd.DataFrame({"number": range(1, len(claims) + 1), "claim": claims})
    columns = [Column("No.", ("number",), str), Column("Claim", ("claim",), str, "wide")]
    return make_table("claims", "Claims, checked", rows, columns)
