import io

import pytest
from rich.console import Console
from rich.text import Text

from hdr_bench.reporting.console import print_run
from hdr_bench.reporting.narrow_table import ConsoleColumn, fit_table
from hdr_bench.reporting.run import RunContents

NAMES = (
    "SVM, linear",
    "k-NN with uniform weights",
    "Regularisation, strong",
    "One_word_of_more_than_twenty_four_letters",
)
COLUMNS = ("Acc.\n(%)", "95 %\ninterval", "Para-\nmeters")


def _fitted(width):
    columns = [ConsoleColumn(head, [Text("12.345–67.890")] * len(NAMES)) for head in COLUMNS]
    written = io.StringIO()
    console = Console(file=written, width=width)
    fitted = fit_table(list(map(Text, NAMES)), columns, console, kept=1, elsewhere="the report")
    console.print(fitted.table)
    return fitted, [line.rstrip() for line in written.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (200, []),
        (69, []),
        (68, ["Parameters"]),
        (54, ["Parameters"]),
        (53, ["95 % interval", "Parameters"]),
        (28, ["95 % interval", "Parameters"]),
    ],
)
def test_columns_are_left_out_from_the_right_and_named(width, left_out):
    fitted, lines = _fitted(width)
    assert [column.head for column in fitted.columns] == list(COLUMNS[: len(COLUMNS) - len(left_out)])
    assert max(map(len, lines)) <= width
    expected = f"no room in {width} columns for {', '.join(left_out)}: "
    expected += "a wider terminal (COLUMNS=69) or the report shows them"
    assert fitted.note == (expected if left_out else "")
    # All figures that are shown are whole.
    assert sum(line.count("12.345–67.890") for line in lines) == len(NAMES) * len(fitted.columns)


def test_no_word_of_a_name_is_broken_while_there_are_other_columns():
    words = {word for line in _fitted(54)[1][3:] for word in line.split() if word[0].isalpha()}
    assert {"SVM,", "linear", "k-NN", "uniform", "weights", "Regularisation,", "strong"} <= words


@pytest.mark.parametrize(("width", "first"), [(28, "k-NN with un…  "), (27, "k-NN with u…  ")])
def test_beside_the_last_column_names_are_cut_to_no_less_than_a_dozen_letters(width, first):
    lines = _fitted(width)[1]
    assert lines[4].startswith(first)
    assert lines[4].endswith(" 12.345–67.890")
    assert len(lines) == 3 + len(NAMES)


@pytest.mark.parametrize("width", [30, 40, 60, 120])
def test_the_methods_of_a_run_are_named_in_a_terminal_of_any_width(finished_run, width):
    contents = RunContents(finished_run)
    contents.results.loc[contents.results["case"] == "Tree_50%", "predict_wait_share"] = 0.5
    written = io.StringIO()
    print_run(contents, Console(file=written, width=width))
    lines = [line.rstrip() for line in written.getvalue().splitlines()]
    assert max(map(len, lines[:6])) <= width
    assert any(line.startswith("Tree_50%  ") for line in lines)
    assert any(line.startswith("Least squares") for line in lines) or "squares" in {line.strip() for line in lines}
    assert ("no room in" in written.getvalue()) == (width < 120)
    # No line ends between a number and its percent sign.
    assert not any(line.startswith("%") for line in lines)
    # The star is explained where it is seen.
    assert ("* disturbed" in written.getvalue()) == any("*" in line for line in lines[:12] if "disturbed" not in line)
