"""Many small images as one picture, of which a page shows a part at a time."""

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hdr_bench.reporting.displays.examples import Example, as_ink_on_paper, caption
from hdr_bench.reporting.displays.gallery import COLUMNS, GalleryDisplay

_SMALLEST_SIDE, _LARGEST_SIDE = 56, 72
_LIGHTEST, _DARKEST = np.array([255.0, 255.0, 255.0]), np.array([11.0, 70.0, 121.0])


@dataclass(frozen=True)
class SpriteCell:
    """An image of a sprite.

    Attributes
    ----------
    column, row : int
        Its place in the picture.
    caption : str
        What is written under it.
    text : str
        What it is, in words.
    """

    column: int
    row: int
    caption: str
    text: str


@dataclass(frozen=True)
class Sprite:
    """A gallery as one picture.

    Attributes
    ----------
    title : str
    note : str
        How many images there are of the kind, and of which methods.
    data_uri : str
        The picture, as an address that holds it whole.
    width, height : int
        Of an image, as it is shown, in pixels of a page.
    columns : int
        Images side by side in the picture.
    cells : tuple of SpriteCell
    """

    title: str
    note: str
    data_uri: str
    width: int
    height: int
    columns: int
    cells: tuple[SpriteCell, ...]


def make_sprite(gallery: GalleryDisplay) -> Sprite:
    """Return a gallery as one picture.

    Parameters
    ----------
    gallery : GalleryDisplay
        The images.

    Returns
    -------
    sprite : Sprite
        Its picture is a PNG.
    """
    columns = min(COLUMNS, max(len(gallery.examples), 1))
    width, height = shown_size(gallery.images)
    cells = tuple(
        SpriteCell(place % columns, place // columns, caption(example), _in_words(example))
        for place, example in enumerate(gallery.examples)
    )
    n_shown = len(gallery.examples)
    count = f"{n_shown:,} of {gallery.n_total:,}" if n_shown < gallery.n_total else ""
    return Sprite(
        title=gallery.title,
        note="; ".join(filter(None, (count, gallery.remark))),
        data_uri=tile_pictures(as_ink_on_paper(gallery.images), columns),
        width=width,
        height=height,
        columns=columns,
        cells=cells,
    )


def shade_picture(shares: NDArray[np.float64]) -> str:
    """Return a matrix of shares as a picture with a pixel per cell, the darker the more.

    Parameters
    ----------
    shares : ndarray of shape (n_rows, n_columns)
        From 0 to 1.

    Returns
    -------
    data_uri : str
        The picture, as an address that holds it whole.
    """
    darkness = np.sqrt(shares)[:, :, None]
    pixels = np.round((1 - darkness) * _LIGHTEST + darkness * _DARKEST).astype(np.uint8)
    return _png_address(Image.fromarray(pixels))


def shown_size(images: NDArray[np.generic]) -> tuple[int, int]:
    """Return the size at which a page shows small images.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    width, height : int
        In pixels of a page.
    """
    _, height, width = images.shape
    factor = min(max(_SMALLEST_SIDE / max(height, width), 1.0), _LARGEST_SIDE / max(height, width))
    return round(factor * width), round(factor * height)


def tile_pictures(images: NDArray[np.uint8], columns: int) -> str:
    """Return images side by side in rows, as one picture.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), uint8
        Ink on paper: 255 is white.
    columns : int
        Images in a row.

    Returns
    -------
    data_uri : str
        The picture, as an address that holds it whole.
    """
    return _to_data_uri(_tile(images, columns))


def _tile(images: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    n, height, width = images.shape
    rows = math.ceil(n / columns)
    padded = np.full((rows * columns, height, width), 255, np.uint8)
    padded[:n] = images
    return padded.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


def _to_data_uri(picture: NDArray[np.uint8]) -> str:
    # Sixteen greys are enough for the eye, and half the bytes.
    return _png_address(Image.fromarray(picture).quantize(16))


def _png_address(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _in_words(example: Example) -> str:
    words = f"Test image {example.index}: a {example.truth}, taken for {' or '.join(example.predictions)}"
    return words if math.isnan(example.confidence) else f"{words} with {100 * example.confidence:.0f} % confidence"
