"""The background of images: what is behind the ink, and comes in where an image is moved."""

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import shown

# Smaller images have as many pixels at the edge as inside: their border does not tell ink from ground.
_SMALLEST_WITH_POLARITY = 8


def learn_background(images: NDArray[Any], background: float | None = None) -> float:
    """Return `background`, otherwise the median of the pixels along the images' borders.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Raw pixels of any numeric type.
    background : float or None, default=None
        None learns it. On MNIST that is 0, and 255 if it is inverted.

    Returns
    -------
    background : float

    Raises
    ------
    ValueError
        If `background` is not a finite number.

    Warns
    -----
    UserWarning
        If it is learnt from images of mixed polarity, which have no background in common.
    """
    if background is None:
        # The package of the data sets takes a while to import, and a network that was loaded needs none of it.
        from hdr_bench.datasets.polarity import border_mask

        learnt = float(np.median(images[:, border_mask(*images.shape[1:])].astype(np.float64)))
        _warn_of_mixture(images, learnt)
        return learnt
    if not math.isfinite(background):
        raise ValueError(f"background must be a finite number, or None to learn it, got {shown(background)}")
    return float(background)


def _warn_of_mixture(images: NDArray[Any], learnt: float) -> None:
    if min(images.shape[1:]) < _SMALLEST_WITH_POLARITY:
        return
    from hdr_bench.datasets.polarity import count_polarities

    counts = count_polarities(images)
    if counts.polarity is None or not counts.is_mixed:
        return
    warnings.warn(
        f"the training images are of mixed polarity: {counts.light_on_dark:,} light on dark, "
        f"{counts.dark_on_light:,} dark on light. The background of all is taken to be {learnt:g}; bring them to one "
        "polarity first, e.g. with load_dataset(..., polarity='light-on-dark')",
        UserWarning,
        stacklevel=2,
    )
