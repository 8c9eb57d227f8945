"""Letters and signs of fonts, printed or drawn with a pen, in MNIST's form."""

from pathlib import Path
from string import ascii_letters

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage.morphology import skeletonize

from benchmarks.embedded.pens import draw_radius, ink_of_path
from benchmarks.pictures.drawing import PAGE, Floats, Images, draw_all
from hdr_bench.pictures.normalize import BOX

FONTS = {
    "training": ("DejaVuSans", "DejaVuSansMono", "STIXGeneral", "cmss10", "cmmi10", "DejaVuSerif-Italic"),
    "report": ("DejaVuSans-Oblique", "DejaVuSerif", "STIXGeneralBolIta", "cmr10", "cmti10", "cmtt10"),
}
# Written by hand, nobody can tell O from 0, I and l from 1, or Z from 2: a context does, and a cut-out has none.
LETTERS_LIKE_DIGITS = "OoIlZzSsBbGgqDQJiT"
LETTERS = "".join(sorted(set(ascii_letters) - set(LETTERS_LIKE_DIGITS)))
SIGNS = "+-=×÷<>?!%&#@*√~^"
_INK = 110
_SMALLEST = 5


def letters(n: int, part: str, seed: int, alphabet: str = LETTERS) -> Images:
    """Draw characters of fonts.

    Parameters
    ----------
    n : int
    part : {"training", "report"}
        Which fonts.
    seed : int
    alphabet : str

    Returns
    -------
    images : ndarray of shape (n, 28, 28), uint8
    """
    fonts = _load_fonts(part)
    return draw_all(lambda generator: _draw_character(generator, fonts, alphabet) / 255, n, seed)


def pen_letters(n: int, part: str, seed: int, alphabet: str = LETTERS) -> Images:
    """Draw characters of fonts with a pen of random width, leaning as handwriting does.

    Parameters
    ----------
    n : int
    part : {"training", "report"}
        Which fonts.
    seed : int
    alphabet : str

    Returns
    -------
    images : ndarray of shape (n, 28, 28), uint8
    """
    fonts = _load_fonts(part)

    def draw(generator: np.random.Generator) -> Floats:
        printed = Image.fromarray(_draw_character(generator, fonts, alphabet))
        lean = generator.uniform(-0.1, 0.35)
        leaning = printed.transform(
            printed.size, Image.Transform.AFFINE, (1, lean, -lean * PAGE / 2, 0, 1, 0), Image.Resampling.BILINEAR
        )
        path = skeletonize(np.pad(np.asarray(leaning), 10) > _INK)
        if not path.any():
            return np.zeros(path.shape)
        side = max(*(np.ptp(places) for places in np.nonzero(path)), _SMALLEST)
        return ink_of_path(path, side / BOX * draw_radius(generator))

    return draw_all(draw, n, seed)


def _load_fonts(part: str) -> list[ImageFont.FreeTypeFont]:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return [ImageFont.truetype(str(folder / f"{name}.ttf"), 64) for name in FONTS[part]]


def _draw_character(
    generator: np.random.Generator, fonts: list[ImageFont.FreeTypeFont], alphabet: str
) -> NDArray[np.uint8]:
    page = Image.new("L", (PAGE, PAGE))
    font = fonts[generator.integers(len(fonts))]
    character = alphabet[generator.integers(len(alphabet))]
    ImageDraw.Draw(page).text((PAGE / 2, PAGE / 2), character, fill=255, font=font, anchor="mm")
    return np.asarray(page.rotate(generator.uniform(-10, 10), Image.Resampling.BILINEAR))
