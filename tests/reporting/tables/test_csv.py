"""The tables as CSV: no cell is a formula for a spreadsheet, and all of them read back as they were."""

import csv
import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.reporting.tables.formats import from_csv, to_csv
from hdr_bench.reporting.tables.table import Column, make_table

FORMULAS = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\tx",
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
    assert written == 'method\n"\'\n\'=1"\n"a\n\'=1"\n'


PARTED = [
    "x;=1+1",
    "x;'=1",
    "a\t@SUM(A1)",
    "a;b",
    "a; -b",
    ";=1",
    "=1;=2",
    "a;;-1",
    "two\n-lines",
    "a;\t=1",
    "a;\uff1d1",
]


def test_nor_is_a_part_of_a_text_where_another_sign_parts_cells():
    rows = pd.DataFrame({"loss": 0.5, "case": PARTED})
    written = to_csv(make_table("t", "T", rows, [Column("Loss", ("loss",), str), Column("Method", ("case",), str)]))
    for sign in ";\t":
        parts = [part for line in written.splitlines() for part in line.split(sign)]
        assert [part for part in parts if part[:1] in "=+-@\uff1d" and part] == []
    assert from_csv(written)["method"].tolist() == PARTED
    # What a spreadsheet does not take for a formula is as it was.
    assert {"a;b", "a; -b"} <= set(pd.read_csv(io.StringIO(written))["method"])


@given(st.text("x;\t'=-+@\uff1d1\n", min_size=1).filter(str.strip))
def test_any_text_reads_back(text):
    rows = pd.DataFrame({"case": [f"k{text}", text]})
    written = to_csv(make_table("t", "T", rows, [Column("Method", ("case",), str)]))
    assert from_csv(written).astype(str)["method"].tolist()[0] == f"k{text}"
    if not re.fullmatch(r"[+-]?1+", text):
        assert from_csv(written)["method"].tolist()[1] == text
