"""The comparison as a table on the console."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hdr_bench.names import abbreviate
from hdr_bench.records.cost_metrics import compared_costs
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.other_test_sets import compare_on_test_sets
from hdr_bench.reporting.comparisons.pairs import Comparisons, compare_methods
from hdr_bench.reporting.comparisons.reproductions import describe_verdicts, reproductions
from hdr_bench.reporting.comparisons.robustness.robustness import compare_robustness
from hdr_bench.reporting.comparisons.studies import compare_studies
from hdr_bench.reporting.narrow_table import ConsoleColumn, FittedTable, fit_table
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.page.finding import finding
from hdr_bench.reporting.page.robustness_sentences import robustness_finding
from hdr_bench.reporting.page.study_sentences import summarize_studies
from hdr_bench.reporting.parts import make_part
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables import Cell, to_cells
from hdr_bench.reporting.tables import Table as Written
from hdr_bench.reporting.tables.accuracy import ALIKE, INTERVAL, accuracy_table
from hdr_bench.reporting.tables.costs import memory_table, range_head, time_table
from hdr_bench.reporting.tables.other_test_sets import list_accuracies
from hdr_bench.reporting.tables.table import DISTURBED, METHOD

_STYLES = {"best": "bold", "like": "italic"}
# Columns of the report's tables, each with the head that a console has room for.
_HEADS = {
    METRICS["accuracy"].head: "Acc.\n(%)",
    INTERVAL: "95 %\ninterval",
    ALIKE: "Alike\n",
    METRICS["fit_seconds"].head: "Fit\n(s)",
    METRICS["predict_seconds"].head: "Predict\nall (s)",
    METRICS["fit_peak_bytes"].head: "Memory\n(MB)",
    METRICS["parameters"].head: "Para-\nmeters",
}

_PERCENT = re.compile(r"(?<=\d) %")
# For private use: no text has it, and it is as wide as a space.
_BOND = "\ue000"

# How many columns stay in the narrowest terminal: the accuracy.
_KEPT = 1


def print_run(contents: RunContents, console: Console) -> None:
    """Print accuracy, times, memory and parameters of each method, then what is found, and what failed.

    Parameters
    ----------
    contents : RunContents
        The run.
    console : rich.console.Console
        Where to print.

    Warns
    -----
    ReportWarning
        For each part that cannot be made; its place says why.
    """
    nothing = Comparisons((), {}, {})
    compared = make_part("The comparison of the methods", lambda: compare_methods(contents), lambda _: nothing)
    fitted = make_part("The table", lambda: _table(contents, compared, console), lambda _: None)
    parts: tuple[tuple[str, Callable[[], str]], ...] = (
        ("The finding of the studies", lambda: summarize_studies(compare_studies(contents))),
        ("The finding", lambda: finding(contents, compared)),
        ("The count of verdicts", lambda: describe_verdicts(reproductions(contents))),
        ("The accuracy on other test sets", lambda: list_accuracies(compare_on_test_sets(contents), contents.summary)),
        (
            "The comparison on corrupted and attacked test sets",
            lambda: robustness_finding(compare_robustness(contents, compared)),
        ),
        ("The note on disturbed times", lambda: _note_on_times(fitted)),
    )
    if fitted is not None:
        _print(fitted.table, console)
        _print(fitted.note, console)
    for what, make in parts:
        _print(make_part(what, make, str), console)
    make_part("The list of failed trials", lambda: _print_problems(contents.summary, console), lambda _: None)


def _table(contents: RunContents, compared: Comparisons, console: Console) -> FittedTable:
    summary, results = contents.summary, contents.results
    written = (accuracy_table(summary, compared), memory_table(summary, results), time_table(summary, results))
    columns = {head: cells for table in written for head, cells in _columns(table).items()}
    rows = summary.to_dict("records")
    columns[ALIKE] = [_with_trials(cell, row) for cell, row in zip(columns[ALIKE], rows, strict=True)]
    shown = [
        ConsoleColumn(head, [_text(cell) for cell in columns[name]], "left" if name == ALIKE else "right")
        for name, head in _HEADS.items()
    ]
    names = [_text(cell) for cell in columns[METHOD.head]]
    return fit_table(names, shown, console, kept=_KEPT, elsewhere="the report")


def _note_on_times(fitted: FittedTable | None) -> str:
    """Say what the star of a time means, if one of those that are shown has it."""
    heads = [_HEADS[head] for name in compared_costs("seconds") if (head := METRICS[name].head) in _HEADS]
    times = [column for column in fitted.columns if column.head in heads] if fitted else []
    if not any(DISTURBED in cell.plain for column in times for cell in column.cells):
        return ""
    return f"{DISTURBED.strip()} disturbed: other work had the processors; such times do not rank"


def _print_problems(summary: pd.DataFrame, console: Console) -> None:
    for case, problem in zip(summary["case"], summary["problem"], strict=True):
        if problem:
            console.print(f"{case}: {abbreviate(problem)}", style="red", markup=False, highlight=False, soft_wrap=True)


def _columns(table: Written) -> dict[str, list[Cell]]:
    """Return a table's columns by their heads; below the median of a time its range, for which it has room."""
    columns = dict(zip(table.heads, map(list, zip(*to_cells(table), strict=True)), strict=True))
    for name in compared_costs("seconds"):
        if ranges := columns.get(range_head(name)):
            head = METRICS[name].head
            columns[head] = [_with_range(*cells) for cells in zip(columns[head], ranges, strict=True)]
    return columns


def _with_trials(group: Cell, row: dict[Any, Any]) -> Cell:
    """Say of an incomplete row, which has no group, how many of its seeds or folds its accuracy is over."""
    if row["is_complete"] or not row["n_trials"]:
        return group
    count, _, unit = str(row["trials"]).rpartition(" ")
    return replace(group, text=f"{count}\n{unit}", padding="")


def _with_range(median: Cell, ends: Cell) -> Cell:
    return median if ends.text == MISSING else replace(median, text=f"{median.text}\n{ends.text}", padding="")


def _print(content: Table | str, console: Console) -> None:
    if content and isinstance(content, str):
        console.print(_wrap(content, console), markup=False, highlight=False, soft_wrap=True)
    elif content:
        console.print(content, markup=False, highlight=False)


def _wrap(text: str, console: Console) -> str:
    """Break lines where the console ends, but never between a number and its percent sign."""
    # rich breaks at no-break spaces too.
    lines = Text(_PERCENT.sub(f"{_BOND}%", text)).wrap(console, console.width)
    return "\n".join(line.plain.rstrip() for line in lines).replace(f"{_BOND}%", " %")


def _text(cell: Cell) -> Text:
    style = " ".join(_STYLES[name] for name in cell.classes.split() if name in _STYLES)
    return Text(cell.text + cell.padding, style=style)
