"""Many small images as one picture, of which a page shows a part at a time."""

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hdr_bench.reporting.displays.gallery import COLUMNS, GalleryDisplay, Shown, as_ink_on_paper, caption

_SMALLEST_SIDE, _LARGEST_SIDE = 56, 72
_LIGHTEST, _DARKEST = np.array([255.0, 255.0, 255.0]), np.array([11.0, 70.0, 121.0])


@dataclass(frozen=True)
class SpriteCell:
    """An image of a sprite: where it lies, what stands under it, and what it is in words."""

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
    """Return a gallery as one picture, as PNG."""
    columns = min(COLUMNS, max(len(gallery.shown), 1))
    _, height, width = gallery.images.shape
    factor = min(max(_SMALLEST_SIDE / max(height, width), 1.0), _LARGEST_SIDE / max(height, width))
    cells = tuple(
        SpriteCell(place % columns, place // columns, caption(shown), _in_words(shown))
        for place, shown in enumerate(gallery.shown)
    )
    count = f"{len(gallery.shown):,} of {gallery.n_found:,}" if len(gallery.shown) < gallery.n_found else ""
    note = "; ".join(filter(None, (count, gallery.remark)))
    return Sprite(gallery.title, note, _data_uri(_tiled(as_ink_on_paper(gallery.images), columns)),
                  round(factor * width), round(factor * height), columns, cells)  # fmt: skip


def shaded_picture(shares: NDArray[np.float64]) -> str:
    """Return a matrix of shares as an address that holds its picture: a pixel a cell, the darker the more."""
    darkness = np.sqrt(shares)[:, :, None]
    pixels = np.round((1 - darkness) * _LIGHTEST + darkness * _DARKEST).astype(np.uint8)
    return _in_address(Image.fromarray(pixels))


def _tiled(images: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    n, height, width = images.shape
    rows = math.ceil(n / columns)
    padded = np.full((rows * columns, height, width), 255, np.uint8)
    padded[:n] = images
    return padded.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


def _data_uri(picture: NDArray[np.uint8]) -> str:
    # Sixteen greys are enough for the eye, and half the bytes.
    return _in_address(Image.fromarray(picture).quantize(16))


def _in_address(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _in_words(shown: Shown) -> str:
    said = f"Test image {shown.index}: a {shown.truth}, taken for {' or '.join(shown.predictions)}"
    return said if math.isnan(shown.confidence) else f"{said} with {100 * shown.confidence:.0f} % confidence"
