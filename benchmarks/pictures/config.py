"""How difficult a page is: the ranges that its properties are drawn from, and the levels of the report."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

Range = tuple[float, float]
Ruling = Literal["plain", "lines", "squares"]


@dataclass(frozen=True)
class PageConfig:
    """The ranges from which the properties of a page are drawn, uniformly and independently of each other.

    Attributes
    ----------
    n_lines : tuple of int
        Fewest and most lines of a page.
    n_per_line : tuple of int
        Fewest and most digits of a line.
    height : tuple of float
        Of a digit's ink, in pixels, before the page is turned.
    slant : tuple of float
        Degrees by which the digits of a page lean to the right, beside the slant that they have.
    stroke : tuple of float
        Level at which the grey levels of an MNIST digit, between 0 and 1, are taken for the edge of its ink: the lower,
        the thicker the stroke.
    gap : tuple of float
        Between the boxes of two neighbours, in their heights.
    touching : float
        Share of neighbours whose ink runs into each other.
    letters : float
        Share of letters and signs among the marks.
    rulings : tuple of str
        What the pages are ruled with: page number ``i`` takes item ``i`` modulo their number.
    rule_contrast : tuple of float
        Of the rules, as a share of the ink's.
    contrast : tuple of float
        Of the ink: the share of the paper's luminance that it takes away.
    light : tuple of float
        Share of the light that is missing where the page is darkest.
    shadow : tuple of float
        Share of the light that a shadow over a part of the page takes away.
    rotation : tuple of float
        Degrees.
    perspective : float
        Largest shift of a corner of the page, as a share of its width and height.
    blur : tuple of float
        Standard deviation of the Gaussian blur, in pixels.
    noise : tuple of float
        Standard deviation of the Gaussian noise, in grey levels of 0 to 255.
    quality : tuple of int
        Of the JPEG file.
    """

    n_lines: tuple[int, int] = (2, 4)
    n_per_line: tuple[int, int] = (5, 7)
    height: Range = (24, 80)
    slant: Range = (-8, 12)
    stroke: Range = (0.4, 0.6)
    gap: Range = (0.2, 0.7)
    touching: float = 0.0
    letters: float = 0.0
    rulings: tuple[Ruling, ...] = ("plain", "lines", "plain", "squares")
    rule_contrast: Range = (0.3, 0.6)
    contrast: Range = (0.35, 0.9)
    light: Range = (0.0, 0.3)
    shadow: Range = (0.0, 0.0)
    rotation: Range = (-8, 8)
    perspective: float = 0.05
    blur: Range = (0.0, 1.2)
    noise: Range = (0, 10)
    quality: tuple[int, int] = (60, 95)


MODERATE = PageConfig()
"""Set before anything was tuned on such pages; see the report. One page in two is ruled, with lines or squares."""

LEVELS: Mapping[str, PageConfig] = MappingProxyType(
    {
        "easy": PageConfig(
            height=(40, 80),
            slant=(0, 0),
            rulings=("plain",),
            contrast=(0.7, 0.9),
            light=(0.0, 0.1),
            rotation=(-1, 1),
            perspective=0.0,
            blur=(0.0, 0.5),
            noise=(0, 3),
            quality=(90, 95),
        ),
        "moderate": MODERATE,
        "touching": replace(MODERATE, touching=0.3),
        "letters": replace(MODERATE, letters=0.25),
        "light": replace(MODERATE, light=(0.4, 0.65), shadow=(0.3, 0.6)),
        "thin": replace(MODERATE, stroke=(0.7, 0.85)),
        "tilted": replace(MODERATE, rotation=(-25, 25), perspective=0.1),
        "small": replace(MODERATE, height=(14, 24), blur=(0.0, 0.6), noise=(0, 6)),
        "large": replace(MODERATE, height=(80, 240)),
    }
)
"""The levels by name. All but ``easy`` change one aspect of ``moderate``, and what comes with it."""
