"""The ink of a drawing on plain ground: it is known, so that it need not be searched for as in a photo."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.binarize import Ink
from hdr_bench.pictures.grey import Grey
from hdr_bench.pictures.marks import find_marks, typical_height
from hdr_bench.pictures.page import Page
from hdr_bench.pictures.ruling import Ruling

# Digits of a drawing are large: with fewer pixels nothing of their form is lost, and each stage is faster.
_LARGEST = 640
# Weaker differences from the ground are compression's, not a pen's.
_LEAST_CONTRAST = 0.1


def find_drawn_ink(color: NDArray[np.uint8]) -> Page:
    """Find the ink of a drawing: whatever differs from its ground, which is one colour.

    Parameters
    ----------
    color : ndarray of shape (height, width, 3), uint8
        The drawing, upright; the most frequent colour of its border is the ground.

    Returns
    -------
    page : Page
        As `find_ink` makes it, with nothing done to lighting and ruling.
    """
    small, scale = _reduce(color)
    ground = _ground(small)
    differences = np.abs(small.astype(np.int16) - ground.astype(np.int16)).max(axis=2).astype(np.float32)
    contrast = float(differences.max()) / 255
    soft = differences / np.float32(max(contrast, _LEAST_CONTRAST) * 255)
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


def _reduce(color: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    from PIL import Image

    scale = _LARGEST / max(color.shape)
    if scale >= 1:
        return color, 1.0
    height, width = (max(1, round(length * scale)) for length in color.shape[:2])
    return np.asarray(Image.fromarray(color).resize((width, height), Image.Resampling.BOX)), scale


def _ground(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    border = np.concatenate([color[0], color[-1], color[:, 0], color[:, -1]])
    colors, counts = np.unique(border, axis=0, return_counts=True)
    ground: NDArray[np.uint8] = colors[counts.argmax()]
    return ground
