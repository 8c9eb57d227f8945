import io
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from hdr_bench import load_results
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.tables import MISSING, make_tables, significant, to_csv, to_latex, to_markdown


@pytest.fixture
def tables(run):
    return make_tables(summarise(load_results(run)))


def test_what_each_table_holds(tables):
    accuracy, time, memory = tables
    assert [head.partition(" (")[0] for head in accuracy.heads] == [
        "Method", "Accuracy", "95 % interval", "Std. dev.", "Trials", "Error", "Precision", "Recall", "F1",
        "Log loss",
    ]  # fmt: skip
    assert [head.partition(" (")[0] for head in time.heads[1:]] == [
        "Fit",
        "Fit, CPU",
        "Predict all",
        "One image",
        "95th percentile",
        "Engine",
    ]
    assert {row[-1] for row in time.rows[:3]} <= {"scikit-learn", "faiss", "onedal", "scipy"}
    assert memory.heads[-1] == "Parameters"
    for table in tables:
        assert [row[0] for row in table.rows] == ["k-NN | <b>bold</b>", "Tree_50%", "Least squares", "Bad"]
        assert all(len(row) == len(table.heads) for row in table.rows)
        assert set(table.rows[-1][1:]) <= {MISSING, "0"}


def test_cells_are_the_exact_values_rounded(tables, run):
    summary = summarise(load_results(run))
    for row, exact in zip(tables[0].rows[:3], summary["accuracy"], strict=False):
        assert float(row[1]) == pytest.approx(100 * exact, abs=0.05)
        assert len(row[1].partition(".")[2]) == 1
    assert tables[2].rows[2][-1] == "650"


def test_markdown_escapes_what_would_break_it(tables):
    lines = to_markdown(tables[0]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "k-NN \\| &lt;b>bold" in lines[2]


def test_csv_holds_exact_values(tables, run):
    read = pd.read_csv(io.StringIO(to_csv(tables[0])))
    np.testing.assert_allclose(read["accuracy"], summarise(load_results(run))["accuracy"], rtol=1e-14)
    assert read["method"].tolist()[1] == "Tree_50%"


def test_latex_escapes_and_needs_booktabs_alone(tables):
    text = to_latex(tables[0])
    assert "Tree\\_50\\%" in text
    assert "k-NN | " in text
    assert text.count("\\\\") == 5
    assert MISSING not in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex on this machine")
def test_latex_compiles(tables, tmp_path):
    body = "\n\n".join(to_latex(table) for table in tables)
    document = f"\\documentclass{{article}}\\usepackage{{booktabs}}\\begin{{document}}{body}\\end{{document}}"
    (tmp_path / "a.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(123456.0, "123456"), (99.96, "100.0"), (1.0, "1.00"), (0.00012345, "0.000123"), (float("nan"), MISSING)],
)
def test_significant_digits(value, text):
    assert significant(value) == text
