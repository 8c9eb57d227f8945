"""The sections of a report: its list of blocks, made for one run."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting import FORMATS
from hdr_bench.reporting.displays import Display
from hdr_bench.reporting.drawing.figure import Figure, PlannedFigure
from hdr_bench.reporting.page import blocks
from hdr_bench.reporting.page.addresses import slug
from hdr_bench.reporting.page.block_types import (
    BOTH,
    Block,
    BlockGroup,
    FigureBlock,
    Format,
    Heading,
    MethodFigure,
    NotEnoughError,
    Panels,
    TableBlock,
    TextBlock,
)
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.parts import make_part
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables import Table, to_cells, to_markdown
from hdr_bench.reporting.tables.table import missing_table


@dataclass(frozen=True)
class Section:
    """A section of a report, as both writers take it.

    Attributes
    ----------
    heading : Heading
        Its title, its address, and whether it is shown unfolded.
    template : str
        What writes it, of ``templates/sections/``.
    content : object
        What the template writes: a table, a tuple of figures, or what a text's block made.
    intro : str
        What is said before a table.
    points : tuple of str
        What is listed before a table.
    problem : str
        Why it could not be made; it has no content then.
    formats : tuple of {"html", "md"}
        Where it is written.
    is_footer : bool
        Whether it is in the page's footer.
    """

    heading: Heading
    template: str
    content: Any
    intro: str = ""
    points: tuple[str, ...] = ()
    problem: str = ""
    formats: tuple[Format, ...] = BOTH
    is_footer: bool = False


def make_tables(data: ReportData) -> tuple[Table, ...]:
    """Make every table that a run has something for, in the order of `BLOCKS`.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    tables : tuple of Table
        Those that cannot be made have the reason.

    Warns
    -----
    ReportWarning
        For each table that cannot be made.
    """
    made = [_make_table(block, data) for block in _blocks_of(data) if isinstance(block, TableBlock)]
    return tuple(table for table in made if table is not None)


def plan_figures(data: ReportData, formats: Collection[str] = FORMATS) -> list[PlannedFigure]:
    """Plan every figure that a run has something for: those about all methods first, in the order of the list.

    Parameters
    ----------
    data : ReportData
        The run.
    formats : collection of str, default=FORMATS
        What the report is written as. The page holds its figures as SVG; the text refers to a few, as PNG.

    Returns
    -------
    planned : list of PlannedFigure
        Those that cannot be planned have the reason.

    Warns
    -----
    ReportWarning
        For each figure that cannot be planned.
    """
    of_all = [
        _plan(_empty(block, block.name, block.title, formats, is_in_text=block.is_in_text), partial(block.make, data))
        for block in _blocks_of(data)
        if isinstance(block, FigureBlock)
    ]
    cases = make_part("The list of methods with predictions", lambda: _readable_cases(data.contents), lambda _: [])
    of_one = [
        _plan_of_method(each, data, number, case, formats) for number, case in cases for each in blocks.METHOD_FIGURES
    ]
    return [planned for planned in (*of_all, *of_one) if planned is not None]


def make_sections(data: ReportData, tables: Sequence[Table], figures: Sequence[Figure]) -> tuple[Section, ...]:
    """Put a report together: the sections of `BLOCKS`, in its order, that there is something for.

    Parameters
    ----------
    data : ReportData
        The run, with its methods.
    tables : sequence of Table
        As `make_tables` returns them.
    figures : sequence of Figure
        Drawn, of what `plan_figures` returned.

    Returns
    -------
    sections : tuple of Section

    Warns
    -----
    ReportWarning
        For each text that cannot be made.
    """
    tables_by_name = {table.name: table for table in tables}
    all_blocks = _blocks_of(data)
    figures_by_heading = _by_heading(figures, all_blocks)
    sections: list[Section | None] = []
    for block in all_blocks:
        match block:
            case TableBlock():
                sections.append(_table_section(block, data, tables_by_name.get(block.name)))
            case FigureBlock():
                sections.append(_figure_section(block.heading, figures_by_heading.pop(block.heading, ())))
            case TextBlock():
                sections.append(_text_section(block, data))
    return tuple(section for section in sections if section is not None)


def file_names() -> list[str]:
    """Return the files that a report may have whatever the run, below its folder: of tables, and of figures about all.

    Returns
    -------
    names : list of str

    Examples
    --------
    >>> "tables/time.csv" in file_names(), "figures/rejection.svg" in file_names()
    (True, True)
    """
    tables = [block.name for block in blocks.BLOCKS if isinstance(block, TableBlock)]
    figures = [block.name for block in blocks.BLOCKS if isinstance(block, FigureBlock)]
    return [
        *(f"tables/{name}.{ending}" for name in tables for ending in ("csv", "tex")),
        *(f"figures/{name}.{ending}" for name in figures for ending in ("png", "svg", "pdf")),
    ]


def _blocks_of(data: ReportData) -> list[Block]:
    """Return the list of blocks, each group replaced by its blocks."""
    found: list[Block] = []
    for block in blocks.BLOCKS:
        if isinstance(block, BlockGroup):
            found += make_part(block.title, partial(block.make, data), lambda _: ())
        else:
            found.append(block)
    return found


def _make_table(block: TableBlock, data: ReportData) -> Table | None:
    def make() -> Table | None:
        table = block.make(data)
        if table is None:
            return None
        # One that a page cannot show fails here, where it alone is left out.
        to_cells(table)
        to_markdown(table)
        return replace(table, name=block.name, title=block.title)

    return make_part(f"Table “{block.title}”", make, partial(missing_table, block.name, block.title))


def _empty(
    block: FigureBlock | MethodFigure, name: str, title: str, formats: Collection[str], *, is_in_text: bool
) -> PlannedFigure:
    """Return a figure without displays, with the forms that it is drawn in."""
    return PlannedFigure(
        name,
        title,
        text="",
        displays=(),
        inches=(0, 0),
        has_svg=block.has_svg and not {"html", "svg"}.isdisjoint(formats),
        has_pdf="pdf" in formats,
        has_png="png" in formats or (is_in_text and "md" in formats),
    )


def _plan(empty: PlannedFigure, make: Callable[[], Panels | None]) -> PlannedFigure | None:
    """Put displays into an empty figure; None if the run has nothing for it, or nothing shows it."""
    if not empty.is_drawn:
        return None

    def plan() -> PlannedFigure | None:
        try:
            panels = make()
        except StoreError:
            return None
        except NotEnoughError as error:
            return replace(empty, text=empty.title, problem=f"Figure “{empty.title}” {error}")
        if panels is None:
            return None
        return _with_displays(empty, panels if isinstance(panels, tuple) else (panels,))

    return make_part(f"Figure “{empty.title}”", plan, lambda reason: replace(empty, text=empty.title, problem=reason))


def _with_displays(empty: PlannedFigure, displays: tuple[Display, ...]) -> PlannedFigure:
    widths, heights = zip(*(display.figsize for display in displays), strict=True)
    text = " ".join([f"{empty.title}.", *(display.describe() for display in displays)]).strip()
    note = " ".join(filter(None, (display.note for display in displays)))
    return replace(empty, text=text, displays=displays, inches=(sum(widths), max(heights)), note=note)


def _plan_of_method(
    figure: MethodFigure, data: ReportData, number: int, case: str, formats: Collection[str]
) -> PlannedFigure | None:
    name, title = f"{figure.name}-{number}-{slug(case)}", f"{figure.title}: {case}"
    empty = replace(_empty(figure, name, title, formats, is_in_text=False), case=case)
    return _plan(empty, partial(figure.make, data, case))


def _readable_cases(contents: RunContents) -> list[tuple[int, str]]:
    readable = set(contents.readable_cases())
    numbered = enumerate(dict.fromkeys(contents.results["case"]), start=1)
    return [(number, case) for number, case in numbered if case in readable]


def _by_heading(figures: Sequence[Figure], all_blocks: Sequence[Block]) -> dict[Heading, tuple[Figure, ...]]:
    drawn = {figure.name: figure for figure in figures if not figure.case}
    groups: dict[Heading, tuple[Figure, ...]] = {}
    for block in all_blocks:
        if isinstance(block, FigureBlock) and block.name in drawn:
            groups[block.heading] = (*groups.get(block.heading, ()), drawn[block.name])
    return groups


def _table_section(block: TableBlock, data: ReportData, table: Table | None) -> Section | None:
    if table is None:
        return None
    intro = make_part(f"The introduction to “{block.title}”", lambda: block.intro(data), str)
    points = make_part(f"The list above “{block.title}”", lambda: block.points(data), lambda reason: (reason,))
    return Section(block.heading, block.template, table, intro, points, table.problem)


def _figure_section(heading: Heading, figures: tuple[Figure, ...]) -> Section | None:
    if not figures:
        return None
    formats: tuple[Format, ...] = BOTH if any(figure.is_on_page for figure in figures) else ("md",)
    return Section(heading, "figures", figures, formats=formats)


def _text_section(block: TextBlock, data: ReportData) -> Section | None:
    def make() -> Section | None:
        content = block.make(data)
        if content is None:
            return None
        heading = block.heading
        if block.title_of is not None:
            heading = replace(heading, title=block.title_of(content))
        return Section(heading, block.template, content, formats=block.formats, is_footer=block.is_footer)

    def without(reason: str) -> Section | None:
        return Section(block.heading, block.template, None, "", (), reason, block.formats, block.is_footer)

    return make_part(f"Section “{block.title}”", make, without)
