"""A report's figure: planned, that is with all that it takes to draw it, and drawn."""

from dataclasses import dataclass
from typing import Any, Protocol

from hdr_bench.reporting.points import Point


class Plottable(Protocol):
    """What can be drawn on axes: every display of `hdr_bench.reporting.displays`."""

    def plot(self, ax: Any) -> object:
        """Draw on axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes

        Returns
        -------
        display : object
            Itself.
        """


@dataclass(frozen=True, eq=False)
class PlannedFigure:
    """A figure before it is drawn.

    Attributes
    ----------
    name : str
        For file names.
    title : str
        E.g. ``"Confusion matrix: k-NN"``.
    text : str
        What is seen, for those who do not see it.
    displays : tuple of Plottable
        Drawn side by side.
    inches : tuple of float
        Width and height.
    case : str
        The method that it is about; empty if it is about several.
    has_svg : bool
        Whether it is drawn as SVG; not if a page shows the same as tables or images.
    problem : str
        Why it cannot be drawn; it has no displays then.
    note : str
        What is said below it, e.g. which methods are left out.
    has_pdf : bool
        Whether it is drawn as PDF.
    has_png : bool
        Whether it is drawn as PNG.
    """

    name: str
    title: str
    text: str
    displays: tuple[Plottable, ...]
    inches: tuple[float, float]
    case: str = ""
    has_svg: bool = True
    problem: str = ""
    note: str = ""
    has_pdf: bool = False
    has_png: bool = True

    @property
    def is_drawn(self) -> bool:
        """Whether it is drawn in some form."""
        return self.has_png or self.has_svg or self.has_pdf


@dataclass(frozen=True)
class Figure:
    """A drawn figure.

    Attributes
    ----------
    name : str
        For file names.
    title : str
        E.g. ``"Confusion matrix: k-NN"``.
    text : str
        What is seen, for those who do not see it.
    case : str
        The method that it is about; empty if it is about several.
    svg, png : bytes
        The SVG is empty if a page shows the same in another way; each if it was not asked for, or could not be drawn.
    data_uri : str
        The SVG as an address that holds it whole.
    problem : str
        Why it could not be drawn.
    note : str
        What is said below it, e.g. which methods are left out.
    pdf : bytes
        Empty if it was not asked for.
    points : tuple of Point
        Where its methods are, if they are points.
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
    pdf: bytes = b""
    points: tuple[Point, ...] = ()

    @property
    def is_on_page(self) -> bool:
        """Whether a page shows it: its SVG, or why it could not be drawn."""
        return bool(self.svg or self.problem)
