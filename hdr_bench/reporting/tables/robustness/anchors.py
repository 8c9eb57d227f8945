"""The table of figures of other set-ups, beside those that were measured."""

import math

import pandas as pd

from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.robustness.anchors import AnchorFigure
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.tables.table import Column, Table, interval_writer, make_table, percent_writer
from hdr_bench.reporting.tables.values import write_published


def anchors_table(robustness: Robustness) -> Table | None:
    """Return each figure of another set-up beside the measured one, with how the set-ups differ.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        A row for each, in the suite's order; None without any.
    """
    if not robustness.anchors:
        return None
    rows = pd.DataFrame([_row(each) for each in robustness.anchors])
    percent = percent_writer(max(each.n_test for each in robustness.anchors))
    write_ends = interval_writer(percent)

    def measured(accuracy: float, low: float, high: float) -> str:
        return MISSING if math.isnan(accuracy) else f"{percent(accuracy)} ({write_ends(low, high)})"

    columns = [
        Column("Figure of", ("name",), str, "left"),
        Column("Source's accuracy (%)", ("shown",), str),
        Column("Measured (%)", ("measured", "measured_low", "measured_high"), measured),
        Column("Measured method", ("measured_method",), str, "left"),
        Column("Test set", ("test_set",), str, "left"),
        Column("Source", ("source",), str, "wide"),
        Column("How its set-up differs", ("difference",), str, "wide"),
    ]
    note = (
        "Figures of other set-ups, to read the measured ones beside. They are not figures to reproduce: nothing is "
        "concluded from how far apart the two are."
    )
    table = make_table("anchors", "Figures of other set-ups", rows, columns, note)
    exact = table.exact.rename(columns={"shown": "source_percent"})
    return Table(**{**vars(table), "exact": exact})


def _row(found: AnchorFigure) -> dict[str, object]:
    anchor = found.anchor
    return {
        "name": anchor.name,
        "shown": write_published(METRICS["accuracy"], anchor.accuracy),
        "measured": found.accuracy,
        "measured_low": found.low,
        "measured_high": found.high,
        "measured_method": anchor.case or MISSING,
        "test_set": anchor.test_set or "own test part",
        "source": anchor.source,
        "difference": anchor.difference,
    }
