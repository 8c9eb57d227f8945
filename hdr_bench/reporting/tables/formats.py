"""A table as Markdown, LaTeX, CSV, and as the cells of a page."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd
from pandas.api.types import is_numeric_dtype
from tabulate import tabulate

from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.tables.latex_text import latex_text, packages_for
from hdr_bench.reporting.tables.table import DISTURBED, Align, Mark, Table

_TO_THE_LEFT = ("left", "wide")
_ALIGNED: dict[Align, str] = {"left": "text", "wide": "text wide", "right": "", "point": ""}
_MARKED: dict[Mark | None, str] = {"best": "best", "like the best": "like"}
_FIGURE_SPACE, _POINT_SPACE = "\u2007", "\u2008"
_NUMBER = re.compile(r"[-−+]?[\d,]*\.?(\d*)")
# What a spreadsheet begins a formula with, its full-width forms included, and what it passes over before one.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]")
# A spreadsheet may also begin a cell after these, by its locale or its settings.
_FORMULA_WITHIN = re.compile(r"(?<=[;\t\n])(?='*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])")
_MARKED_WITHIN = re.compile(r"(?<=[;\t\n])'(?='*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf")


@dataclass(frozen=True)
class Cell:
    """A cell of a page.

    Attributes
    ----------
    text : str
        What is shown.
    padding : str
        Spaces behind it, which bring the decimal points of a column one below the other.
    classes : str
        Names of CSS classes, between spaces.
    """

    text: str
    padding: str
    classes: str


def to_markdown(table: Table) -> str:
    """Return a table as Markdown, numbers to the right; the best in bold, those like it in italics.

    Parameters
    ----------
    table : Table
        As `make_table` makes it.

    Returns
    -------
    markdown : str
        In lines of equal length.
    """
    rows = [
        [_mark_cell(_markdown(cell), mark, "**", "*") + pad for cell, pad, mark in cells] for cells in _cells_of(table)
    ]
    aligned = ["left" if align in _TO_THE_LEFT else "right" for align in table.aligned]
    heads = [_markdown(head) for head in table.heads]
    return tabulate(rows, heads, "pipe", colalign=aligned, disable_numparse=True, preserve_whitespace=True)


def to_latex(table: Table) -> str:
    """Return a table as a LaTeX tabular; the best in bold, those like it in italics.

    Parameters
    ----------
    table : Table
        As `make_table` makes it.

    Returns
    -------
    latex : str
        In ASCII, after a comment that names the packages that it needs.
    """
    marks = pd.DataFrame("", range(len(table.rows)), range(len(table.heads)))
    for (row, column), mark in table.marks.items():
        marks.loc[row, column] = "textbf:--rwrap;" if mark == "best" else "textit:--rwrap;"
    written = [
        [latex_text(cell) + _latex_padding(pad) for cell, pad in zip(cells, pads, strict=True)]
        for cells, pads in zip(table.rows, _padding(table), strict=True)
    ]
    cells = pd.DataFrame(written, columns=range(len(table.heads)))
    styler = cells.style.hide(axis="index").apply(lambda _: marks, axis=None)
    heads = list(map(latex_text, table.heads))
    # Among other columns a text has less room than alone beside its number.
    wide = "p{0.85\\linewidth}" if len(heads) == 2 else "p{0.25\\linewidth}"
    columns = "".join({"left": "l", "wide": wide}.get(align, "r") for align in table.aligned)
    named = styler.format_index(dict(enumerate(heads)).get, axis="columns")  # type: ignore[arg-type]  # of numbers
    body = named.to_latex(hrules=True, column_format=columns)
    needed = " and ".join([r"\usepackage{booktabs}", *packages_for(body)])
    return f"% {latex_text(table.title)}. Needs {needed}.\n{body}"


def to_csv(table: Table) -> str:
    """Return the exact values as CSV, in seconds, bytes and shares.

    A text that a spreadsheet would take for a formula has an apostrophe before it, as OWASP recommends against "CSV
    injection", and so has a part of a text behind a semicolon, a tab or the end of a line, where a spreadsheet may
    begin another cell; `from_csv` takes them away. Numbers, and texts that are numbers, are as they are.

    Parameters
    ----------
    table : Table
        As `make_table` makes it.

    Returns
    -------
    csv : str
        With a head.
    """
    return _map_texts(table.exact, _neutralize_formula).to_csv(index=False, lineterminator="\n")


def from_csv(text: str) -> pd.DataFrame:
    """Return what `to_csv` wrote, with the texts as they were.

    Parameters
    ----------
    text : str
        As `to_csv` returns it.

    Returns
    -------
    exact : DataFrame
        The exact values of the table.
    """
    return _map_texts(pd.read_csv(io.StringIO(text)), _plain)


def to_cells(table: Table) -> list[list[Cell]]:
    """Return the rows of a table as cells of a page.

    Parameters
    ----------
    table : Table
        As `make_table` makes it.

    Returns
    -------
    rows : list of list of Cell
        One cell for each column.
    """
    return [
        [
            Cell(text, pad, f"{_ALIGNED[align]} {_MARKED.get(mark, '')}".strip())
            for (text, pad, mark), align in zip(cells, table.aligned, strict=True)
        ]
        for cells in _cells_of(table)
    ]


def escape_markdown(text: str) -> str:
    r"""Return a text as Markdown shows it: what would be markup is escaped, lines are joined.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    markdown : str
        In one line.

    Examples
    --------
    >>> escape_markdown("a <b>*bold*</b> name_1")
    'a &lt;b>\\*bold\\*&lt;/b> name\\_1'
    """
    plain = text.replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;")
    plain = " ".join(plain.splitlines())
    return re.sub(r"([*_`\[\]!])", r"\\\1", plain)


def markdown_code(text: object) -> str:
    """Return a text as Markdown shows it as code, between more backticks than it holds in a row.

    Parameters
    ----------
    text : object
        What is not a text is turned into one.

    Returns
    -------
    markdown : str
        In one line.

    Examples
    --------
    >>> markdown_code("a `b`")
    '`` a `b` ``'
    """
    plain = " ".join(str(text).splitlines())
    fence = "`" * (max(map(len, re.findall("`+", plain)), default=0) + 1)
    return f"{fence}{plain}{fence}" if len(fence) == 1 else f"{fence} {plain} {fence}"


def _map_texts(frame: pd.DataFrame, change: Callable[[object], object]) -> pd.DataFrame:
    return frame.apply(lambda column: column if is_numeric_dtype(column) else column.map(change))


def _neutralize_formula(value: object) -> object:
    if not isinstance(value, str):
        return value
    is_formula = _FORMULA.match(value) and not _PLAIN_NUMBER.fullmatch(value)
    # Spreadsheets end a row at a carriage return, for which pandas puts no quotes.
    joined = value.replace("\r\n", "\n").replace("\r", "\n")
    inert = _FORMULA_WITHIN.sub("'", joined)
    return f"'{inert}" if is_formula else inert


def _plain(value: object) -> object:
    if not isinstance(value, str):
        return value
    is_marked = value.startswith("'") and _FORMULA.match(value)
    return _MARKED_WITHIN.sub("", value[1:] if is_marked else value)


def _cells_of(table: Table) -> Iterator[list[tuple[str, str, Mark | None]]]:
    """Give the rows of a table, each as its cells' texts with what is behind them and their marks."""
    for row, (cells, pads) in enumerate(zip(table.rows, _padding(table), strict=True)):
        marks = [table.marks.get((row, column)) for column in range(len(cells))]
        yield list(zip(cells, pads, marks, strict=True))


def _padding(table: Table) -> list[list[str]]:
    """Return what each cell needs behind it, so that the decimal points of its column are one below the other."""
    columns = [[row[column] for row in table.rows] for column in range(len(table.heads))]
    padded = [
        _pads(cells) if align == "point" else [""] * len(cells)
        for cells, align in zip(columns, table.aligned, strict=True)
    ]
    return [list(row) for row in zip(*padded, strict=True)]


def _pads(cells: list[str]) -> list[str]:
    # A star stands where the others have room for one.
    room = len(DISTURBED) if any(cell.endswith(DISTURBED) for cell in cells) else 0
    rooms = [0 if cell.endswith(DISTURBED) else room for cell in cells]
    found = [_NUMBER.fullmatch(cell.removesuffix(DISTURBED)) for cell in cells]
    decimals = [len(match[1]) if match and cell != MISSING else 0 for cell, match in zip(cells, found, strict=True)]
    most = max(decimals, default=0)
    return [
        (_POINT_SPACE if "." not in cell and most else "") + _FIGURE_SPACE * (most - places + missing) if match else ""
        for cell, match, places, missing in zip(cells, found, decimals, rooms, strict=True)
    ]


def _markdown(cell: str) -> str:
    return escape_markdown(cell).replace("|", "\\|")


def _mark_cell(cell: str, mark: str | None, best: str, like: str) -> str:
    sign = {"best": best, "like the best": like}.get(str(mark), "")
    return f"{sign}{cell}{sign}"


def _latex_padding(pad: str) -> str:
    if not pad:
        return ""
    hidden = pad.replace(_POINT_SPACE, ".").replace(_FIGURE_SPACE, "0")
    return f"\\phantom{{{hidden}}}"
