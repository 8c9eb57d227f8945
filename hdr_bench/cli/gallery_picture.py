"""A gallery of a data set's images as a picture, with one row of examples per class."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hdr_bench.exceptions import DatasetError
from hdr_bench.files import write_whole

if TYPE_CHECKING:
    from PIL import Image

    from hdr_bench.cli.dataset_text import Examples

_PNG = b"\x89PNG\r\n\x1a\n"
_TILE_PIXELS = 56
_GAP, _MARGIN, _TEXT_PIXELS = 6, 10, 18
_LONGEST_NAME = 12
_PAPER, _BORDER = 255, 225


def check_picture(path: Path) -> None:
    """Check that a gallery may be written to a path.

    Parameters
    ----------
    path : Path

    Raises
    ------
    DatasetError
        If the path does not end in .png, or an existing file is not a PNG picture.
    """
    if path.suffix.lower() != ".png":
        raise DatasetError(f"{path}: the gallery is a PNG picture; choose a name that ends in .png")
    if not path.exists():
        return
    if not path.is_file() or not path.read_bytes()[: len(_PNG)] == _PNG:
        raise DatasetError(f"{path}: exists and is not a PNG picture; choose another name, or remove it")


def write_gallery(path: Path, examples: "Examples") -> None:
    """Write examples as a PNG picture: dark ink on white, one row per class, preceded by the class's name.

    Parameters
    ----------
    path : Path
        Written atomically; an existing PNG picture is replaced.
    examples : Examples

    Raises
    ------
    DatasetError
        If an existing file is not a PNG picture.
    OSError
        If the file cannot be written.
    """
    check_picture(path)
    buffer = io.BytesIO()
    _draw_sheet(examples).save(buffer, "PNG")
    write_whole(path, buffer.getvalue())


def _draw_sheet(examples: "Examples") -> "Image.Image":
    from PIL import Image, ImageDraw, ImageFont

    names = list(dict.fromkeys(examples.names))
    rows = [np.flatnonzero([each == name for each in examples.names]) for name in names]
    height, width = examples.inks.shape[1:]
    # Scaled by whole factors, so that pixels stay square and can be counted.
    scale = max(1, round(_TILE_PIXELS / max(height, width)))
    tile = (width * scale, height * scale)
    font = ImageFont.load_default(_TEXT_PIXELS)
    labels = [name[:_LONGEST_NAME] for name in names]
    left = 2 * _MARGIN + round(max(font.getlength(label) for label in labels))
    size = (
        left + max(map(len, rows)) * (tile[0] + _GAP) + _MARGIN,
        2 * _MARGIN + len(rows) * (tile[1] + _GAP),
    )
    sheet = Image.new("L", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for line, (label, places) in enumerate(zip(labels, rows, strict=True)):
        top = _MARGIN + line * (tile[1] + _GAP)
        draw.text((_MARGIN, top + tile[1] / 2), label, fill=0, font=font, anchor="lm")
        for column, place in enumerate(places):
            ink = np.round(_PAPER * (1 - examples.inks[place])).astype(np.uint8)
            corner = (left + column * (tile[0] + _GAP), top)
            sheet.paste(Image.fromarray(ink).resize(tile, Image.Resampling.NEAREST), corner)
            draw.rectangle((corner[0] - 1, top - 1, corner[0] + tile[0], top + tile[1]), outline=_BORDER)
    return sheet
