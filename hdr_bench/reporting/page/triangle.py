"""Pairs of methods as a triangle: each method against every more accurate one."""

from collections.abc import Sequence
from dataclasses import dataclass

from hdr_bench.reporting.tables import Table

_KINDS = {"better": "apart", "as good": "alike", "too few": "open"}


@dataclass(frozen=True)
class TriangleCell:
    """A pair in the triangle.

    Attributes
    ----------
    text : str
        By how many points the row's method is less accurate than the column's; empty if the two were not compared.
    kind : {"apart", "alike", "open", ""}
        Told apart, as good, or too little is known.
    words : str
        The pair in words.
    """

    text: str
    kind: str
    words: str


@dataclass(frozen=True)
class TriangleRow:
    """A method in the triangle.

    Attributes
    ----------
    number : int
        From 1, the most accurate first; what its column is called.
    label : str
        The method.
    cells : tuple of TriangleCell
        Against each method of a smaller number.
    """

    number: int
    label: str
    cells: tuple[TriangleCell, ...]


def triangle(table: Table) -> list[TriangleRow]:
    """Return the table of pairs as a triangle.

    Parameters
    ----------
    table : Table
        As `hdr_bench.reporting.tables.pairs.pairs_table` returns it.

    Returns
    -------
    rows : list of TriangleRow
        A row for each method, in the order of the pairs: the most accurate first.
    """
    firsts, seconds = (table.exact[name].tolist() for name in ("first", "second"))
    labels = list(dict.fromkeys([*firsts, *seconds]))
    verdicts = table.exact["verdict"].tolist()
    pairs = {
        (first, second): _cell(texts, verdict)
        for first, second, verdict, texts in zip(firsts, seconds, verdicts, table.rows, strict=True)
    }
    none = TriangleCell("", "", "")
    return [
        TriangleRow(number, label, tuple(pairs.get((other, label), none) for other in labels[: number - 1]))
        for number, label in enumerate(labels, start=1)
    ]


def _cell(texts: Sequence[str], verdict: str) -> TriangleCell:
    first, second, difference, interval, _, p_value, said, *_ = texts
    words = f"{first} against {second}: {difference} points ({interval}), p = {p_value} corrected: {said}"
    return TriangleCell(difference.strip().removeprefix("+"), _KINDS[verdict], words.replace("= <", "< "))
