"""Scaling of pixels by one scalar."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.parameter_checks import check_parameters
from hdr_bench.estimators.pixels import Floats
from hdr_bench.estimators.saving import VersionChecked
from hdr_bench.exceptions import shown


def learn_scale(X: NDArray[Any], pixel_scale: float | None) -> float:
    """Return the divisor of the pixels.

    Parameters
    ----------
    X : ndarray
        Raw pixels of the training images, of any numeric type.
    pixel_scale : float or None
        None learns the scale.

    Returns
    -------
    scale : float
        `pixel_scale` if it is given, otherwise the largest absolute value in `X`, or 1 if all are 0.

    Raises
    ------
    ValueError
        If `pixel_scale` is not a positive number.
    """
    if pixel_scale is None:
        return float(max(X.max(), -X.min().astype(np.float64))) or 1.0
    if not 0 < pixel_scale < float("inf"):
        raise ValueError(f"pixel_scale must be above 0, or None to learn it, got {shown(pixel_scale)}")
    return float(pixel_scale)


def scale_pixels(X: NDArray[Any], scale: float) -> Floats:
    """Divide pixels by a scalar.

    Parameters
    ----------
    X : ndarray
        Pixels of any numeric type.
    scale : float
        The divisor.

    Returns
    -------
    scaled : ndarray
        float64 if `X` is, otherwise float32.
    """
    floats: Floats = X.astype(np.float64 if X.dtype == np.float64 else np.float32)
    floats /= floats.dtype.type(scale)
    return floats


class PixelScaler(VersionChecked, OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Divide pixels by one scalar, the largest absolute value seen during fit, then subtract `offset`.

    Parameters
    ----------
    pixel_scale : float or None, default=None
        Divisor; None learns it. It is exactly 255 on MNIST and 16 on digits-8x8.
    offset : float, default=0.0
        Subtracted after the division: 0.5 maps pixels from [0, 1] to [-0.5, 0.5].

    Attributes
    ----------
    scale_ : float
        The divisor.
    n_features_in_ : int
        Number of features seen during fit.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "pixel_scale": [Interval(Real, 0, None, closed="neither"), None],
        "offset": [Interval(Real, None, None, closed="neither")],
    }

    def __init__(self, pixel_scale: float | None = None, *, offset: float = 0.0) -> None:
        self.pixel_scale = pixel_scale
        self.offset = offset

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn the divisor.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.
        y : object
            Ignored, as in scikit-learn's transformers.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter is invalid.
        """
        check_parameters(self)
        self.scale_ = learn_scale(validate_data(self, X), self.pixel_scale)
        return self

    def _n_features_after(self, n_features: int) -> int:
        return n_features

    def transform(self, X: ArrayLike) -> Floats:
        """Divide pixels and subtract the offset.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        scaled : ndarray of shape (n, n_features)
            float64 if `X` is, otherwise float32.
        """
        check_is_fitted(self)
        floats = scale_pixels(validate_data(self, X, reset=False), self.scale_)
        return floats - floats.dtype.type(self.offset) if self.offset else floats
