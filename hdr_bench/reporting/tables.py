"""Tables of results: a frame of exact values, and the same as text with no more digits than it deserves."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from tabulate import tabulate

MISSING = "–"
DISTURBED = " *"


@dataclass(frozen=True)
class Column:
    """A column: its head with the unit, the exact values that it shows, and how they are written."""

    head: str
    names: tuple[str, ...]
    write: Callable[..., str]


@dataclass(frozen=True, eq=False)
class Table:
    """A table, exact and as text.

    Attributes
    ----------
    name : str
        For file names.
    title : str
    heads : tuple of str
        With units.
    rows : tuple of tuple of str
        The first cell names the method; all others are numbers, or the engine.
    exact : DataFrame
        The same values unrounded, in SI units and shares.
    note : str
        What a reader must know.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    exact: pd.DataFrame
    note: str = ""


def make_tables(summary: pd.DataFrame) -> tuple[Table, ...]:
    """Return the tables of accuracy, time and memory, and of grid searches where there are any.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.
    """
    tables = (accuracy_table(summary), time_table(summary), memory_table(summary))
    found = summary[summary["chosen"] != ""]
    return (*tables, search_table(found)) if len(found) else tables


def accuracy_table(summary: pd.DataFrame) -> Table:
    """Return accuracy and its interval, error, macro precision, recall and F1 (in %), and log loss."""
    places = percent_places(int(summary["n_test"].max()))

    def percent(share: float) -> str:
        return MISSING if math.isnan(share) else f"{100 * share:.{places}f}"

    def interval(low: float, high: float) -> str:
        return MISSING if math.isnan(low) else f"{percent(low)}–{percent(high)}"

    columns = [
        Column("Accuracy (%)", ("accuracy",), percent),
        Column("95 % interval", ("accuracy_low", "accuracy_high"), interval),
        Column("Error (%)", ("error_rate",), percent),
        Column("Precision (%)", ("precision",), percent),
        Column("Recall (%)", ("recall",), percent),
        Column("F1 (%)", ("f1",), percent),
        Column("Log loss", ("log_loss",), lambda loss: MISSING if math.isnan(loss) else f"{loss:.3f}"),
    ]
    if (summary["n_trials"] > 1).any():
        columns.insert(2, Column("Std. dev. (%)", ("accuracy_std",), percent))
        columns.insert(3, Column("Trials", ("n_trials",), lambda count: f"{count:.0f}"))
    note = (
        "Precision, recall and F1 are plain means over classes. The interval is Wilson's for one test set, of "
        "cross-validation for the images of all folds; it says nothing of other seeds. The standard deviation is over "
        "seeds and folds. Log loss (natural logarithm) only where the method gives probabilities; "
        "k-NN's is large where no neighbour has the right class."
    )
    return _table("accuracy", "Accuracy", summary, columns, note)


def time_table(summary: pd.DataFrame) -> Table:
    """Return seconds of fit and predict, milliseconds of a single image, and the library that computed."""
    columns = [
        Column("Fit (s)", ("fit_seconds",), significant),
        Column("Fit, CPU (s)", ("fit_cpu_seconds",), significant),
        Column("Predict all (s)", ("predict_seconds",), significant),
        Column("One image (ms)", ("latency_seconds",), _in_milliseconds),
        Column("95th percentile (ms)", ("latency_p95_seconds",), _in_milliseconds),
        Column("Engine", ("engine",), lambda engine: engine or MISSING),
    ]
    note = (
        "Wall time unless said; CPU is the processor time of all threads. “Predict all” is one call for the whole test "
        "part, “one image” the median of up to 100 calls with a single one. The engine is the library that computed. "
        "The fit of a grid search is the search with the final fit."
    )
    disturbed = summary["is_time_disturbed"]
    if disturbed.any():
        summary = summary.assign(case=summary["case"].where(~disturbed, summary["case"] + DISTURBED))
        note += (
            f" {DISTURBED.strip()} Other trials shared the machine meanwhile: these times say little, and do not rank."
        )
    return _table("time", "Time", summary, columns, note)


def search_table(summary: pd.DataFrame) -> Table:
    """Return what each grid search tried and chose, its accuracy over the folds, and what search and final fit took."""
    columns = [
        Column("Chosen", ("chosen",), _as_words),
        Column("Accuracy over folds (%)", ("search_score",), lambda share: f"{100 * share:.2f}"),
        Column("Candidates tried", ("n_tried",), lambda count: f"{count:.0f}"),
        Column("Of", ("n_candidates",), lambda count: f"{count:.0f}"),
        Column("Search (s)", ("search_seconds",), significant),
        Column("Final fit (s)", ("refit_seconds",), significant),
    ]
    note = "Chosen by the mean accuracy over the folds of the training part; the test part had no say."
    if (failed := summary["n_failed"].fillna(0).sum()) > 0:
        note += f" With {failed:.0f} of the candidates no fit went well."
    if summary["search_is_limited"].any():
        limited = "; ".join(summary.loc[summary["search_is_limited"], "case"])
        note += f" The time limit left no time for the other candidates, in an order drawn at random: {limited}."
    return _table("search", "Grid search", summary, columns, note)


def memory_table(summary: pd.DataFrame) -> Table:
    """Return peaks of memory and the pickled size in MB (10^6 bytes), and the number of parameters."""
    columns = [
        Column("Fit peak (MB)", ("fit_peak_bytes",), _in_megabytes),
        Column("Predict peak (MB)", ("predict_peak_bytes",), _in_megabytes),
        Column("Pickled (MB)", ("size_bytes",), _in_megabytes),
        Column("Parameters", ("n_parameters",), lambda count: MISSING if math.isnan(count) else f"{count:,.0f}"),
    ]
    note = (
        "Peaks are resident memory above what the process had just before the call. Parameters only where a method "
        "learns a fixed number of them."
    )
    return _table("memory", "Memory", summary, columns, note)


def to_markdown(table: Table) -> str:
    """Return the table as Markdown, numbers to the right."""
    rows = [[_escaped(cell) for cell in row] for row in table.rows]
    aligned = ("left", *["right"] * (len(table.heads) - 1))
    return tabulate(rows, table.heads, "pipe", colalign=aligned, disable_numparse=True)


def to_latex(table: Table) -> str:
    """Return the table as a LaTeX tabular for the package booktabs."""
    aligned = ("left", *["right"] * (len(table.heads) - 1))
    rows = [[cell.replace(MISSING, "--") for cell in row] for row in table.rows]
    body = tabulate(rows, table.heads, "latex_booktabs", colalign=aligned, disable_numparse=True)
    return f"% {table.title}. Needs \\usepackage{{booktabs}}.\n{body}\n"


def to_csv(table: Table) -> str:
    """Return the exact values as CSV, in seconds, bytes and shares."""
    return table.exact.to_csv(index=False, lineterminator="\n")


def percent_places(n: int) -> int:
    """Return the decimal places that a percentage of `n` images deserves: one image is about a unit of the last.

    Examples
    --------
    >>> percent_places(1000), percent_places(10_000), percent_places(360)
    (1, 2, 1)
    """
    return min(max(math.ceil(math.log10(max(n, 1)) - 0.1) - 2, 0), 4)


def significant(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits, never as a power of ten.

    Examples
    --------
    >>> significant(0.0123456), significant(12.3456), significant(1234.6), significant(0.0)
    ('0.0123', '12.3', '1235', '0')
    """
    if math.isnan(value):
        return MISSING
    if value == 0:
        return "0"
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:.{places}f}"


def _table(name: str, title: str, summary: pd.DataFrame, columns: list[Column], note: str) -> Table:
    rows = tuple(
        (str(row["case"]), *(column.write(*(_value(row[name]) for name in column.names)) for column in columns))
        for row in summary.to_dict("records")
    )
    shown = [name for column in columns for name in column.names]
    exact = summary[["case", *shown]].rename(columns={"case": "method"})
    return Table(name, title, ("Method", *(column.head for column in columns)), rows, exact, note)


def _value(cell: object) -> float | str:
    return cell if isinstance(cell, str) else float(cell)  # type: ignore[arg-type]  # what is no text is a number


def _as_words(chosen: str) -> str:
    """Write chosen parameters, kept as JSON, as a user would; those of several seeds one after the other."""
    found = [json.loads(part) for part in chosen.split("\n")]
    return "; ".join(", ".join(f"{name} = {value}" for name, value in params.items()) for params in found)


def _in_milliseconds(seconds: float) -> str:
    return significant(1e3 * seconds)


def _in_megabytes(count: float) -> str:
    return significant(count / 1e6)


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
