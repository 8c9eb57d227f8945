"""Ink of one mark as a smooth surface, whose level line is the edge of the stroke at any size."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

# Takes away the steps of MNIST's pixels, which would show as jagged edges in a digit three times as large.
_SMOOTHING = 0.5
# Points of the ink are looked for on a grid this much finer than the pixels.
_FINENESS = 4
# No letter that can be read as a digit, such as O, l, S, Z, B, g or q, and no sign that is a single stroke.
LETTERS = "ACDEFHKMNPRTVWXYadefhkmnrtwxy"
SIGNS = "+=×#"
_FONTS = ("DejaVuSans-Oblique.ttf", "DejaVuSans.ttf", "DejaVuSerif-Italic.ttf")


@dataclass(frozen=True, eq=False)
class Glyph:
    """Ink of a digit, letter or sign.

    Attributes
    ----------
    surface : ndarray of shape (height, width), dtype float64
        Spline coefficients of the ink, of degree 3, which is 1 inside of strokes and 0 outside.
    level : float
        Where its edge is.
    points : ndarray of shape (n, 2), dtype float64
        Points of the ink, as (x, y) in pixels of the surface.
    digit : int or None
        None if it is no digit.
    """

    surface: NDArray[np.float64]
    level: float
    points: NDArray[np.float64]
    digit: int | None


def make_glyph(ink: NDArray[np.float64], level: float, digit: int | None) -> Glyph:
    """Return the glyph of an image of ink.

    Parameters
    ----------
    ink : ndarray of shape (height, width), dtype float64
        From 0, paper, to 1, ink; with two pixels of paper around it.
    level : float
        Of the edge.
    digit : int or None

    Returns
    -------
    glyph : Glyph

    Raises
    ------
    ValueError
        If nothing of it is as dark as the level.
    """
    smooth = ndimage.gaussian_filter(ink, _SMOOTHING)
    surface = ndimage.spline_filter(smooth, order=3, mode="mirror")
    height, width = ink.shape
    y, x = np.mgrid[0 : height - 1 : _FINENESS * height * 1j, 0 : width - 1 : _FINENESS * width * 1j]
    fine = ndimage.map_coordinates(surface, (y, x), order=3, mode="mirror", prefilter=False)
    inside = fine > level
    if not inside.any():
        raise ValueError(f"no ink is as dark as {level:g}; the darkest is {fine.max():.2f}")
    return Glyph(surface, level, np.column_stack([x[inside], y[inside]]), digit)


def digit_glyph(image: NDArray[np.uint8], level: float, digit: int) -> Glyph:
    """Return the glyph of an MNIST image.

    Parameters
    ----------
    image : ndarray of shape (28, 28), dtype uint8
        Light ink on dark, as MNIST has it.
    level : float
        Of the edge; a faint digit gets a lower one, at most half of its own darkness.
    digit : int

    Returns
    -------
    glyph : Glyph
    """
    ink = image.astype(np.float64) / 255
    darkest = ndimage.gaussian_filter(ink, _SMOOTHING).max()
    return make_glyph(ink, min(level, 0.5 * darkest), digit)


@cache
def sign_glyph(character: str, font: int) -> Glyph:
    """Return the glyph of a letter or sign in a font that comes with matplotlib.

    Parameters
    ----------
    character : str
    font : int
        Number of the font, modulo their number.

    Returns
    -------
    glyph : Glyph
    """
    path = Path(get_data_path()) / "fonts" / "ttf" / _FONTS[font % len(_FONTS)]
    canvas = Image.new("L", (40, 44))
    ImageDraw.Draw(canvas).text((20, 22), character, fill=255, font=ImageFont.truetype(path, 27), anchor="mm")
    return make_glyph(np.asarray(canvas, dtype=np.float64) / 255, 0.4, None)
