"""At which stage a digit was lost that no mark of the reading shows."""

from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures.pages import TrueMark

# Share of a digit's box that is ink at least: a thin 1 that leans has about a tenth.
_LEAST_INK = 0.03
# A digit that lost more than this share of its ink with the rules was taken for one.
_MOST_REMOVED = 0.5


class Loss(StrEnum):
    """Stage that lost a digit."""

    BINARIZATION = "not binarized"
    RULING = "removed as a rule"
    MARKS = "dropped later"


class _Masked(Protocol):
    @property
    def mask(self) -> NDArray[np.bool_]:
        """Where there is ink."""


class StagedPage(Protocol):
    """What the stages made of a picture, as far as it is looked at here; `hdr_bench.pictures.page.Page` is one."""

    @property
    def scale(self) -> float:
        """Pixels of the working copy per pixel of the picture."""

    @property
    def ink(self) -> _Masked:
        """After binarization."""

    @property
    def ruling(self) -> _Masked:
        """After the removal of rules."""


def find_loss(digit: TrueMark, page: StagedPage) -> Loss:
    """Return the stage that lost a digit.

    Parameters
    ----------
    digit : TrueMark
        A digit that no mark shows.
    page : StagedPage
        What the stages made of the picture.

    Returns
    -------
    loss : Loss
    """
    left, top, width, height = (page.scale * side for side in digit.box)
    box = slice(max(0, int(top)), int(top + height) + 1), slice(max(0, int(left)), int(left + width) + 1)
    inked, kept = (int(np.count_nonzero(stage.mask[box])) for stage in (page.ink, page.ruling))
    if inked < _LEAST_INK * width * height:
        return Loss.BINARIZATION
    return Loss.RULING if kept < (1 - _MOST_REMOVED) * inked else Loss.MARKS
