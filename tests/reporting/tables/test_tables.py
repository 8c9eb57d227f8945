import io
import re
import shutil
import subprocess
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from sklearn.metrics import precision_recall_fscore_support

from hdr_bench.reporting.comparisons.costs import costs_of
from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.console import print_run
from hdr_bench.reporting.numbers import MISSING, significant, write_cost
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.sections import make_tables
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables import to_cells, to_csv, to_latex, to_markdown
from hdr_bench.reporting.tables.costs import time_table
from hdr_bench.reporting.tables.formats import escape_markdown
from hdr_bench.reporting.tables.table import Column, make_table

CASES = ["k-NN | <b>bold</b>", "Tree_50%", "Least squares", "Bad"]


def _tables(folder):
    data = ReportData.from_run(folder)
    return {table.name: table for table in make_tables(data)}


@pytest.fixture(scope="module")
def tables(finished_run):
    return _tables(finished_run)


@pytest.fixture(scope="module")
def various_tables(finished_various):
    return _tables(finished_various)


def test_what_each_table_holds(tables, various_tables):
    assert list(tables) == ["main", "claims", "checks", "accuracy", "time", "memory", "scores", "classes", "pairs"]
    assert list(various_tables) == [
        "main",
        "checks",
        "accuracy",
        "time",
        "memory",
        "scores",
        "search",
        "classes",
        "pairs",
    ]
    assert [head.partition(" (")[0] for head in tables["accuracy"].heads] == [
        "Method",
        "Accuracy",
        "95 % interval",
        "Alike",
        "Error",
        "Trials",
        "Lowest to highest",
        "Std. dev.",
    ]
    assert {row[-1] for row in tables["time"].rows[:3]} <= {"scikit-learn", "faiss", "onedal", "scipy"}
    for name in ("accuracy", "time", "memory", "scores"):
        table = tables[name]
        assert [row[0] for row in table.rows] == CASES
        assert all(len(row) == len(table.heads) == len(table.aligned) for row in table.rows)
        assert set(table.rows[-1][1:]) <= {MISSING, "0", "0 of 1"}


def test_units_stand_once_in_the_head(tables, various_tables):
    for table in (*tables.values(), *various_tables.values()):
        for row in table.rows:
            for head, cell in zip(table.heads, row, strict=True):
                if "(" in head and head not in {"Method", "Searched", "Chosen"}:
                    assert not any(unit in cell for unit in ("%", " s", "MB")), (head, cell)


def test_cells_are_the_exact_values_rounded(tables, finished_run):
    summary = RunContents(finished_run).summary
    for row, exact in zip(tables["accuracy"].rows[:3], summary["accuracy"], strict=False):
        assert float(row[1]) == pytest.approx(100 * exact, abs=0.05)
        assert len(row[1].partition(".")[2]) == 1
    assert dict(zip(tables["memory"].heads, tables["memory"].rows[2], strict=True))["Parameters"] == "650"
    low, high = summary.loc[1, ["accuracy_min", "accuracy_max"]]
    assert tables["accuracy"].rows[1][5:7] == ("2 seeds", f"{100 * low:.1f}–{100 * high:.1f}")


def test_the_best_is_marked_and_what_is_like_it(tables, finished_run):
    contents = RunContents(finished_run)
    compared = compare_methods(contents)
    best, *peers = compared.best["Tree_50%"]
    expected = {(CASES.index(best), 1): "best"} | {(CASES.index(peer), 1): "like the best" for peer in peers}
    assert {place: mark for place, mark in tables["accuracy"].marks.items() if place[1] == 1} == expected
    row = CASES.index(best)
    cell = to_cells(tables["accuracy"])[row][1]
    assert cell.classes == "best"
    assert f"**{cell.text}**" in to_markdown(tables["accuracy"])
    assert f"\\textbf{{{cell.text}}}" in to_latex(tables["accuracy"])


def test_times_are_medians_with_their_range_and_the_rule_is_said(tables, various_tables, finished_run):
    contents = RunContents(finished_run)
    table = tables["time"]
    values = contents.results.query("case == 'Tree_50%'")["fit_seconds"].astype(float)
    exact = pd.read_csv(io.StringIO(to_csv(table))).set_index("method").loc["Tree_50%"]
    assert exact["fit_seconds"] == pytest.approx(values.median())
    assert (exact["fit_seconds_low"], exact["fit_seconds_high"]) == pytest.approx((values.min(), values.max()))
    row = dict(zip(table.heads, table.rows[1], strict=True))
    assert row["Fit (s)"] == write_cost(values.median())
    assert row["Fit, range (s)"] == f"{write_cost(values.min())}–{write_cost(values.max())}"
    assert row["Fits"] == "2"
    assert dict(zip(table.heads, table.rows[0], strict=True))["Fit, range (s)"] == MISSING
    assert various_tables["memory"].marks
    note = various_tables["memory"].note
    assert "their ranges do not overlap and their medians differ by more than 10 %" in note
    assert "more than 2 times as much to fit, 4 times to predict" in note


def test_a_star_stands_behind_each_time_that_is_disturbed_and_nowhere_else(finished_run):
    contents = RunContents(finished_run)
    contents.results.loc[contents.results["case"] == "Tree_50%", ["predict_wait_share", "latency_wait_share"]] = 0.5
    table = time_table(contents.summary, contents.results)
    starred = {
        (table.labels[row], table.heads[column])
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells)
        if "*" in cell
    }
    times = ("Predict all (s)", "One image (ms)", "95th percentile (ms)")
    assert starred == {("Tree_50%", head) for head in times}
    assert table.exact.set_index("method")["predict_seconds_is_disturbed"]["Tree_50%"]
    assert not table.exact["fit_seconds_is_disturbed"].any()
    assert "Results of earlier versions do not record this for calls with one image." in table.note
    cells = [row[table.heads.index("Predict all (s)")] for row in to_cells(table)]
    behind = [len((cell.text + cell.padding).partition(".")[2]) for cell in cells if "." in cell.text]
    assert len(set(behind)) == 1
    written = io.StringIO()
    print_run(contents, Console(file=written, width=120))
    assert "* disturbed: other work had the processors" in written.getvalue()


def test_of_times_whose_wait_is_not_measured_the_table_says_so(finished_run):
    contents = RunContents(finished_run)
    told = "the time that fits and predictions waited for processors is not measured"
    assert told not in time_table(contents.summary, contents.results).note
    contents.results.loc[contents.results["case"] == "Tree_50%", "fit_wait_share"] = None
    table = time_table(contents.summary, contents.results)
    assert told in table.note
    assert not table.exact["fit_seconds_is_disturbed"].any()


def test_a_disturbed_call_leaves_the_times_of_other_calls_as_they_are(finished_run):
    results = RunContents(finished_run).results.copy()
    first = results.index[results["case"] == "Tree_50%"][0]
    results.loc[first, ["fit_wait_share", "predict_wait_share"]] = 0.5
    counts = {
        name: len(costs_of(results, name)["Tree_50%"].values)
        for name in ("fit_seconds", "predict_seconds", "latency_seconds")
    }
    assert counts == {"fit_seconds": 1, "predict_seconds": 1, "latency_seconds": 2}


def test_each_class_is_scikit_learns(tables, finished_run):
    ((_, found),) = RunContents(finished_run).predictions_of(CASES[0])
    precision, recall, f1, support = precision_recall_fscore_support(found.y_true, found.y_pred)
    exact = pd.read_csv(io.StringIO(to_csv(tables["classes"])))
    mine = exact[exact["method"] == CASES[0]]
    np.testing.assert_allclose(
        mine[["precision", "recall", "f1", "support"]], np.transpose([precision, recall, f1, support])
    )
    assert tables["classes"].heads[1:3] == ("0 (%)", "1 (%)")
    assert float(tables["classes"].rows[0][1]) == pytest.approx(100 * f1[0], abs=0.5)


def test_pairs_have_their_test_and_what_the_bayesian_one_says(various_tables):
    table = various_tables["pairs"]
    assert "corrected resampled t-test" in table.note
    assert "Bayesian correlated t-test" in table.note
    (folds,) = [row for row in table.rows if row[0] == "k-NN, folds"]
    assert folds[6] == "better"
    assert float(folds[7]) > 0.99
    assert {row[7] for row in table.rows if row is not folds} == {MISSING}


def test_each_pair_has_a_verdict_in_words(various_tables, finished_various):
    table = various_tables["pairs"]
    assert table.heads[5:7] == ("p (Benjamini-Hochberg)", "Verdict")
    pairs = compare_methods(RunContents(finished_various)).pairs
    expected = {"better": "better", "as good": "as good, within", "too few": "too few"}
    for row, pair in zip(table.rows, pairs, strict=True):
        assert row[6].startswith(expected[pair.verdict])
        assert row[6].endswith(" (one seed)") == pair.is_one_seed
        if pair.verdict == "too few":
            assert ("seeds" in row[6]) == pair.is_stochastic
    assert {row[6].partition(",")[0] for row in table.rows} >= {"better", "better (one seed)"}


def test_notes_say_what_the_intervals_hold(tables, various_tables):
    assert "The 95 % interval is Wilson's" in tables["accuracy"].note
    assert "Nadeau and Bengio" not in tables["accuracy"].note
    assert "Nadeau and Bengio" in various_tables["accuracy"].note
    assert "single seed" in various_tables["accuracy"].note
    assert "Benjamini and Hochberg" in various_tables["accuracy"].note


def test_what_was_searched_and_chosen(various_tables):
    (row,) = various_tables["search"].rows
    assert row[:3] == ("Search", "n_neighbors: 1, 30, 90", "n_neighbors = 1")
    assert row[4:6] == ("3", "3")


def test_markdown_escapes_what_would_break_it(tables):
    lines = to_markdown(tables["accuracy"]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "k-NN \\| &lt;b>bold&lt;/b>" in lines[2]
    assert "Tree\\_50%" in lines[3]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_whatever_a_name_holds_a_markdown_table_keeps_its_columns(name):
    rows = pd.DataFrame({"case": [name, "other"], "x": [1.0, 2.0]})
    columns = [Column("Method", ("case",), str, "left"), Column("x", ("x",), significant)]
    head, _, *lines = to_markdown(make_table("t", "T", rows, columns)).split("\n")
    assert len(lines) == 2
    # A bar that an odd number of backslashes stands before is no border.
    bars = lines[0].replace("\\\\", "").replace("\\|", "").count("|")
    assert bars == head.count("|") == 3
    assert not re.search(r"(?<!\\)(\\\\)*[<\[\]*_`!]", escape_markdown(name))


def test_csv_holds_exact_values(tables, finished_run):
    read = pd.read_csv(io.StringIO(to_csv(tables["accuracy"])))
    np.testing.assert_allclose(read["accuracy"], RunContents(finished_run).summary["accuracy"], rtol=1e-14)
    assert read["method"].tolist()[1] == "Tree_50%"


def test_latex_escapes_and_needs_booktabs_alone(tables):
    text = to_latex(tables["accuracy"])
    assert "Tree\\_50\\%" in text
    assert "k-NN \\textbar{} \\textless{}b\\textgreater{}" in text
    assert text.count("\\\\") == 5
    assert MISSING not in text
    assert text.isascii()
    for command in ("\\toprule", "\\midrule", "\\bottomrule"):
        assert command in text


def test_decimal_points_stand_one_below_the_other():
    rows = pd.DataFrame({"x": [12.0, 0.034, 1.5, np.nan]})
    table = make_table("t", "T", rows, [Column("x (s)", ("x",), write_cost, "point")])
    assert [row[0] for row in table.rows] == ["12", "0.034", "1.5", MISSING]
    widths = [len(cell.text.partition(".")[2]) + len(cell.padding) + ("." in cell.text) for (cell,) in to_cells(table)]
    assert widths[:3] == [4, 4, 4]
    assert all(unicodedata.category(sign) == "Zs" for (cell,) in to_cells(table) for sign in cell.padding)
    assert "12\\phantom{.000}" in to_latex(table)
    assert "1.5\\phantom{00}" in to_latex(table)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex on this machine")
def test_latex_compiles(tables, various_tables, tmp_path):
    odd = pd.DataFrame({"case": ["β → ≤ 漢 😀 é “q” \\ {x} ~^#&$", "[a]", "*", "\x01\r"], "x": 1.0})
    columns = [Column("Method", ("case",), str, "left"), Column("x (µs, %)", ("x",), significant)]
    every = [*tables.values(), *various_tables.values(), make_table("odd", "Odd", odd, columns)]
    body = "\n\n".join(to_latex(table) for table in every)
    document = f"\\documentclass{{article}}\\usepackage{{booktabs}}\\begin{{document}}{body}\\end{{document}}"
    (tmp_path / "a.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace")
    assert ran.returncode == 0, ran.stdout[-2000:]


@pytest.mark.parametrize(
    ("value", "text"),
    [(123456.0, "123456"), (99.96, "100.0"), (1.0, "1.00"), (0.00012345, "0.000123"), (float("nan"), MISSING)],
)
def test_significant_digits(value, text):
    assert significant(value) == text
