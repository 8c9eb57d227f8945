"""Transformers on images: scaling and deskewing. No torch here."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.shapes import image_shape_of

Floats = NDArray[np.floating[Any]]


def learn_scale(X: NDArray[Any], pixel_scale: float | None) -> float:
    """Return what pixels are divided by: `pixel_scale`, else the largest absolute value in `X` (1 where all are 0).

    Raises
    ------
    ValueError
        If `pixel_scale` is not a positive number.
    """
    if pixel_scale is None:
        return float(max(X.max(), -X.min().astype(np.float64))) or 1.0
    if not 0 < pixel_scale < float("inf"):
        raise ValueError(f"pixel_scale={pixel_scale!r} is not possible; give a positive number, or None to learn it")
    return float(pixel_scale)


def scaled(X: NDArray[Any], scale: float) -> Floats:
    """Return `X` divided by `scale`: float64 stays, all else becomes float32."""
    floats = X if X.dtype == np.float64 else X.astype(np.float32, copy=False)
    return np.divide(floats, floats.dtype.type(scale))


class PixelScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Divide pixels by one scalar: the largest absolute value seen while fitting.

    Parameters
    ----------
    pixel_scale : float or None, default=None
        The divisor; None learns it. On MNIST that is exactly 255, on digits-8x8 16.

    Attributes
    ----------
    scale_ : float
        The divisor.
    n_features_in_ : int
        Number of features seen while fitting.
    """

    def __init__(self, pixel_scale: float | None = None) -> None:
        self.pixel_scale = pixel_scale

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn the divisor from `X` of shape (n, n_features)."""
        self.scale_ = learn_scale(validate_data(self, X), self.pixel_scale)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return `X` divided: float64 stays, all else becomes float32."""
        check_is_fitted(self)
        return scaled(validate_data(self, X, reset=False), self.scale_)


class Deskewer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Shear each image horizontally so that its principal axis is vertical, and centre its mass.

    The angle is that of the image's second-order moments, as in LeCun et al. (1998), "Gradient-based learning
    applied to document recognition", section III. The image is sampled with bilinear interpolation.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        Height and width. None takes the features as a square image where their number is a square, else as one row.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height and width in use.
    n_features_in_ : int
        Number of features seen while fitting.
    """

    def __init__(self, image_shape: tuple[int, int] | None = None) -> None:
        self.image_shape = image_shape

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check `X` of shape (n, n_features); nothing is learnt from its values.

        Raises
        ------
        ValueError
            If `image_shape` does not fit the features.
        """
        pixels = validate_data(self, X)
        self.image_shape_ = image_shape_of(pixels.shape[1], self.image_shape)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return the deskewed images of shape (n, n_features): float64 stays, all else becomes float32."""
        check_is_fitted(self)
        pixels = validate_data(self, X, reset=False)
        images = scaled(pixels, 1.0).reshape(-1, *self.image_shape_)
        blocks = [_deskewed(images[start : start + 1000]) for start in range(0, len(images), 1000)]
        return np.concatenate(blocks).reshape(pixels.shape)


def _deskewed(images: Floats) -> Floats:
    """Deskew images of shape (n, height, width); an image without mass, or of one row, only moves."""
    _, height, width = images.shape
    mass = np.abs(images)
    rows, columns = np.arange(height, dtype=images.dtype), np.arange(width, dtype=images.dtype)
    by_row, by_column = mass.sum(axis=2), mass.sum(axis=1)
    total = by_row.sum(axis=1)
    total[total == 0] = 1
    row_mean, column_mean = by_row @ rows / total, by_column @ columns / total
    empty = by_row.sum(axis=1) == 0
    row_mean[empty], column_mean[empty] = (height - 1) / 2, (width - 1) / 2
    from_row = rows[None, :] - row_mean[:, None]
    variance = (by_row * from_row**2).sum(axis=1) / total
    covariance = ((mass @ columns - column_mean[:, None] * by_row) * from_row).sum(axis=1) / total
    slope = np.divide(covariance, variance, out=np.zeros_like(variance), where=variance > 1e-6)
    source_rows = rows[None, :] - (height - 1) / 2 + row_mean[:, None]
    lean = slope[:, None] * (rows - (height - 1) / 2)[None, :]
    source_columns = columns[None, None, :] - (width - 1) / 2 + column_mean[:, None, None] + lean[:, :, None]
    return _sampled(images, source_rows, source_columns)


def _sampled(images: Floats, rows: Floats, columns: Floats) -> Floats:
    """Sample images at rows (n, height) and columns (n, height, width), bilinear, zero outside."""
    between_rows = _interpolated(images, rows[:, :, None], axis=1)
    return _interpolated(between_rows, columns, axis=2)


def _interpolated(images: Floats, places: Floats, axis: int) -> Floats:
    size = images.shape[axis]
    places = np.clip(places, -1, size)
    below = np.floor(places).astype(np.intp)
    weight = (places - below).astype(images.dtype)
    pad = [(0, 0)] * 3
    pad[axis] = (1, 2)
    padded = np.pad(images, pad)
    low = np.take_along_axis(padded, np.broadcast_to(below + 1, _spread(below, images, axis)), axis)
    high = np.take_along_axis(padded, np.broadcast_to(below + 2, _spread(below, images, axis)), axis)
    return low + weight * (high - low)


def _spread(places: NDArray[np.intp], images: Floats, axis: int) -> tuple[int, ...]:
    return images.shape if axis == 1 else places.shape
