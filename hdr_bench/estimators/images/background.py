"""Background of images: the value behind the ink, which also pads an image that is shifted."""

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import shown

# In smaller images, as many pixels are at the edge as inside, so the border does not distinguish ink from background.
_SMALLEST_WITH_POLARITY = 8


def learn_background(images: NDArray[Any], background: float | None = None) -> float:
    """Return `background` if it is given, otherwise the median of the pixels along the images' borders.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Raw pixels of any numeric type.
    background : float or None, default=None
        None learns it: 0 on MNIST, and 255 if it is inverted.

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
        If it is learnt from images of mixed polarity, which have no common background.
    """
    if background is None:
        # Importing the package of the data sets is slow, and a loaded network does not need it.
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
        f"{counts.dark_on_light:,} dark on light. The background of all images is assumed to be {learnt:g}; convert "
        "them to one polarity first, e.g. with load_dataset(..., polarity='light-on-dark')",
        UserWarning,
        stacklevel=2,
    )
