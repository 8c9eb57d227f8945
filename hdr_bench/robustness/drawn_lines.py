"""Ink lines across the digit: dotted and zigzag."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import SIDE, grid_28

_REACH = 2.3
"""Scale over which a line fades, in pixels of a 28x28 image; it ends at 1.45 pixels from its centre."""
_DASH = 2
"""Columns of ink, followed by as many without, in pixels of a 28x28 image."""
_ENDS = (2, 25)
"""Columns between which a zigzag runs, in a 28x28 image."""
_WAVE = 2
"""Amplitude of a zigzag, and a quarter of its period, in pixels of a 28x28 image."""
_TILT = 5
"""Largest vertical distance between the ends of a zigzag, in rows of a 28x28 image."""

Lines = NDArray[np.float64]


def draw_dotted_lines(images: Pixels, random: np.random.Generator, *, lines: float) -> Pixels:
    """Return images with straight dotted lines from the left border to the right, starting and ending in random rows.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    lines : float
        Number of lines.

    Returns
    -------
    crossed : ndarray of shape (n, height, width)
    """
    rows, columns = grid_28(images)
    begins, ends = _any_rows(random.random((len(images), 2, int(lines)))).transpose(1, 2, 0)
    is_ink = np.floor((columns + 0.5) / _DASH) % 2 == 1
    slopes = (ends - begins) / (SIDE - 1)
    return _add_ink(
        images,
        (
            np.where(is_ink, _ink(rows - begin - slope * columns), 0)
            for begin, slope in zip(_each(begins), _each(slopes), strict=True)
        ),
    )


def draw_zigzags(images: Pixels, random: np.random.Generator, *, lines: float) -> Pixels:
    """Return images with zigzag lines from left to right, slightly tilted.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    lines : float
        Number of lines.

    Returns
    -------
    crossed : ndarray of shape (n, height, width)
    """
    rows, columns = grid_28(images)
    chances = random.random((len(images), 2, int(lines))).transpose(1, 2, 0)
    begins, tilts = _any_rows(chances[0]), np.floor(chances[1] * 2 * _TILT) - _TILT
    angles = np.arctan(tilts / (_ENDS[1] - _ENDS[0]))
    return _add_ink(
        images,
        (
            _zigzag(rows - begin, columns - _ENDS[0], angle)
            for begin, angle in zip(_each(begins), _each(angles), strict=True)
        ),
    )


def _add_ink(images: Pixels, drawn: Iterable[Lines]) -> Pixels:
    crossed = images.copy()
    for lines in drawn:
        crossed += lines.astype(images.dtype)
    return np.clip(crossed, 0, 1)


def _zigzag(rows: Lines, columns: Lines, angle: Lines) -> Lines:
    """Return the ink of zigzags, relative to their start."""
    sine, cosine = np.sin(angle), np.cos(angle)
    along = columns * cosine + rows * sine
    across = rows * cosine - columns * sine
    # From the centre line to a peak in a quarter of the period.
    wave = _WAVE - np.abs((along + _WAVE) % (4 * _WAVE) - 2 * _WAVE)
    length = (_ENDS[1] - _ENDS[0]) / cosine
    return np.where((along >= 0) & (along <= length), _ink(across - wave), 0)


def _ink(distances: Lines) -> Lines:
    """Return the amount of ink at given distances from a line's centre, along a column."""
    fading = 1 - np.minimum(np.abs(distances) / _REACH, 0.999)
    return np.clip(1 + np.log(fading), 0, 1)


def _any_rows(chances: Lines) -> Lines:
    """Return random rows of a 28x28 image, except the last."""
    return np.floor(chances * (SIDE - 1))


def _each(values: Lines) -> Lines:
    """Reshape values of shape (lines, n) so that those of each line broadcast over images."""
    return values[:, :, None, None]
