"""Pictures for display: thumbnails, and conversion to a format that browsers can show."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hdr_bench.pictures.load import load_content
from hdr_bench.pictures.steps import to_png

# Twice the displayed size, for high-resolution screens.
_THUMBNAIL = (192, 144)
# Longest side that the page draws; limited because the server holds the result in memory.
_LARGEST = (1600, 1600)
_GAP = 2.0


def draw_thumbnail(color: NDArray[np.uint8]) -> bytes:
    """Return a thumbnail of a picture as a JPEG.

    Parameters
    ----------
    color : ndarray of shape (height, width, 3), uint8

    Returns
    -------
    jpeg : bytes
    """
    file = BytesIO()
    _reduce(color, _THUMBNAIL).save(file, "JPEG", quality=85)
    return file.getvalue()


def convert_picture(content: bytes, most_pixels: int) -> bytes:
    """Return a picture as an upright PNG, reduced to the size that a page shows.

    Parameters
    ----------
    content : bytes
    most_pixels : int

    Returns
    -------
    png : bytes

    Raises
    ------
    PictureError
        If it cannot be read.
    """
    return to_png(np.asarray(_reduce(load_content(content, "the picture", most_pixels).color, _LARGEST)))


def _reduce(color: NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    picture = Image.fromarray(color)
    # The fastest filter that uses every pixel.
    picture.thumbnail(size, Image.Resampling.BOX, _GAP)
    return picture
