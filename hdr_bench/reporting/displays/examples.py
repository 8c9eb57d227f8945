"""Example images as a reader sees them: ink on paper, and a caption."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_LETTERS = 12


@dataclass(frozen=True)
class Example:
    """An image of a gallery.

    Attributes
    ----------
    index : int
        Its place in the test part, from 0.
    truth : str
        Its class.
    predictions : tuple of str
        What it was taken for; of several methods each different answer once.
    confidence : float
        Probability of the predicted class, for wrong images; missing if the method gives none, or they are several.
    """

    index: int
    truth: str
    predictions: tuple[str, ...]
    confidence: float = math.nan


def as_ink_on_paper(images: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return images as they are read on paper, dark on white; the ground is what their edges are.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Of any range.

    Returns
    -------
    images : ndarray of shape (n, height, width), uint8
        0 is ink, 255 paper.
    """
    values = images.astype(np.float64)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    shares = (values - low) / max(high - low, 1e-12)
    edges = [shares[:, 0], shares[:, -1], shares[:, :, 0], shares[:, :, -1]]
    is_dark_ground = np.mean([edge.mean() for edge in edges]) < 0.5 if values.size else False
    return np.round(255 * (1 - shares if is_dark_ground else shares)).astype(np.uint8)


def caption(example: Example) -> str:
    """Return what is written under an image; long names of classes are cut.

    Parameters
    ----------
    example : Example
        The image.

    Returns
    -------
    text : str

    Examples
    --------
    >>> caption(Example(7, "4", ("9",), 0.873))
    '4 → 9, 87 %'
    """
    classes = f"{_cut(example.truth)} → {'/'.join(map(_cut, example.predictions))}"
    return classes if math.isnan(example.confidence) else f"{classes}, {100 * example.confidence:.0f} %"


def _cut(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
