"""Deskewing of images by their moments."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.base import OneToOneFeatureMixin

from hdr_bench.estimators.images.base import BackgroundTransformer
from hdr_bench.estimators.images.moments import mass_centers, slopes
from hdr_bench.estimators.pixels import Floats


class Deskewer(OneToOneFeatureMixin, BackgroundTransformer):
    """Shear each image horizontally so that its principal axis is vertical, and centre its mass.

    The angle is derived from the image's second-order moments, as in LeCun et al. (1998), "Gradient-based learning
    applied to document recognition", section III. The image is sampled with bilinear interpolation. The mass of a pixel
    is its distance from the background.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        Height and width. None assumes a square image if the number of features is a square number, otherwise a single
        row.
    background : float or None, default=None
        Value of the pixels behind the ink: 0 in MNIST, 255 in most pictures. None learns it as the median of the pixels
        along the borders of the training images.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height and width in use.
    background_ : float
        Background value in use.
    n_features_in_ : int
        Number of features seen during fit.
    """

    def __init__(self, image_shape: tuple[int, int] | None = None, *, background: float | None = None) -> None:
        self.image_shape = image_shape
        self.background = background

    def _transform_images(self, images: Floats) -> Floats:
        return deskew(images, self.background_)


def deskew(images: Floats, background: float = 0.0) -> Floats:
    """Shear images upright and centre their mass; an image without mass, or with a single row, is only shifted.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        float32 or float64.
    background : float, default=0.0
        The mass of a pixel is its distance from this value, which also pads the edges.

    Returns
    -------
    deskewed : ndarray of shape (n, height, width)
        Same type as `images`.
    """
    ground = images.dtype.type(background)
    return _deskew_ink(images - ground) + ground


def _deskew_ink(images: Floats) -> Floats:
    n, height, width = images.shape
    rows, columns = mass_centers(images)
    slope = slopes(images, rows, columns)
    from_middle = np.arange(height, dtype=images.dtype) - (height - 1) / 2
    centered = _sample_rows(images, rows - (height - 1) / 2)
    lean = columns[:, None] - (width - 1) / 2 + slope[:, None] * from_middle
    return _sample_lines(centered.reshape(n * height, width), lean.ravel()).reshape(images.shape)


def _sample_rows(images: Floats, shift: Floats) -> Floats:
    """Sample each image `shift` (n,) rows further down, with bilinear interpolation and zeros outside."""
    n, height, _ = images.shape
    whole, rest = _split(shift, height)
    rows = np.clip(np.arange(height + 1) + whole[:, None], -1, height) + 1
    padded = np.pad(images, ((0, 0), (1, 1), (0, 0)))
    sampled = padded[np.arange(n)[:, None], rows]
    return _between(sampled[:, :-1], sampled[:, 1:], rest[:, None, None])


def _sample_lines(lines: Floats, shift: Floats) -> Floats:
    """Sample each line (n, width) `shift` (n,) pixels further right, with bilinear interpolation and zeros outside."""
    n, width = lines.shape
    whole, rest = _split(shift, width)
    margin = int(np.abs(whole).max(initial=0)) + 1
    # Windows are contiguous: numpy copies each in one piece, whereas an index per pixel would take several times as
    # long.
    windows = sliding_window_view(np.pad(lines, ((0, 0), (margin, margin))), width + 1, axis=1)
    sampled = windows[np.arange(n), margin + whole]
    return _between(sampled[:, :-1], sampled[:, 1:], rest[:, None])


def _split(shift: Floats, size: int) -> tuple[NDArray[np.intp], Floats]:
    """Split shifts into whole pixels and a fraction; shifts beyond the image are clipped to just beyond it."""
    limited = np.clip(shift, -size - 1, size)
    whole = np.floor(limited)
    return whole.astype(np.intp), limited - whole


def _between(low: Floats, high: Floats, share: Floats) -> Floats:
    step = high - low
    step *= share
    step += low
    return step
