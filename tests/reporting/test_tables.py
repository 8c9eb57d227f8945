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
from sklearn.metrics import precision_recall_fscore_support

from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.costs import Cost, is_apart, speed_up, threshold
from hdr_bench.reporting.pairs import compare_methods
from hdr_bench.reporting.published import reproductions
from hdr_bench.reporting.tables import make_tables, to_cells, to_csv, to_latex, to_markdown
from hdr_bench.reporting.tables.costs import least_marks
from hdr_bench.reporting.tables.formats import escaped_markdown
from hdr_bench.reporting.tables.table import MISSING, Column, make_table, significant, write_time

CASES = ["k-NN | <b>bold</b>", "Tree_50%", "Least squares", "Bad"]


def _tables(folder):
    contents = RunContents(folder)
    made = make_tables(contents, compare_methods(contents), reproductions(contents))
    return {table.name: table for table in made}


@pytest.fixture(scope="module")
def tables(finished_run):
    return _tables(finished_run)


@pytest.fixture(scope="module")
def various_tables(finished_various):
    return _tables(finished_various)


def test_what_each_table_holds(tables, various_tables):
    assert list(tables) == ["accuracy", "claims", "time", "memory", "scores", "classes", "pairs"]
    assert list(various_tables) == ["accuracy", "time", "memory", "scores", "search", "classes", "pairs"]
    assert [head.partition(" (")[0] for head in tables["accuracy"].heads] == [
        "Method", "Accuracy", "95 % interval", "Group", "Error", "Trials", "Lowest to highest", "Std. dev.",
    ]  # fmt: skip
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


def _costs(measure="fit_seconds", **fits):
    """Return a summary and results of made-up costs: for each row its values, or a dict with more."""
    rows, summary = [], []
    for case, asked in fits.items():
        made = asked if isinstance(asked, dict) else {"values": asked}
        waits = made.get("waits", [0.0] * len(made["values"]))
        rows += [
            {"case": case, "protocol": "holdout", "samples": np.nan, "status": "ok", measure: value,
             "fit_wait_share": wait, "predict_wait_share": wait, "n_concurrent": made.get("n_concurrent", 1)}
            for value, wait in zip(made["values"], waits, strict=True)
        ]  # fmt: skip
        summary.append({"case": case, "cost_set": made.get("set", "all"), "is_ranked": made.get("is_ranked", True),
                        "is_dummy": made.get("is_dummy", False)})  # fmt: skip
    return pd.DataFrame(summary), pd.DataFrame(rows)


def _marks(measure="fit_seconds", **fits):
    summary, results = _costs(measure, **fits)
    marks = least_marks(summary, results, measure)
    return {summary["case"][row]: mark for row, mark in marks.items()}


def test_the_least_is_marked_if_anything_is_measured_apart_from_it():
    # Ranges that overlap; ranges apart by less than a tenth; apart.
    assert _marks(a=[10, 12, 14], b=[13, 15, 16], c=[30, 31, 32]) == {"a": "best", "b": "like the best"}
    assert _marks(a=[10.0, 10.1, 10.2], b=[10.3, 10.4, 10.5], c=[20, 21, 22]) == {"a": "best", "b": "like the best"}
    assert _marks(a=[10, 11, 12], b=[13, 14, 15]) == {"a": "best"}
    # Nothing is measured apart: nothing is the least.
    assert _marks(a=[10, 12, 14], b=[13, 15, 16]) == {}
    assert _marks(a=[10, 12, 14]) == {}


def test_no_factor_is_hidden_by_an_absolute_floor():
    assert _marks(a=[0.0042], b=[0.0072], c=[0.0717], d=[0.09]) == {"a": "best", "b": "like the best"}
    assert _marks("fit_peak_bytes", a=[250_000], b=[4_250_000]) == {"a": "best"}
    assert _marks(a=[0.0040, 0.0042, 0.0041], b=[0.0072, 0.0070, 0.0071]) == {"a": "best"}


def test_fewer_fits_need_a_factor():
    assert _marks(a=[10.0], b=[29.0], c=[31.0]) == {"a": "best", "b": "like the best"}
    assert _marks("predict_seconds", a=[1.0], b=[3.9], c=[4.1]) == {"a": "best", "b": "like the best"}
    assert _marks("fit_peak_bytes", a=[1e6], b=[1.9e6], c=[2.1e6]) == {"a": "best", "b": "like the best"}
    assert _marks("size_bytes", a=[1e6], b=[1.09e6], c=[1.11e6]) == {"a": "best", "b": "like the best"}
    # One of the two has enough fits.
    assert _marks(a=[10, 11, 12], b=[25.0], c=[99.0]) == {"a": "best", "b": "like the best"}


def test_disturbed_fits_dummies_and_incomplete_rows_are_not_ranked():
    busy = {"waits": [0.3, 0.0, 0.0, 0.01], "values": [90, 10, 11, 12]}
    assert _marks(a=busy, b=[20, 21, 22]) == {"a": "best"}
    assert _marks(a={"values": [1, 1, 1], "waits": [0.2, 0.2, 0.2]}, b=[10, 11, 12], c=[20, 21, 22]) == {"b": "best"}
    # Results from before the wait was measured.
    old = {"waits": [np.nan] * 3, "n_concurrent": 2}
    assert _marks(a={"values": [1, 1, 1], **old}, b={"values": [9, 9, 9], **old}) == {}
    assert _marks("fit_peak_bytes", a={"values": [1, 1, 1], **old}, b={"values": [9, 9, 9], **old}) == {"a": "best"}
    apart = {"dummy": {"values": [1, 1, 1], "is_dummy": True}, "partly": {"values": [1, 1], "is_ranked": False}}
    assert _marks(**apart, b=[10, 11, 12], c=[20, 21, 22]) == {"b": "best"}


def test_other_data_and_numbers_of_images_are_ranked_apart():
    marks = _marks(
        a={"values": [10.0], "set": "a"},
        b={"values": [31.0], "set": "a"},
        c={"values": [1.0], "set": "b"},
        d={"values": [50.0], "set": "b"},
        part={"values": [0.1], "set": ""},
    )
    assert marks == {"a": "best", "c": "best"}


@settings(deadline=None)
@given(
    st.lists(st.floats(1e-4, 1e4), min_size=1, max_size=6),
    st.lists(st.floats(1e-4, 1e4), min_size=1, max_size=6),
    st.floats(1e-3, 1e3),
)
def test_whether_costs_are_apart_does_not_depend_on_their_unit_or_order(one, other, unit):
    first, second = Cost("fit_seconds", tuple(one)), Cost("fit_seconds", tuple(other))
    assert is_apart(first, second) == is_apart(second, first)
    assert not is_apart(first, first)
    ratio = first.median / second.median
    # Where rounding decides, it may decide otherwise in another unit.
    if abs(abs(np.log(ratio)) - np.log(threshold(first, second))) > 1e-9:
        scaled = [Cost("fit_seconds", tuple(unit * value for value in values)) for values in (one, other)]
        assert is_apart(*scaled) == is_apart(first, second)
    if said := speed_up(first, second):
        assert float(said.replace(",", "")) == pytest.approx(ratio, rel=0.5)
        assert len(said.replace(",", "").rstrip("0")) == 1
        assert min(one) > 2 * max(other)
        assert min(len(one), len(other)) >= 3


def test_times_are_medians_with_their_range_and_the_rule_is_said(tables, various_tables, finished_run):
    contents = RunContents(finished_run)
    table = tables["time"]
    values = contents.results.query("case == 'Tree_50%'")["fit_seconds"].astype(float)
    exact = pd.read_csv(io.StringIO(to_csv(table))).set_index("method").loc["Tree_50%"]
    assert exact["fit_seconds"] == pytest.approx(values.median())
    assert (exact["fit_seconds_low"], exact["fit_seconds_high"]) == pytest.approx((values.min(), values.max()))
    row = dict(zip(table.heads, table.rows[1], strict=True))
    assert row["Fit (s)"] == write_time(values.median())
    assert row["Fit, range (s)"] == f"{write_time(values.min())}–{write_time(values.max())}"
    assert row["Fits"] == "2"
    assert dict(zip(table.heads, table.rows[0], strict=True))["Fit, range (s)"] == MISSING
    assert various_tables["memory"].marks
    note = various_tables["memory"].note
    assert "the ranges do not overlap, and the medians differ by more than 10 %" in note
    assert "more than 2 times as much to fit, 4 times to predict" in note


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
    assert not re.search(r"(?<!\\)(\\\\)*[<\[\]*_`!]", escaped_markdown(name))


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
    table = make_table("t", "T", rows, [Column("x (s)", ("x",), write_time, "point")])
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
