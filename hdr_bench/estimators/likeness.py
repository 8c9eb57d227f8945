"""Check whether the images to predict resemble the training images in range and polarity."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse

from hdr_bench.exceptions import DatasetWarning
from hdr_bench.names import class_name

# A few images may be blank or unusual, and checking them would take longer than some methods need to predict.
_FEWEST_IMAGES = 30
# From larger sets, this many images are sampled at equal steps.
_MOST_IMAGES = 100
# Detects pixels up to 1 or 16 mixed with pixels up to 255; the contrast of dim pictures is within a factor of 3.
_LARGEST_RATIO = 8
# Position of the mean between the smallest and the largest value: 0.13 in MNIST, 0.31 in digits-8x8, 0.96 in NIST-15.
_DARK, _LIGHT = 0.4, 0.6


@dataclass(frozen=True)
class PixelSummary:
    """Summary of the training images.

    Attributes
    ----------
    low, high, mean : float
        Smallest, largest and mean value.
    """

    low: float
    high: float
    mean: float

    @property
    def contrast(self) -> float:
        """Difference between the largest and the smallest value."""
        return self.high - self.low

    @property
    def brightness(self) -> float:
        """Position of the mean between the smallest value, 0, and the largest, 1."""
        return (self.mean - self.low) / self.contrast if self.contrast else 0.5


def summarize_pixels(X: Any) -> PixelSummary | None:
    """Return range and mean of images, rows of shape (n, n_features), or None if they are few or sparse.

    At most a hundred images are sampled.

    Parameters
    ----------
    X : array-like of shape (n, n_features)

    Returns
    -------
    summary : PixelSummary or None
    """
    if issparse(X):
        return None
    images = np.asarray(X)
    if len(images) < _FEWEST_IMAGES:
        return None
    rows = images[:: max(len(images) // _MOST_IMAGES, 1)]
    return PixelSummary(float(rows.min()), float(rows.max()), float(rows.mean(dtype=np.float64)))


def warn_if_unlike(estimator: Any, X: Any, *, stacklevel: int = 3) -> None:
    """Warn if the images to predict differ in range or polarity from those that an estimator was fitted on.

    Parameters
    ----------
    estimator : object
        Its attribute ``_fitted_on`` holds what `summarize_pixels` returned for the training images.
    X : array-like of shape (n, n_features)
        Fewer than 30 rows are not checked.
    stacklevel : int, default=3
        As for `warnings.warn`: 3 is the caller of the method that calls this function.

    Warns
    -----
    DatasetWarning
        If the contrasts differ by a factor of 8 or more, or if one mean is near the dark end and the other near the
        light end.
    """
    learnt = getattr(estimator, "_fitted_on", None)
    asked = None if learnt is None else summarize_pixels(X)
    if learnt is None or asked is None or not learnt.contrast or not asked.contrast:
        return
    name = class_name(type(estimator))
    if not 1 / _LARGEST_RATIO < asked.contrast / learnt.contrast < _LARGEST_RATIO:
        warnings.warn(
            f"{name}: X ranges from {asked.low:g} to {asked.high:g}, but the training images ranged from "
            f"{learnt.low:g} to {learnt.high:g}; scale both to the same range",
            DatasetWarning,
            stacklevel=stacklevel,
        )
    darkest, lightest = sorted((learnt.brightness, asked.brightness))
    if darkest < _DARK and lightest > _LIGHT:
        grounds = ("light on dark", "dark on light")
        now, before = grounds if asked.brightness < learnt.brightness else grounds[::-1]
        warnings.warn(
            f"{name}: X seems to be {now}, but the training images were {before}; invert X or the training images",
            DatasetWarning,
            stacklevel=stacklevel,
        )
