"""The comparison as a table on the console."""

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hdr_bench.reporting.tables import DISTURBED, accuracy_table, memory_table, time_table


def print_summary(summary: pd.DataFrame, console: Console) -> None:
    """Print accuracy, times, memory and parameters of each method, then what went wrong.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.
    console : rich.console.Console
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("Method")
    for head in ("Accuracy\n(%)", "95 %\ninterval", "Fit\n(s)", "Predict\nall (s)", "Memory\n(MB)", "Parameters\n"):
        table.add_column(head, justify="right", no_wrap=True)
    written = zip(accuracy_table(summary).rows, time_table(summary).rows, memory_table(summary).rows, strict=True)
    for accuracy, time, memory in written:
        table.add_row(Text(time[0]), *accuracy[1:3], time[1], time[3], memory[1], memory[4])
    console.print(table)
    if summary["is_time_disturbed"].any():
        console.print(f"{DISTURBED.strip()} other trials shared the machine: its times do not rank")
    for case, problem in zip(summary["case"], summary["problem"], strict=True):
        if problem:
            console.print(f"{case}: {problem}", style="red", markup=False, highlight=False, soft_wrap=True)
