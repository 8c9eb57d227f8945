"""Limits on the size of pictures, checked before decoding."""

from io import BytesIO
from warnings import catch_warnings, simplefilter

from PIL import Image

from hdr_bench.exceptions import PictureError
from hdr_bench.pictures.load import LARGEST_LIMIT

MOST_DRAWN_PIXELS = 2_000_000
"""More pixels than any canvas has; larger drawings would delay everybody else's."""


def check_drawing(content: bytes) -> None:
    """Reject a drawing that is larger than any canvas.

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
    """Reject a picture that is too large.

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
            f"the {what} is too large: it has {came} pixels, but at most {most_pixels:,} are allowed; {advice}"
        )


def _count_pixels(content: bytes) -> int:
    """Return the number of pixels from the header of the file; 0 if it cannot be determined."""
    with catch_warnings():
        simplefilter("ignore")
        try:
            with Image.open(BytesIO(content)) as picture:
                return picture.width * picture.height
        except Image.DecompressionBombError:
            # Pillow reports the number only in its message.
            return LARGEST_LIMIT + 1
        except Exception:  # noqa: BLE001  # whatever is wrong, the reading says it
            return 0
