"""Ink of a drawing on a plain background: the background is known, so ink need not be searched for as in a photo."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.binarize import Ink
from hdr_bench.pictures.grey import Grey
from hdr_bench.pictures.marks import find_marks, typical_height
from hdr_bench.pictures.page import Page
from hdr_bench.pictures.ruling import Ruling

# Digits of a drawing are large. At this height, scaling them to 20x20 pixels loses none of their shape, and each stage
# is faster; small ones keep their pixels, up to the longest side of the working copy.
_DIGIT_HEIGHT, _LARGEST = 64, 960
# Size of the copy on which the height of the digits is estimated.
_OVERVIEW = 160
# In that copy, a thin pen leaves only faint ink.
_FAINT = 0.15
# A wide mark is more likely a digit being drawn than many that touch: its height is that of its first stroke.
_WIDE = 0.4
_HIGH = 75
# Weaker differences from the background come from compression, not from a pen.
_LEAST_CONTRAST = 0.1


def find_drawn_ink(color: NDArray[np.uint8]) -> Page:
    """Find the ink of a drawing: whatever differs from its background, which has a single colour.

    Parameters
    ----------
    color : ndarray of shape (height, width, 3), uint8
        The upright drawing; the most frequent colour along its border is the background.

    Returns
    -------
    page : Page
        As created by `find_ink`, but without corrections of lighting and ruling.
    """
    ground = _ground(color)
    scale = _working_scale(color, ground)
    small = _resize(color, scale)
    soft, contrast = _find_soft_ink(small, ground)
    mask = soft > 0.5
    marks = find_marks(mask)
    was_light = bool(mask.any()) and float(small[mask].mean()) > float(ground.mean())
    paper = 1 - soft
    return Page(
        small,
        scale,
        Grey(paper, "luma", was_light, 0),
        paper,
        Ink(mask, soft, contrast),
        Ruling(mask, np.zeros_like(mask)),
        marks,
        typical_height(marks, mask.shape),
    )


def _working_scale(color: NDArray[np.uint8], ground: NDArray[np.uint8]) -> float:
    """Return the scale of a drawing at which its tallest marks have the height of a digit."""
    longest = max(color.shape)
    overview = min(1.0, _OVERVIEW / longest)
    soft, _ = _find_soft_ink(_resize(color, overview), ground)
    heights = [max(mark.height, _WIDE * mark.width) for mark in find_marks(soft > _FAINT)]
    # In a drawing nearly all marks are digits; pieces of broken digits are smaller.
    height = float(np.percentile(heights, _HIGH)) / overview if heights else longest
    return min(1.0, _LARGEST / longest, _DIGIT_HEIGHT / height)


def _find_soft_ink(color: NDArray[np.uint8], ground: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """Return how much of each pixel is ink, from 0 to 1, and the contrast of the ink."""
    differences = np.maximum(color, ground) - np.minimum(color, ground)
    # Much faster than the maximum along an axis of length three.
    strongest = np.maximum(np.maximum(differences[..., 0], differences[..., 1]), differences[..., 2])
    contrast = float(strongest.max()) / 255
    return strongest / np.float32(max(contrast, _LEAST_CONTRAST) * 255), contrast


def _resize(color: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    from PIL import Image

    if scale == 1:
        return color
    height, width = (max(1, round(length * scale)) for length in color.shape[:2])
    return np.asarray(Image.fromarray(color).resize((width, height), Image.Resampling.BOX))


def _ground(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    border = np.concatenate([color[0], color[-1], color[:, 0], color[:, -1]]).astype(np.uint32)
    # Encode each colour as one number: numpy counts numbers much faster than rows.
    numbers, counts = np.unique(border @ np.array([65_536, 256, 1], np.uint32), return_counts=True)
    number = int(numbers[counts.argmax()])
    return np.array([number >> 16, number >> 8 & 255, number & 255], np.uint8)
