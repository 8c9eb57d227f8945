"""A table of results: exact values, and the same as text with no more digits than they deserve."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import pandas as pd

from hdr_bench.reporting.numbers import MISSING, percent_places

DISTURBED = " *"
"""What stands behind a time that is disturbed."""

Mark = Literal["best", "like the best"]
Align = Literal["left", "wide", "right", "point"]


@dataclass(frozen=True)
class Column:
    """A column: its head with the unit, the exact values that it shows, and how they are written.

    Attributes
    ----------
    head : str
        With the unit in brackets.
    names : tuple of str
        Columns of the exact values.
    write : callable
        Takes a value of each, and returns the text.
    align : {"left", "wide", "right", "point"}
        "wide" is to the left, and may take several lines; "point" has the decimal points one below the other.
    """

    head: str
    names: tuple[str, ...]
    write: Callable[..., str]
    align: Align = "right"


@dataclass(frozen=True, eq=False)
class Table:
    """A table, exact and as text.

    Attributes
    ----------
    name : str
        For file names.
    title : str
        Above it.
    heads : tuple of str
        With units.
    rows : tuple of tuple of str
        The cells, one for each head.
    exact : DataFrame
        The same values unrounded, in SI units and shares.
    note : str
        What a reader must know.
    aligned : tuple of {"left", "wide", "right", "point"}
        One a column.
    marks : dict
        By row and column: ``"best"``, or ``"like the best"`` if it is not told apart from it.
    labels : tuple of str
        The row of the summary that each row is about; empty where it is about several.
    problem : str
        Why it could not be made; it has no rows then.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    exact: pd.DataFrame
    note: str = ""
    aligned: tuple[Align, ...] = ()
    marks: Mapping[tuple[int, int], Mark] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    problem: str = ""


def missing_table(name: str, title: str, problem: str) -> Table:
    """Return what is in the place of a table that could not be made.

    Parameters
    ----------
    name : str
        For file names.
    title : str
        Above it.
    problem : str
        Why it could not be made.

    Returns
    -------
    table : Table
        Without rows.
    """
    return Table(name, title, (), (), pd.DataFrame(), problem=problem)


def make_table(
    name: str,
    title: str,
    rows: pd.DataFrame,
    columns: Sequence[Column],
    note: str = "",
    marks: Mapping[str, Mapping[int, Mark]] | None = None,
) -> Table:
    """Write a frame as a table.

    Parameters
    ----------
    name : str
        For file names.
    title : str
        Above it.
    rows : DataFrame
        A row each; the column ``case``, if there is one, names the method.
    columns : sequence of Column
        What is shown, from left to right.
    note : str, default=""
        What a reader must know.
    marks : dict of str to dict of int to {"best", "like the best"}, optional
        By a column's head, then by the row's place.

    Returns
    -------
    table : Table
    """
    records = rows.to_dict("records")
    written = tuple(tuple(map(partial(_written, row), columns)) for row in records)
    shown = dict.fromkeys(name for column in columns for name in column.names)
    places = {column.head: place for place, column in enumerate(columns)}
    return Table(
        name=name,
        title=title,
        heads=tuple(column.head for column in columns),
        rows=written,
        exact=rows[list(shown)].rename(columns={"case": "method"}),
        note=note,
        aligned=tuple(column.align for column in columns),
        marks={(row, places[head]): mark for head, found in (marks or {}).items() for row, mark in found.items()},
        labels=tuple(str(row.get("case", "")) for row in records),
    )


METHOD = Column("Method", ("case",), str, "left")
"""The first column of most tables."""


def percent_writer(n: int) -> Callable[[float], str]:
    """Return what writes a share in percent, without the sign.

    Parameters
    ----------
    n : int
        Images that it was found on.

    Returns
    -------
    write : callable
        Takes a share between 0 and 1; NaN is written as missing.
    """
    places = percent_places(n)
    return lambda share: MISSING if math.isnan(share) else f"{100 * share:.{places}f}"


def interval_writer(write: Callable[[float], str]) -> Callable[[float, float], str]:
    """Return what writes an interval.

    Parameters
    ----------
    write : callable
        Writes an end of it.

    Returns
    -------
    write_ends : callable
        Takes both ends; an interval without a lower end is written as missing, and one that begins below zero with a
        word between its ends, which a dash would hide among the signs.
    """

    def write_ends(low: float, high: float) -> str:
        if math.isnan(low):
            return MISSING
        ends = [write(end).replace("-", "−") for end in (low, high)]
        return (" to " if low < 0 else "–").join(ends)

    return write_ends


def write_count(count: float) -> str:
    """Write a count with commas, e.g. ``12,345``.

    Parameters
    ----------
    count : float
        A whole number; NaN is written as missing.

    Returns
    -------
    text : str
    """
    return f"{count:,.0f}" if math.isfinite(count) else MISSING


def fixed_writer(places: int, factor: float = 1.0) -> Callable[[float], str]:
    """Return what writes a number with a fixed number of decimals.

    Parameters
    ----------
    places : int
        Decimals.
    factor : float, default=1.0
        What the number is multiplied by.

    Returns
    -------
    write : callable
        Takes a number; NaN is written as missing.
    """
    return lambda value: MISSING if math.isnan(value) else f"{factor * value:.{places}f}"


def _written(row: Mapping[Any, Any], column: Column) -> str:
    return column.write(*(_value(row[name]) for name in column.names))


def _value(cell: Any) -> Any:
    if cell is None:
        return math.nan
    return cell if isinstance(cell, str | bool | tuple) else float(cell)
