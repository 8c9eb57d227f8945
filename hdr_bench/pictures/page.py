"""From the pixels of a picture to its ink: a working copy, and the result of each stage."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import MissingDependencyError, PictureError
from hdr_bench.pictures.binarize import Ink, binarize
from hdr_bench.pictures.grey import Grey, to_grey
from hdr_bench.pictures.light import even_light
from hdr_bench.pictures.marks import Mark, count_marks, find_marks, typical_height
from hdr_bench.pictures.pixel_blocks import smooth_blocks
from hdr_bench.pictures.ruling import Ruling, remove_ruling

# Longest side of the working copy, in pixels: enough for digits whose height is a hundredth of the picture.
_LARGEST, _SMALLEST = 1600, 600
# Minimum height of digits in the working copy, in pixels, if the picture has the resolution.
_LOWEST_DIGIT = 28
_MOST_ENLARGED = 2.0
# The busiest real photographs have some 1,400 pieces of ink; noise has tens of thousands, which would take minutes.
_MOST_PIECES = 6000


@dataclass(frozen=True, eq=False)
class Page:
    """Ink of a picture, and the stages by which it was found.

    Attributes
    ----------
    color : ndarray of shape (height, width, 3), uint8
        Working copy: reduced, or enlarged if the picture is small.
    scale : float
        Pixels of the working copy per pixel of the upright picture.
    grey : Grey
    even : ndarray of shape (height, width), float32
        Picture after correction of the lighting.
    ink : Ink
    ruling : Ruling
    marks : tuple of Mark
        Connected pieces of ink.
    digit_height : float
        Estimated height of the digits, in pixels of the working copy.
    """

    color: NDArray[np.uint8]
    scale: float
    grey: Grey
    even: NDArray[np.float32]
    ink: Ink
    ruling: Ruling
    marks: tuple[Mark, ...]
    digit_height: float


def find_ink(color: NDArray[np.uint8]) -> Page:
    """Find the ink of a picture, on a copy whose size suits its digits.

    Parameters
    ----------
    color : ndarray of shape (height, width, 3), uint8
        The upright picture.

    Returns
    -------
    page : Page

    Raises
    ------
    MissingDependencyError
        If scikit-image is not installed.
    PictureError
        If the picture has more pieces of ink than any page of digits.
    """
    _check_installed()
    color = smooth_blocks(color)
    page = _find_ink_at(color, _working_scale(color.shape))
    if page.scale >= 1 or not 0 < page.digit_height < _LOWEST_DIGIT:
        return page
    # Small writing on a large sheet is processed again at a larger scale.
    growth = min(_LOWEST_DIGIT / page.digit_height, _MOST_ENLARGED, 1 / page.scale)
    return _find_ink_at(color, page.scale * growth)


def turn_page(page: Page, quarters: int) -> Page:
    """Rotate a page counter-clockwise by quarter turns.

    Parameters
    ----------
    page : Page
    quarters : int

    Returns
    -------
    page : Page
    """
    ruling = Ruling(*(np.rot90(each, quarters) for each in (page.ruling.mask, page.ruling.lines)))
    grey, ink = page.grey, page.ink
    return Page(
        np.rot90(page.color, quarters),
        page.scale,
        replace(grey, values=np.rot90(grey.values, quarters)),
        np.rot90(page.even, quarters),
        Ink(np.rot90(ink.mask, quarters), np.rot90(ink.soft, quarters), ink.contrast),
        ruling,
        find_marks(ruling.mask),
        page.digit_height,
    )


def _check_installed() -> None:
    try:
        import skimage  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            "reading pictures needs scikit-image, which cannot be imported "
            f"({error}); run: pip install 'hdr-bench[pictures]'"
        ) from error


def _working_scale(shape: tuple[int, ...]) -> float:
    longest = max(shape)
    if longest > _LARGEST:
        return _LARGEST / longest
    return max(1.0, _SMALLEST / longest)


def _find_ink_at(color: NDArray[np.uint8], scale: float) -> Page:
    small = _resize(color, scale)
    grey = to_grey(small)
    even = even_light(grey.values)
    ink = binarize(even)
    _check_pieces(ink.mask)
    ruling = remove_ruling(ink.mask)
    marks = find_marks(ruling.mask)
    return Page(small, scale, grey, even, ink, ruling, marks, typical_height(marks, ruling.mask.shape))


def _check_pieces(mask: NDArray[np.bool_]) -> None:
    n_pieces = count_marks(mask)
    if n_pieces > _MOST_PIECES:
        raise PictureError(
            f"the picture has {n_pieces:,} pieces of ink, but at most {_MOST_PIECES:,} are allowed: it seems to show "
            "noise or a pattern; crop it to the digits, or photograph them on plain paper"
        )


def _resize(color: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    from PIL import Image

    if scale == 1:
        return color
    height, width = (max(1, round(length * scale)) for length in color.shape[:2])
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(color).resize((width, height), method, reducing_gap=2.0))
