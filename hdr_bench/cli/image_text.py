"""Images as text: drawings in half-block characters, side by side, and tables of pixel values."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_GAP = "  "
_WIDEST = 18
"""Width of a drawing in characters: four fit side by side in 80 columns, and MNIST's digits are legible."""

# Ink in neither, the upper, the lower or both of the two pixels that a character represents.
_BLOCKS, _ASCII = " ▀▄█", " '.:"
_FEWEST_DIGITS = 3
_CLEAR_INK = 0.4
"""Share of the darkest pixel from which a pixel counts as ink."""


def draw_row(inks: Sequence[NDArray[np.float64]], captions: Sequence[str], encoding: str) -> list[str]:
    """Return drawings side by side, with a caption above each.

    Parameters
    ----------
    inks : sequence of ndarray of shape (height, width)
        From 0 (paper) to 1 (ink).
    captions : sequence of str
    encoding : str
        Encoding of the stream that they are printed on; if it has no half blocks, ASCII is used.

    Returns
    -------
    lines : list of str
    """
    letters = _BLOCKS if _can_write(_BLOCKS, encoding) else _ASCII
    pictures = [_draw(ink, letters) for ink in inks]
    width = max(len(line) for picture in pictures for line in picture)
    columns = [[caption[:width], *picture] for caption, picture in zip(captions, pictures, strict=True)]
    height = max(map(len, columns))
    padded = [[line.ljust(width) for line in column] + [" " * width] * (height - len(column)) for column in columns]
    return [_GAP.join(parts).rstrip() for parts in zip(*padded, strict=True)]


def count_in_row(shape: tuple[int, int], columns: int) -> int:
    """Return how many drawings fit side by side.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the images, in pixels.
    columns : int
        Width of the terminal.

    Returns
    -------
    n_pictures : int
        At least 1.
    """
    width = min(shape[1] * _enlargement(shape[1]), _WIDEST)
    return max(1, (columns + len(_GAP)) // (width + len(_GAP)))


def write_pixels(image: NDArray[np.generic]) -> Iterator[str]:
    """Yield the rows of an image as numbers, in columns of equal width.

    Parameters
    ----------
    image : ndarray of shape (height, width)

    Yields
    ------
    line : str
    """
    form = "{:.3g}" if image.dtype.kind == "f" else "{}"
    rows = [[form.format(value) for value in row] for row in image.tolist()]
    width = max(_FEWEST_DIGITS, *(len(cell) for row in rows for cell in row))
    yield from (" ".join(cell.rjust(width) for cell in row) for row in rows)


def as_ink(images: NDArray[np.generic], is_dark_ink: bool, low: float, high: float) -> NDArray[np.float64]:
    """Return images as ink from 0 to 1.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    is_dark_ink : bool
        Whether the ink is dark.
    low, high : float
        Smallest and largest pixel values.

    Returns
    -------
    inks : ndarray of shape (n, height, width)
    """
    shares = (images.astype(np.float64) - low) / ((high - low) or 1.0)
    return np.clip(1 - shares if is_dark_ink else shares, 0, 1)


def _draw(ink: NDArray[np.float64], letters: str) -> list[str]:
    from PIL import Image

    n_times = _enlargement(ink.shape[1])
    ink = ink.repeat(n_times, axis=0).repeat(n_times, axis=1)
    if ink.shape[1] > _WIDEST:
        ink = _crop(ink)
        share = _WIDEST / max(ink.shape)
        size = (max(1, round(ink.shape[1] * share)), max(1, round(ink.shape[0] * share)))
        # Each new pixel is the mean of the area that it covers.
        ink = np.asarray(Image.fromarray(ink.astype(np.float32)).resize(size, Image.Resampling.BOX), np.float64)
    # Reduction makes thin strokes paler, so the threshold is relative to the drawing's own darkest ink.
    is_ink = np.pad(ink > _CLEAR_INK * max(float(ink.max()), _CLEAR_INK), ((0, len(ink) % 2), (0, 0)))
    codes = is_ink[::2].astype(int) + 2 * is_ink[1::2]
    return ["".join(letters[code] for code in row) for row in codes.tolist()]


def _crop(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Crop a drawing to its ink: at this size, there is no space for an empty margin."""
    is_ink = ink > _CLEAR_INK * max(float(ink.max()), _CLEAR_INK)
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _enlargement(width: int) -> int:
    return max(1, _WIDEST // width)


def _can_write(letters: str, encoding: str) -> bool:
    try:
        letters.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
