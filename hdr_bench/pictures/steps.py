"""Drawings of what each stage did to a picture."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.context import choose_marks
from hdr_bench.pictures.reading import ReadDigit, Reading, Step

Color = tuple[int, int, int]
_INK: Color = (20, 20, 20)
_LINE: Color = (214, 39, 40)
_SPECK: Color = (190, 190, 190)
_DIGIT: Color = (31, 119, 180)
# Colours of neighbouring marks: Okabe and Ito's palette, which colour-blind people can distinguish.
_MARKS: tuple[Color, ...] = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233))
# Number of digit images per row of their sheet, and their magnification.
_PER_ROW, _ENLARGED = 12, 2


def draw_steps(reading: Reading) -> tuple[Step, ...]:
    """Draw the result of each stage, in order.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    steps : tuple of Step
    """
    page = reading.page
    grey = f"The channel with the most contrast, {page.grey.channel}"
    if page.grey.was_light_on_dark:
        grey += ", inverted: the ink was lighter than the paper"
    return (
        Step("upright", "The picture, upright, at the working size.", page.color),
        Step("grey", f"{grey}.", _to_bytes(page.grey.values)),
        Step("light", "Lighting evened out: each pixel relative to the paper around it.", _to_bytes(page.even)),
        Step("ink", "Ink separated from paper, by Sauvola's threshold.", _to_bytes(1 - page.ink.soft)),
        Step("ruling", "Ruled lines, squares and frames found (red) and removed.", _draw_ruling(reading)),
        Step("specks", "Removed (grey): specks, by their size, and what surrounds the digits.", _draw_specks(reading)),
        Step("division", "Pieces joined and touching digits split: one colour per mark.", _draw_marks(reading)),
        Step("lines", "Lines of digits, in reading order.", _draw_lines(reading)),
        Step("images", "What the model sees: MNIST's form.", _draw_images(reading)),
        Step("reading", "Digits (blue) and rejected marks (red).", draw_reading(reading)),
    )


def write_steps(reading: Reading, folder: Path, name: str) -> list[Path]:
    """Write the steps of a reading as PNG files.

    Parameters
    ----------
    reading : Reading
    folder : Path
        Created if it does not exist.
    name : str
        Beginning of the files' names.

    Returns
    -------
    paths : list of Path

    Raises
    ------
    OSError
        If the folder cannot be created or written to.
    """
    from hdr_bench.files import write_whole

    paths = []
    for number, step in enumerate(draw_steps(reading), start=1):
        paths.append(folder / f"{name}-{number:02}-{step.name}.png")
        write_whole(paths[-1], to_png(step.image))
    return paths


def to_png(image: NDArray[np.uint8]) -> bytes:
    """Encode an image as a PNG file.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3), uint8

    Returns
    -------
    content : bytes
    """
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(buffer, "PNG")
    return buffer.getvalue()


def draw_reading(reading: Reading) -> NDArray[np.uint8]:
    """Draw the boxes of digits and rejected marks onto the picture.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    image : ndarray of shape (height, width, 3), uint8
    """

    def draw(pen: Any, scale: float) -> None:
        for digit in reading.digits:
            color = _LINE if digit.rejected else _DIGIT
            left, top, right, bottom = _scale_box(digit, scale)
            pen.rectangle((left, top, right, bottom), outline=color, width=2)
            if not digit.rejected:
                pen.text((left, max(0, top - 26)), str(digit.digit), fill=color, font_size=24)

    return _draw_on(reading, draw)


def _to_bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.rint(values * 255).astype(np.uint8)


def _blank(reading: Reading) -> NDArray[np.uint8]:
    return np.full((*reading.page.ink.mask.shape, 3), 255, np.uint8)


def _draw_ruling(reading: Reading) -> NDArray[np.uint8]:
    image = _blank(reading)
    image[reading.page.ruling.lines] = _LINE
    image[reading.page.ruling.mask] = _INK
    return image


def _draw_specks(reading: Reading) -> NDArray[np.uint8]:
    image = _blank(reading)
    image[reading.page.ruling.mask] = _SPECK
    page = reading.page
    for mark in choose_marks(page.marks, page.ink.mask.shape, page.digit_height):
        image[mark.top : mark.bottom, mark.left : mark.right][mark.mask] = _INK
    return image


def _draw_marks(reading: Reading) -> NDArray[np.uint8]:
    image = _blank(reading)
    for number, mark in enumerate(reading.writing.marks):
        color = _MARKS[number % len(_MARKS)]
        image[mark.top : mark.bottom, mark.left : mark.right][mark.mask] = color
    return image


def _draw_lines(reading: Reading) -> NDArray[np.uint8]:
    def draw(pen: Any, scale: float) -> None:
        for number in range(len(reading.lines)):
            members = [digit for digit in reading.digits if digit.line == number and not digit.rejected]
            boxes = [_scale_box(digit, scale) for digit in members]
            for box in boxes:
                pen.rectangle(box, outline=_DIGIT, width=2)
            middles = [((left + right) / 2, (top + bottom) / 2) for left, top, right, bottom in boxes]
            if len(middles) > 1:
                pen.line(middles, fill=_LINE, width=3)

    return _draw_on(reading, draw)


def _draw_images(reading: Reading) -> NDArray[np.uint8]:
    if not reading.digits:
        return np.zeros((28, 28), np.uint8)
    tiles = [np.pad(digit.image, 2, constant_values=128 if digit.rejected else 0) for digit in reading.digits]
    empty = np.zeros_like(tiles[0])
    rows = [_pad_row(tiles[start : start + _PER_ROW], empty) for start in range(0, len(tiles), _PER_ROW)]
    sheet = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    return np.kron(sheet, np.ones((_ENLARGED, _ENLARGED), np.uint8))


def _pad_row(row: Sequence[NDArray[np.uint8]], empty: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [*row, *[empty] * (_PER_ROW - len(row))]


def _draw_on(reading: Reading, draw: Callable[[Any, float], None]) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw

    image = Image.fromarray(np.ascontiguousarray(reading.page.color))
    draw(ImageDraw.Draw(image), reading.page.scale)
    return np.asarray(image)


def _scale_box(digit: ReadDigit, scale: float) -> tuple[float, float, float, float]:
    left, top, width, height = digit.box
    return left * scale - 2, top * scale - 2, (left + width) * scale + 2, (top + height) * scale + 2
