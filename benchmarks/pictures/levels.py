"""Readings of generated pages: what became of each digit, by level."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures.pages import SEED, DigitImages, Page, make_pages
from benchmarks.pictures.reading import Read, ReadMark
from benchmarks.pictures.scoring import Fate, Match, match_boxes
from benchmarks.pictures.stages import Loss, find_loss

# As many pages of the level that is the measure as give about 1,700 digits; fewer of the others.
N_MODERATE = 100
# The report's pages are others than those of seed 16, which the stages were developed on.
REPORT_SEED = 17
N_OTHERS = 30


@dataclass(frozen=True, eq=False)
class PageResult:
    """A page, what was read of it, and how both fit.

    Attributes
    ----------
    level : str
    number : int
        Of the page.
    page : Page
    marks : tuple of ReadMark
        Of the reading.
    match : Match
        Of the page's digits and the marks.
    losses : tuple of Loss
        Of each digit that no mark shows, the stage that lost it.
    """

    level: str
    number: int
    page: Page
    marks: tuple[ReadMark, ...]
    match: Match
    losses: tuple[Loss, ...]

    def row(self) -> dict[str, object]:
        """Return its counts, for a table.

        Returns
        -------
        row : dict
        """
        counts = Counter(self.match.fates)
        return {
            "level": self.level,
            "page": self.number,
            "ruling": self.page.scene.ruling,
            "digits": len(self.match.fates),
            **{fate.value: counts[fate] for fate in Fate},
            **{loss.value: self.losses.count(loss) for loss in Loss},
            "invented": len(self.match.invented),
        }

    def cut_outs(self) -> Iterator[tuple[NDArray[np.uint8], int]]:
        """Give the 28x28 image and the true digit of each mark that was matched, whatever was made of it.

        Yields
        ------
        image, digit : ndarray of shape (28, 28), int
        """
        for digit, mark in zip(self.page.digits, self.match.marks, strict=True):
            if mark is not None and digit.digit is not None:
                yield self.marks[mark].image, digit.digit


def n_pages(level: str) -> int:
    """Return how many pages of a level the report reads."""
    return N_MODERATE if level == "moderate" else N_OTHERS


def read_level(level: str, n: int, digits: DigitImages, read: Read, seed: int = SEED) -> Iterator[PageResult]:
    """Read the pages of a level.

    Parameters
    ----------
    level : str
        Name in `LEVELS`.
    n : int
        How many pages.
    digits : DigitImages
        What they are written with.
    read : callable
        From the picture to its reading.
    seed : int, default=16
        Of the pages.

    Yields
    ------
    result : PageResult
    """
    for number, page in enumerate(make_pages(level, n, digits, seed)):
        reading = read(page.picture)
        match = match_boxes(page.digits, reading.digits)
        missed = [digit for digit, fate in zip(page.digits, match.fates, strict=True) if fate is Fate.MISSED]
        losses = tuple(find_loss(digit, reading.page) for digit in missed)
        yield PageResult(level, number, page, reading.digits, match, losses)
