"""Tables of methods on a console: in a narrow one the names stay, and the last columns go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Of a name in a line: longer names continue in the next one, or are cut in the narrowest terminal.
_LETTERS = 12
# Longer words are broken, so that one of them does not take the place of all other columns.
_LONGEST_WORD = 24
# Wider than any table.
_UNBOUNDED = 100_000


@dataclass(frozen=True)
class ConsoleColumn:
    """A column beside the names.

    Attributes
    ----------
    head : str
        Over one or two lines, with the unit.
    cells : sequence of Text
    justify : {"left", "right"}
    """

    head: str
    cells: Sequence[Text]
    justify: Literal["left", "right"] = "right"

    @property
    def name(self) -> str:
        """The head in one line."""
        return self.head.replace("-\n", "").replace("\n", " ").strip()


@dataclass(frozen=True)
class FittedTable:
    """A table that fits into a console.

    Attributes
    ----------
    table : Table
    columns : tuple of ConsoleColumn
        Those that have room.
    note : str
        Which columns are left out, and how to see them; empty if there are none.
    """

    table: Table
    columns: tuple[ConsoleColumn, ...]
    note: str = ""


def fit_table(
    names: Sequence[Text], columns: Sequence[ConsoleColumn], console: Console, *, kept: int, elsewhere: str = ""
) -> FittedTable:
    """Return a table of methods that fits into a console.

    Columns are left out from the right until names can be read: whole, or over several lines if no word is broken.
    Beside the `kept` columns names are cut where they have no room, to no less than twelve letters.

    Parameters
    ----------
    names : sequence of Text
    columns : sequence of ConsoleColumn
        The most important first.
    console : rich.console.Console
    kept : int
        So many columns stay however narrow the console is.
    elsewhere : str
        What else shows all columns, e.g. ``"the report"``.

    Returns
    -------
    fitted : FittedTable
    """
    room, letters = console.width, _letters_for(names)
    n_shown = len(columns)
    while n_shown > kept and _width(names, columns[:n_shown], console, letters) > room:
        n_shown -= 1
    shown = tuple(columns[:n_shown])
    missing = _width(names, shown, console, letters) - room
    if missing > 0:
        table = _table(names, shown, max(letters - missing, min(letters, _LETTERS)), is_cut=True)
    else:
        table = _table(names, shown)
    if n_shown == len(columns):
        return FittedTable(table, shown)
    left_out = ", ".join(column.name for column in columns[n_shown:])
    wider = f"a wider terminal (COLUMNS={_width(names, columns, console, letters)})"
    see = f"{wider} or {elsewhere}" if elsewhere else wider
    return FittedTable(table, shown, f"no room in {room} columns for {left_out}: {see} shows them")


def _letters_for(names: Sequence[Text]) -> int:
    """Return how many letters the names need in a line to be read."""
    longest = max((cell_len(name.plain) for name in names), default=0)
    word = max((cell_len(word) for name in names for word in name.plain.split()), default=0)
    return max(min(longest, _LETTERS), min(word, _LONGEST_WORD), len("Method"))


def _width(names: Sequence[Text], columns: Sequence[ConsoleColumn], console: Console, letters: int) -> int:
    """Return how wide a table is with so many letters for a name."""
    options = console.options.update(max_width=_UNBOUNDED)
    return console.measure(_table(names, columns, letters), options=options).maximum


def _table(
    names: Sequence[Text], columns: Sequence[ConsoleColumn], letters: int | None = None, *, is_cut: bool = False
) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("Method", overflow="ellipsis" if is_cut else "fold", no_wrap=is_cut, width=letters)
    for column in columns:
        table.add_column(column.head, justify=column.justify, no_wrap=True)
    for cells in zip(names, *(column.cells for column in columns), strict=True):
        table.add_row(*cells)
    return table
