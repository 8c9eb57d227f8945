"""How the scripts here see a reading."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]


class ReadMark(Protocol):
    """A mark of a reading, as far as it is looked at here; `hdr_bench.pictures.ReadDigit` is one."""

    @property
    def digit(self) -> int | None:
        """The digit that it was read as."""

    @property
    def box(self) -> Box:
        """Left, top, width and height, in pixels of the upright picture."""

    @property
    def rejected(self) -> bool:
        """Whether it was taken for no digit."""

    @property
    def image(self) -> NDArray[np.uint8]:
        """The 28x28 pixels that the model saw."""


class PictureReading(Protocol):
    """A reading, as far as it is looked at here; `hdr_bench.pictures.Reading` is one."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The digits by line, without the marks that were rejected."""

    @property
    def digits(self) -> tuple[Any, ...]:
        """All marks in reading order: each a `ReadMark`."""

    @property
    def page(self) -> Any:
        """What each stage made of the picture: a `StagedPage`."""


Read = Callable[[Path | NDArray[np.uint8]], PictureReading]
"""From a picture, by its path or as RGB values, to its reading."""
