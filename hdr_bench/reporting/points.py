"""Points of a figure that stand for rows of the tables: a page names the one that is pointed at."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Point:
    """A point of a display that stands for a row of the tables.

    Attributes
    ----------
    label : str
        The row.
    text : str
        What is shown when it is pointed at.
    x, y : float
        Of a display in the units of its axes; of a drawn figure as shares of its width and height, from the upper left.
    """

    label: str
    text: str
    x: float
    y: float


@runtime_checkable
class HasPoints(Protocol):
    """A display on which each method is a point."""

    def named_points(self) -> list[Point]:
        """Return the methods' points.

        Returns
        -------
        points : list of Point
            In the units of the axes.
        """
