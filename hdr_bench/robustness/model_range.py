"""Range of raw pixels, to which the strength of an attack is relative."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

PixelRange = tuple[float, float]
"""Smallest and largest possible raw pixel value."""


def find_pixel_range(model: Any, images: NDArray[Any] | None = None) -> PixelRange:
    """Return the range of images and of those that a model was fitted on, if it has stored their range.

    Parameters
    ----------
    model : estimator
        Fitted.
    images : ndarray or None, default=None
        Raw pixels, in any shape.

    Returns
    -------
    pixel_range : tuple of float
        Smallest and largest value.

    Raises
    ------
    ValueError
        If neither is known.
    """
    learned = getattr(model, "_fitted_on", None)
    lows, highs = ([learned.low], [learned.high]) if learned is not None else ([], [])
    if images is not None and np.size(images):
        lows.append(float(np.min(images)))
        highs.append(float(np.max(images)))
    if not lows:
        raise ValueError("the range of the pixels is not known; pass pixel_range, e.g. (0, 255)")
    return min(lows), max(highs)
