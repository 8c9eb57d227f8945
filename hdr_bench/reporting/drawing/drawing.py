"""The drawing of a report's figures, once each, several at a time if there are many."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdr_bench.records.environment import available_cores
from hdr_bench.reporting.drawing.pool import DrawerEndedError, draw_alone, draw_at_once
from hdr_bench.reporting.page.blocks import reason_of, warn_of
from hdr_bench.reporting.page.svg import page_address, rounded
from hdr_bench.reporting.style import STYLE, load_matplotlib

FIGURES_PER_PROCESS = 30
"""Fewer are drawn before another process has loaded matplotlib."""

_DPI = 150


@dataclass(frozen=True, eq=False)
class PlannedFigure:
    """A figure before it is drawn.

    Attributes
    ----------
    name : str
        For file names.
    title : str
    text : str
        What is seen, for those who do not see it.
    displays : tuple
        Drawn side by side.
    inches : tuple of float
        Width and height.
    case : str
        The method that it is about; empty where it is about several.
    has_svg : bool
        It is drawn as SVG too; not what a page shows in another way, as tables and sprites.
    problem : str
        Why it cannot be drawn; it has no displays then.
    note : str
        What stands below it, e.g. which methods are left out.
    """

    name: str
    title: str
    text: str
    displays: tuple[Any, ...]
    inches: tuple[float, float]
    case: str = ""
    has_svg: bool = True
    problem: str = ""
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A drawn figure.

    Attributes
    ----------
    name : str
        For file names.
    title : str
    text : str
        What is seen, for those who do not see it.
    case : str
        The method that it is about; empty where it is about several.
    svg, png : bytes
        The SVG is empty if a page shows it in another way; both if it could not be drawn.
    data_uri : str
        The SVG as an address that holds it whole.
    problem : str
        Why it could not be drawn.
    note : str
        What stands below it, e.g. which methods are left out.
    """

    name: str
    title: str
    text: str
    case: str
    svg: bytes = b""
    png: bytes = b""
    data_uri: str = ""
    problem: str = ""
    note: str = ""


def draw(planned: Sequence[PlannedFigure]) -> list[Figure]:
    """Draw figures; many of them in several processes. One that cannot be drawn says why.

    Warns
    -----
    ReportWarning
        For each figure that cannot be drawn.
    """
    jobs = min(available_cores(), 1 + len(planned) // FIGURES_PER_PROCESS)
    figures = list(map(draw_one, planned)) if jobs == 1 else _draw_at_once(planned, jobs)
    for figure, before in zip(figures, planned, strict=True):
        if figure.problem and not before.problem:
            warn_of(figure.problem)
    return figures


def _draw_at_once(planned: Sequence[PlannedFigure], jobs: int) -> list[Figure]:
    """Draw figures in several processes; what is missing because one of these ended, in one more, each alone."""
    outcomes = zip(planned, draw_at_once(planned, jobs), strict=True)
    return [outcome if isinstance(outcome, Figure) else _draw_again(each, outcome) for each, outcome in outcomes]


def _draw_again(planned: PlannedFigure, before: Exception) -> Figure:
    if isinstance(before, OSError):
        # No process could be started.
        return draw_one(planned)
    try:
        return draw_alone(planned)
    # Not here: a figure that ends its process would end the report.
    except (DrawerEndedError, OSError) as error:
        return _without(planned, f"Figure “{planned.title}” could not be made: {error}.")


def draw_one(planned: PlannedFigure) -> Figure:
    """Return a figure, drawn or with the reason why it could not be; nobody sees the warnings of other processes."""
    if planned.problem:
        return _without(planned, planned.problem)
    try:
        return _drawn(planned)
    except Exception as error:  # noqa: BLE001  # as in `make_block`
        return _without(planned, reason_of(f"Figure “{planned.title}”", error))


def _without(planned: PlannedFigure, problem: str) -> Figure:
    return Figure(planned.name, planned.title, planned.text, planned.case, problem=problem)


def _drawn(planned: PlannedFigure) -> Figure:
    load_matplotlib()
    import matplotlib as mpl
    from matplotlib.figure import Figure as MatplotlibFigure

    with mpl.rc_context(), warnings.catch_warnings():
        # Names in any script are searchable text in an SVG; a PNG has a box for what the font lacks.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        # What a user's own matplotlibrc says does not reach a report.
        mpl.rcParams.update({key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"})
        mpl.rcParams.update(STYLE)  # type: ignore[arg-type]  # its hints know each name
        figure = MatplotlibFigure(figsize=planned.inches, layout="constrained", dpi=_DPI)
        axes = figure.subplots(1, len(planned.displays), squeeze=False)[0]
        for display, ax in zip(planned.displays, axes, strict=True):
            display.plot(ax)
        png = _png_of(figure)
        svg = _svg_of(figure) if planned.has_svg else b""
    # An SVG that cannot be read again fails here, where the figure alone is left out.
    address = page_address(svg) if svg else ""
    return Figure(planned.name, planned.title, planned.text, planned.case, svg, png, address, note=planned.note)


def _png_of(figure: Any) -> bytes:
    """Draw a picture with a palette of 256 colours, which is a third of its size and no other to the eye."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    # The layout is found once; at a picture's many dots texts are as wide as they are in print.
    figure.set_layout_engine("none")
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[:, :, :3])
    buffer = io.BytesIO()
    picture.quantize(256).save(buffer, "png", dpi=(_DPI, _DPI))
    return buffer.getvalue()


def _svg_of(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return rounded(buffer.getvalue())
