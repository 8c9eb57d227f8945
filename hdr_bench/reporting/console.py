"""The comparison as a table on the console."""

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.finding import finding
from hdr_bench.reporting.pairs import compare_methods
from hdr_bench.reporting.published import counted_verdicts, reproductions
from hdr_bench.reporting.tables import Cell, to_cells
from hdr_bench.reporting.tables.accuracy import accuracy_table
from hdr_bench.reporting.tables.costs import memory_table, time_table
from hdr_bench.reporting.tables.table import DISTURBED

_STYLES = {"best": "bold", "like": "italic"}
_HEADS = ("Acc.\n(%)", "95 %\ninterval", "Group\n", "Fit\n(s)", "Predict\nall (s)", "Memory\n(MB)", "Para-\nmeters")


def print_run(contents: RunContents, console: Console) -> None:
    """Print accuracy, times, memory and parameters of each method, then what is found, and what went wrong.

    Parameters
    ----------
    contents : RunContents
    console : rich.console.Console
    """
    summary, compared = contents.summary, compare_methods(contents)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("Method", overflow="fold")
    for head in _HEADS:
        table.add_column(head, justify="left" if head.startswith("Group") else "right", no_wrap=True)
    written = (accuracy_table(summary, compared), time_table(summary, contents.results),
               memory_table(summary, contents.results))  # fmt: skip
    for accuracy, time, memory in zip(*map(to_cells, written), strict=True):
        cells = (time[0], *accuracy[1:4], time[1], time[3], memory[1], memory[4])
        table.add_row(*map(_text, cells))
    console.print(table)
    _say(finding(contents, compared), console)
    _say(counted_verdicts(reproductions(contents)), console)
    _print_problems(summary, console)


def _print_problems(summary: pd.DataFrame, console: Console) -> None:
    if summary["is_time_disturbed"].any():
        console.print(f"{DISTURBED.strip()} other trials shared the machine: its times do not rank")
    for case, problem in zip(summary["case"], summary["problem"], strict=True):
        if problem:
            console.print(f"{case}: {problem}", style="red", markup=False, highlight=False, soft_wrap=True)


def _say(text: str, console: Console) -> None:
    if text:
        console.print(text, markup=False, highlight=False)


def _text(cell: Cell) -> Text:
    style = " ".join(_STYLES[name] for name in cell.classes.split() if name in _STYLES)
    return Text(cell.text + cell.padding, style=style)
