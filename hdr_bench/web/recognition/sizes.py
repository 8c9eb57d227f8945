"""Limits of the pixels of what is read, checked before anything is decoded."""

from io import BytesIO
from warnings import catch_warnings, simplefilter

from PIL import Image

from hdr_bench.exceptions import PictureError
from hdr_bench.pictures.load import LARGEST_LIMIT

MOST_DRAWN_PIXELS = 2_000_000
"""A canvas has fewer; larger ones would hold up all who draw."""


def check_drawing(content: bytes) -> None:
    """Refuse a drawing that is larger than any canvas.

    Parameters
    ----------
    content : bytes

    Raises
    ------
    PictureError
        If it is too large.
    """
    _check(content, "drawing", MOST_DRAWN_PIXELS, "send it as a picture")


def check_picture(content: bytes, most_pixels: int) -> None:
    """Refuse a picture that is too large.

    Parameters
    ----------
    content : bytes
    most_pixels : int

    Raises
    ------
    PictureError
        If it is too large.
    """
    _check(content, "picture", most_pixels, "reduce it")


def _check(content: bytes, what: str, most_pixels: int, advice: str) -> None:
    n_pixels = _count_pixels(content)
    if n_pixels > most_pixels:
        came = f"more than {LARGEST_LIMIT:,}" if n_pixels > LARGEST_LIMIT else f"{n_pixels:,}"
        raise PictureError(
            f"the {what} is too large: it has {came} pixels; {what}s of up to {most_pixels:,} pixels are read: {advice}"
        )


def _count_pixels(content: bytes) -> int:
    """Return the number of pixels as the head of the file gives it; 0 if it cannot be found."""
    with catch_warnings():
        simplefilter("ignore")
        try:
            with Image.open(BytesIO(content)) as picture:
                return picture.width * picture.height
        except Image.DecompressionBombError:
            # Pillow says the number only in words.
            return LARGEST_LIMIT + 1
        except Exception:  # noqa: BLE001  # whatever is wrong, the reading says it
            return 0
