"""A block of a report: a table, a figure or a text with its heading, as an entry of the list `BLOCKS`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from hdr_bench.reporting.displays import Display
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.tables import Table

Panels = Display | tuple[Display, ...]
"""One display, or several side by side."""

Format = Literal["html", "md"]
BOTH: tuple[Format, ...] = ("html", "md")


@dataclass(frozen=True)
class Heading:
    """A heading of a report, and the section under it.

    Attributes
    ----------
    anchor : str
        Its address on the page.
    title : str
        The heading.
    is_open : bool
        Whether the page shows the section unfolded.
    is_lead : bool
        Whether it stands before the notes, on the first screen.
    """

    anchor: str
    title: str
    is_open: bool = True
    is_lead: bool = False


MORE_FIGURES = Heading("figures", "More figures", is_open=False)
"""The section of figures that have none of their own."""


def no_intro(data: ReportData) -> str:
    """Return no text: most tables have none before them.

    Parameters
    ----------
    data : ReportData
        Not looked at.

    Returns
    -------
    intro : str
    """
    del data
    return ""


def no_points(data: ReportData) -> tuple[str, ...]:
    """Return nothing: most tables have no list before them.

    Parameters
    ----------
    data : ReportData
        Not looked at.

    Returns
    -------
    points : tuple of str
    """
    del data
    return ()


@dataclass(frozen=True)
class TableBlock:
    """A table of a report, which is also written as CSV and LaTeX.

    Attributes
    ----------
    name : str
        For file names, and the anchor of its section.
    title : str
        The heading.
    make : callable
        Takes a `ReportData`, and returns the `Table`; None if the run has nothing for it.
    intro : callable
        Takes a `ReportData`, and returns what is said before the table.
    points : callable
        Takes a `ReportData`, and returns what is listed before the table.
    template : str
        What writes it, of ``templates/sections/``.
    is_open : bool
        Whether the page shows it unfolded.
    is_lead : bool
        Whether it stands before the notes, on the first screen.
    """

    name: str
    title: str
    make: Callable[[ReportData], Table | None]
    intro: Callable[[ReportData], str] = no_intro
    points: Callable[[ReportData], tuple[str, ...]] = no_points
    template: str = "table"
    is_open: bool = True
    is_lead: bool = False

    @property
    def heading(self) -> Heading:
        """Its own section."""
        return Heading(self.name, self.title, self.is_open, self.is_lead)


@dataclass(frozen=True)
class FigureBlock:
    """A figure about all methods.

    Attributes
    ----------
    name : str
        For file names.
    title : str
        What it shows.
    make : callable
        Takes a `ReportData`, and returns a display, or several side by side; None, or a `StoreError`, if the run has
        nothing for it; a `NotEnoughError` if that is to be said.
    heading : Heading
        The section that it is in; those of one heading are shown together, where the first of them is in the list.
    has_svg : bool
        Whether the page shows it; not if the page shows the same as tables or images.
    is_in_text : bool
        Whether ``report.md`` shows it; it is written as PNG for that.
    """

    name: str
    title: str
    make: Callable[[ReportData], Panels | None]
    heading: Heading = MORE_FIGURES
    has_svg: bool = True
    is_in_text: bool = False


@dataclass(frozen=True)
class TextBlock:
    """Any other section.

    Attributes
    ----------
    anchor : str
        Its address on the page.
    title : str
        The heading.
    make : callable
        Takes a `ReportData`, and returns what its template writes; None if there is nothing.
    template : str
        What writes it, of ``templates/sections/``.
    formats : tuple of {"html", "md"}
        Where it is written.
    is_open : bool
        Whether the page shows it unfolded.
    is_footer : bool
        Whether it is in the page's footer.
    title_of : callable, optional
        Takes what `make` returned, and returns the heading that is shown.
    """

    anchor: str
    title: str
    make: Callable[[ReportData], Any]
    template: str
    formats: tuple[Format, ...] = BOTH
    is_open: bool = True
    is_footer: bool = False
    title_of: Callable[[Any], str] | None = None

    @property
    def heading(self) -> Heading:
        """Its own section."""
        return Heading(self.anchor, self.title, self.is_open)


class NotEnoughError(Exception):
    """A run has too little for a figure: the message is shown in its place."""


@dataclass(frozen=True)
class BlockGroup:
    """Blocks whose number depends on the run.

    Attributes
    ----------
    title : str
        What they are about, for messages.
    make : callable
        Takes a `ReportData`, and returns the blocks.
    """

    title: str
    make: "Callable[[ReportData], tuple[TableBlock | FigureBlock | TextBlock, ...]]"


Block = TableBlock | FigureBlock | TextBlock | BlockGroup


@dataclass(frozen=True)
class MethodFigure:
    """A figure about one method, shown among its details.

    Attributes
    ----------
    name : str
        For file names, which go on with the method's.
    title : str
        What it shows; the method's name is added.
    make : callable
        Takes a `ReportData` and the method's name, and returns a display, or several side by side; None, or a
        `StoreError`, if the run has nothing for it.
    has_svg : bool
        Whether the page shows it; not if the page shows the same as tables or images.
    """

    name: str
    title: str
    make: Callable[[ReportData, str], Panels | None]
    has_svg: bool = True
