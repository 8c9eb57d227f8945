"""The tables as CSV: no cell is a formula for a spreadsheet, and all of them read back as they were."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from hdr_bench.reporting.tables.formats import from_csv, to_csv
from hdr_bench.reporting.tables.table import Column, make_table

FORMULAS = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "''-",
    "\uff1d1",
    "-0.3;0.4",
    '=HYPERLINK("a,b")',
]
HARMLESS = ["k-NN", "-0.3", "+1e-5", "'quoted'", "a=1", "\u2013"]


def test_cells_of_text_are_no_formulas_and_numbers_are_numbers():
    names = [*FORMULAS, *HARMLESS]
    rows = pd.DataFrame({"case": names, "loss": np.linspace(-0.3, 1, len(names)), "n": -3})
    columns = [Column("Method", ("case",), str), Column("Loss", ("loss", "n"), "{}, {}".format)]
    written = to_csv(make_table("t", "T", rows, columns))
    for name, loss, (cell, *numbers) in zip(
        names, rows["loss"], [*csv.reader(io.StringIO(written, newline=""))][1:], strict=True
    ):
        assert cell == (f"'{name}" if name in FORMULAS else name)
        assert [float(number) for number in numbers] == pytest.approx([loss, -3])
    read = from_csv(written)
    assert read["method"].tolist() == names
    assert read["loss"].tolist() == pytest.approx(rows["loss"].tolist())


def test_a_carriage_return_begins_no_cell():
    rows = pd.DataFrame({"case": ["\r=1", "a\r\n=1"]})
    written = to_csv(make_table("t", "T", rows, [Column("Method", ("case",), str)]))
    assert written == 'method\n"\'\n=1"\n"a\n=1"\n'
