"""Readings as rows of the collection's list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdr_bench.web.pages.numbers import write_time


@dataclass(frozen=True)
class ReadingRow:
    """Reading as shown in the list.

    Attributes
    ----------
    id : int
    lines : tuple of str
        The digits that were read.
    name, writer : str
    corrections : str
        Number of corrected marks, out of how many.
    when : str
    """

    id: int
    lines: tuple[str, ...]
    name: str
    writer: str
    corrections: str
    when: str


def make_rows(readings: Sequence[Mapping[str, Any]]) -> list[ReadingRow]:
    """Return the rows of the list.

    Parameters
    ----------
    readings : sequence of mapping
        As returned by the API.

    Returns
    -------
    rows : list of ReadingRow
    """
    return [
        ReadingRow(
            id=reading["id"],
            lines=tuple(reading["lines"]),
            name=reading["file"],
            writer=reading["writer"],
            corrections=f"{reading['n_corrections']} of {reading['n_digits']}",
            when=write_time(reading["created"]),
        )
        for reading in readings
    ]
