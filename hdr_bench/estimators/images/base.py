"""Base classes of the image transformers."""

from abc import ABC, abstractmethod
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.images.background import learn_background
from hdr_bench.estimators.parameter_checks import check_parameters
from hdr_bench.estimators.pixels import Floats, ImageShape, grey_image_shape_of, is_side
from hdr_bench.estimators.saving import VersionChecked
from hdr_bench.exceptions import shown

_BLOCK = 500


class ImageTransformer(VersionChecked, TransformerMixin, BaseEstimator, ABC):
    """Base class of transformers that process each image independently.

    Attributes
    ----------
    image_shape : tuple of int or None
        Height and width; None assumes a square.
    image_shape_ : tuple of int
        Height and width in use.
    n_features_in_ : int
        Number of features seen during fit.
    """

    image_shape: tuple[int, int] | None

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"image_shape": ["array-like", None]}

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check the images and learn their common properties.

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
            If `image_shape` does not fit the features, or a parameter is out of range.
        """
        check_parameters(self)
        pixels = validate_data(self, X)
        self.image_shape_ = self._shape(pixels.shape[1])
        self._learn(pixels.reshape(-1, *self.image_shape_))
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Transform images.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        changed : ndarray of shape (n, n_features_out)
            float64 if `X` is, otherwise float32.
        """
        check_is_fitted(self)
        pixels = validate_data(self, X, reset=False)
        images = pixels.reshape(-1, *self.image_shape_)
        kind = np.float64 if images.dtype == np.float64 else np.float32
        # Blocks of images that fit into the processor's cache.
        blocks = [
            self._transform_images(images[start : start + _BLOCK].astype(kind))
            for start in range(0, len(images), _BLOCK)
        ]
        return np.concatenate(blocks).reshape(len(images), -1)

    def _shape(self, n_features: int) -> ImageShape:
        return grey_image_shape_of(n_features, self.image_shape)

    def _n_features_after(self, n_features: int) -> int:
        """Return the number of output features for a number of input features."""
        self._shape(n_features)
        return n_features

    def _learn(self, images: NDArray[Any]) -> None:
        """Learn from the training images (n, height, width)."""

    @abstractmethod
    def _transform_images(self, images: Floats) -> Floats:
        """Transform floating-point images (n, height, width)."""


class BackgroundTransformer(ImageTransformer):
    """Base class of transformers that need to know the background of the images.

    Attributes
    ----------
    background : float or None
        Value of the raw pixels behind the ink; None learns it from the borders of the training images.
    background_ : float
        Background value in use.
    """

    background: float | None
    background_: float

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **ImageTransformer._parameter_constraints,
        "background": [Interval(Real, None, None, closed="neither"), None],
    }

    def _learn(self, images: NDArray[Any]) -> None:
        self.background_ = learn_background(images, self.background)


class SizeChanger(ClassNamePrefixFeaturesOutMixin, ImageTransformer):
    """Base class of transformers that change the height and width of images.

    Attributes
    ----------
    size : tuple of int
        Height and width of the output.
    """

    size: tuple[int, int]

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **ImageTransformer._parameter_constraints,
        "size": ["array-like"],
    }

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check the images; their values are not used.

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
            If `image_shape` does not fit the features, or `size` is invalid.
        """
        super().fit(X)
        self._n_features_out = int(np.prod(self._new_size(self.image_shape_)))
        return self

    def _check_combination(self) -> None:
        if len(self.size) != 2 or not all(is_side(side) for side in self.size):
            raise ValueError(f"size: height and width must be integers of at least 1, got {shown(self.size)}")

    def _n_features_after(self, n_features: int) -> int:
        return int(np.prod(self._new_size(self._shape(n_features))))

    def _new_size(self, old: tuple[int, ...]) -> tuple[int, ...]:
        """Return the output height and width for an input height and width."""
        return tuple(self.size)
