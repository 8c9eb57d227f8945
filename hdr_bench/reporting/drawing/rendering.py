"""The rendering of one figure, as PNG and as SVG: the same bytes for the same displays, whatever a user has set."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hdr_bench.reporting.drawing.figure import Figure, PlannedFigure, Plottable
from hdr_bench.reporting.drawing.svg import page_address, round_coordinates
from hdr_bench.reporting.parts import failure_reason
from hdr_bench.reporting.points import HasPoints, Point
from hdr_bench.reporting.style import STYLE, load_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DPI = 150


def render(planned: PlannedFigure) -> Figure:
    """Render a figure; one that cannot be rendered has the reason.

    Nobody would see a warning of another process, so this gives none.

    Parameters
    ----------
    planned : PlannedFigure
        The figure's displays and size.

    Returns
    -------
    figure : Figure
        With `problem` set if it could not be rendered.
    """
    if planned.problem:
        return failed_figure(planned, planned.problem)
    try:
        return _render(planned)
    except Exception as error:  # noqa: BLE001  # as in `make_part`
        return failed_figure(planned, failure_reason(f"Figure “{planned.title}”", error))


def failed_figure(planned: PlannedFigure, problem: str) -> Figure:
    """Return a figure that could not be rendered.

    Parameters
    ----------
    planned : PlannedFigure
        The figure's displays and size.
    problem : str
        Why it could not.

    Returns
    -------
    figure : Figure
    """
    return Figure(planned.name, planned.title, planned.text, planned.case, problem=problem)


def _wrap_title(ax: "Axes") -> None:
    """Let a title that is wider than its figure go on in a second line."""
    from matplotlib.text import Text

    title = ax.get_title(loc="left") or ax.get_title()
    for text in ax.findobj(Text):
        if title and text.get_text() == title:
            text.set_wrap(True)


def _render(planned: PlannedFigure) -> Figure:
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
            _wrap_title(ax)
        _lay_out(figure)
        points = _find_points(figure, planned.displays, axes)
        png = _to_png(figure) if planned.has_png else b""
        svg = _to_svg(figure) if planned.has_svg else b""
        pdf = _to_pdf(figure) if planned.has_pdf else b""
    # An SVG that cannot be read again fails here, where the figure alone is left out.
    address = page_address(svg) if svg else ""
    return Figure(
        planned.name,
        planned.title,
        planned.text,
        planned.case,
        svg,
        png,
        address,
        note=planned.note,
        pdf=pdf,
        points=points,
    )


def _lay_out(figure: Any) -> None:
    """Lay a figure out once, at a picture's many dots, where texts are as wide as they are in print."""
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")


def _find_points(figure: Any, displays: Sequence[Plottable], axes: Sequence[Any]) -> tuple[Point, ...]:
    """Return where the points of displays are on a figure that is laid out."""
    found = []
    for display, ax in zip(displays, axes, strict=True):
        points = display.named_points() if isinstance(display, HasPoints) else []
        for point in points:
            across, up = ax.transData.transform((point.x, point.y)) / figure.bbox.size
            found.append(replace(point, x=round(float(across), 4), y=round(1 - float(up), 4)))
    return tuple(found)


def _to_png(figure: Any) -> bytes:
    """Draw a picture with a palette of 256 colours, which is a third of its size and no other to the eye."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[:, :, :3])
    buffer = io.BytesIO()
    picture.quantize(256).save(buffer, "png", dpi=(_DPI, _DPI))
    return buffer.getvalue()


def _to_svg(figure: Any) -> bytes:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.BytesIO()
    # `savefig` would go through all texts twice, to find a layout.
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    figure.dpi = _DPI
    return round_coordinates(buffer.getvalue())


def _to_pdf(figure: Any) -> bytes:
    buffer = io.BytesIO()
    # Neither the date nor the versions: the same results give the same bytes.
    figure.savefig(buffer, format="pdf", metadata=dict.fromkeys(("CreationDate", "Creator", "Producer")))
    return buffer.getvalue()
