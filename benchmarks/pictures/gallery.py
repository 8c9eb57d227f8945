"""Pictures of the report: a page of each level, and the digits of generated pages that were not read right."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from benchmarks.pictures.levels import PageResult
from benchmarks.pictures.pages import Page, TrueMark
from benchmarks.pictures.reading import ReadMark
from benchmarks.pictures.scoring import Fate

_TILE = 72
_CAPTION = 16
_PER_ROW = 10
_MOST = 60
_EXAMPLE = 300


def draw_errors(results: Sequence[PageResult]) -> bytes | None:
    """Draw the digits that were not read right, each with what surrounds it and with what the model saw.

    Parameters
    ----------
    results : sequence of PageResult

    Returns
    -------
    png : bytes or None
        None if all are right; of many errors, some of all pages.
    """
    errors = [
        (result, digit, None if mark is None else result.marks[mark], fate)
        for result in results
        for digit, mark, fate in zip(result.page.digits, result.match.marks, result.match.fates, strict=True)
        if fate is not Fate.RIGHT
    ]
    if not errors:
        return None
    chosen = errors[:: -(-len(errors) // _MOST)]
    n_rows = -(-len(chosen) // _PER_ROW)
    width, height = 2 * _TILE + 8, _TILE + _CAPTION + 8
    sheet = Image.new("RGB", (width * min(_PER_ROW, len(chosen)), height * n_rows), "white")
    for number, (result, digit, mark, fate) in enumerate(chosen):
        tile = _draw_tile(result.page, digit, mark, fate)
        sheet.paste(tile, (number % _PER_ROW * width, number // _PER_ROW * height))
    return _as_png(sheet)


def _draw_tile(page: Page, digit: TrueMark, mark: ReadMark | None, fate: Fate) -> Image.Image:
    tile = Image.new("RGB", (2 * _TILE, _TILE + _CAPTION), "white")
    tile.paste(_crop(page, digit), (0, _CAPTION))
    if mark is not None:
        seen = Image.fromarray(255 - np.asarray(mark.image)).resize((_TILE, _TILE), Image.Resampling.NEAREST)
        tile.paste(seen, (_TILE, _CAPTION))
    answer = f"{digit.digit} read as {mark.digit}" if mark is not None and fate is Fate.MISREAD else None
    ImageDraw.Draw(tile).text((2, 0), answer or f"{digit.digit} {fate.value}", fill="black", font=_font())
    return tile


def _crop(page: Page, digit: TrueMark) -> Image.Image:
    """Return a digit and what lies around it, as a square."""
    x, y, width, height = digit.box
    reach = 0.75 * max(width, height)
    middle = x + width / 2, y + height / 2
    corners = (middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach)
    crop = Image.fromarray(page.picture).crop(tuple(round(corner) for corner in corners))
    return crop.resize((_TILE - 2, _TILE), Image.Resampling.BILINEAR)


def draw_examples(pages: dict[str, Page]) -> bytes:
    """Draw a page of each level, all in one picture.

    Parameters
    ----------
    pages : dict of str to Page
        By level.

    Returns
    -------
    jpeg : bytes
    """
    rows = -(-len(pages) // 4)
    sheet = Image.new("RGB", (4 * (_EXAMPLE + 8), rows * (_EXAMPLE + _CAPTION)), "white")
    for number, (level, page) in enumerate(pages.items()):
        picture = Image.fromarray(page.picture)
        picture.thumbnail((_EXAMPLE, _EXAMPLE - 8))
        left, top = number % 4 * (_EXAMPLE + 8), number // 4 * (_EXAMPLE + _CAPTION)
        ImageDraw.Draw(sheet).text((left, top), level, fill="black", font=_font())
        sheet.paste(picture, (left, top + _CAPTION))
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=80, optimize=True)
    return buffer.getvalue()


def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", 11)


def _as_png(sheet: Image.Image) -> bytes:
    buffer = io.BytesIO()
    # 64 colours are enough for ink on paper, and a third of the bytes.
    sheet.quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
