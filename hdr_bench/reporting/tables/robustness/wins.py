"""The table of every two methods under corruptions: a number for each pair, where a row for each test were too many."""

import pandas as pd

from hdr_bench.reporting.comparisons.robustness.order import by_mean_error
from hdr_bench.reporting.comparisons.robustness.pairs import CorruptedPairs
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness
from hdr_bench.reporting.tables.table import METHOD, Column, Table, make_table, write_count


def wins_table(robustness: Robustness) -> Table | None:
    """Return under how many corruptions each method is more accurate than each other one, and told apart from it.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        A row and a column for each method, that with the least mean error first; None for fewer than two.
    """
    pairs = robustness.pairs
    compared = {label for of_one in pairs.of_each.values() for pair in of_one for label in (pair.first, pair.second)}
    labels = [label for label in by_mean_error(robustness.corruptions) if label in compared]
    if len(labels) < 2:
        return None
    rows = pd.DataFrame(
        [{"case": label, **{f"over {other}": _wins(pairs, label, other) for other in labels}} for label in labels]
    )
    columns = [METHOD, *(Column(f"Better than {other}", (f"over {other}",), write_count) for other in labels)]
    most = max(pairs.count(first, second) for first in labels for second in labels if first != second)
    note = (
        f"Corruptions, of {most}, under which the method of the row is more accurate than that of the column: paired "
        "by images, the mean over the severities of a corruption, over images and seeds; the p-value is at most 5 % "
        "after Benjamini and Hochberg's correction over all pairs and corruptions. Under the corruptions that neither "
        "of two methods is counted for, they are not told apart."
    )
    return make_table("corruption-wins", "Pairs of methods under corruptions", rows, columns, note)


def _wins(pairs: CorruptedPairs, label: str, other: str) -> float:
    return pairs.wins(label, other) if pairs.count(label, other) else float("nan")
