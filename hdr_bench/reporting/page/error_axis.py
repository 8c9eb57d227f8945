"""Logarithmic axis of errors inside the cells of a table, as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 216, 22
"""Of the axis in a cell, in CSS pixels."""

_MARGIN = 8
_BETWEEN_TICKS = 30
# Below a tenth of the smallest error that is shown, an interval's end has no room on a logarithmic axis.
_SMALLEST_SHARE = 0.1
# Beyond four decades the axis would be too coarse to read a difference.
_MOST_DECADES = 4


@dataclass(frozen=True)
class Axis:
    """Logarithmic axis of errors, on which less is further to the right.

    Attributes
    ----------
    low, high : float
        Its ends, as shares.
    """

    low: float
    high: float

    def place(self, share: float) -> float:
        """Return where an error is on the axis.

        Parameters
        ----------
        share : float
            What is beyond an end is drawn at it.

        Returns
        -------
        x : float
            In CSS pixels.
        """
        within = min(max(share, self.low), self.high)
        part = math.log(self.high / within) / math.log(self.high / self.low)
        return round(_MARGIN + part * (WIDTH - 2 * _MARGIN), 1)

    def ticks(self) -> list[float]:
        """Return the errors that are marked: 1, 2 or 5 with zeros, none of which touch.

        Returns
        -------
        shares : list of float
            The largest first.
        """
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        steps = [float(f"{digit}e{decade}") for decade in decades for digit in (1, 5, 2)]
        kept: list[float] = []
        # Powers of ten before fives, fives before twos.
        for share in sorted(steps, key=lambda step: "152".index(f"{step:e}"[0])):
            is_within = self.low <= share <= self.high
            if is_within and all(abs(self.place(share) - self.place(other)) >= _BETWEEN_TICKS for other in kept):
                kept.append(share)
        return sorted(kept, reverse=True)


def axis_of(errors: Sequence[float], ends: Sequence[float]) -> Axis | None:
    """Return the axis on which errors and their intervals have room.

    Parameters
    ----------
    errors : sequence of float
        Shares.
    ends : sequence of float
        Of their intervals; NaN for none.

    Returns
    -------
    axis : Axis or None
        None if no error is above 0.
    """
    positive = [value for value in (*errors, *ends) if value > 0]
    if not positive:
        return None
    high = min(max(positive), 1.0)
    smallest = min([value for value in errors if value > 0] or positive)
    low = max(min(positive), _SMALLEST_SHARE * smallest, high / 10**_MOST_DECADES)
    return Axis(low / 1.1, high * 1.1)


def grid_lines(axis: Axis) -> str:
    """Return the lines at the ticks of an axis.

    Parameters
    ----------
    axis : Axis
        The axis.

    Returns
    -------
    svg : str
    """
    return "".join(f'<path class=grid d="M{axis.place(share)},0V{HEIGHT}"/>' for share in axis.ticks())


def tick_labels(axis: Axis) -> Markup:
    """Return the numbers above an axis, in percent.

    Parameters
    ----------
    axis : Axis
        The axis.

    Returns
    -------
    svg : Markup
    """
    texts = [f"<text x={axis.place(share)} y=12>{100 * share:g}</text>" for share in axis.ticks()]
    return make_svg(16, "".join(texts), "aria-hidden=true")


def make_svg(height: int, content: str, attributes: str) -> Markup:
    """Return an SVG of the axis's width.

    Parameters
    ----------
    height : int
        In CSS pixels.
    content : str
        Of numbers, and of texts that are escaped.
    attributes : str
        Of its element.

    Returns
    -------
    svg : Markup
    """
    opening = f'<svg width={WIDTH} height={height} viewBox="0 0 {WIDTH} {height}" {attributes}>'
    return Markup(f"{opening}{content}</svg>")  # noqa: S704  # see `content`
