"""Base class of the methods that store the training images and search the nearest ones."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.engines import PACKAGES, choose_engine, is_installed
from hdr_bench.estimators.neighbor_search import ENGINES, NeighborIndex, make_index
from hdr_bench.estimators.pixel_classifier import PixelClassifier
from hdr_bench.estimators.pixels import Floats
from hdr_bench.estimators.plain_values import with_plain_parameters


class NeighborClassifier(PixelClassifier):
    """Base class of classifiers that store the training images in an index for Euclidean search.

    Attributes
    ----------
    n_neighbors : int
        Number of nearest training images that are used.
    engine : {"auto", "faiss", "onedal", "scikit-learn"}
        Library for the brute-force search.
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    engine_ : str
        Library in use.
    """

    n_neighbors: int
    engine: str
    _index: NeighborIndex
    # Neighbours of the same class agree.
    _fewest_classes = 1

    @with_plain_parameters
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Store images and labels.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.
        y : array-like of shape (n,)
            Labels.

        Returns
        -------
        self

        Raises
        ------
        UnknownNameError
            If a parameter that names something has an unknown value.
        MissingDependencyError
            If the requested engine is not installed.
        ValueError
            If the data or another parameter is invalid.
        """
        pixels, labels = self._validate_training(X, y)
        self.classes_, self._codes = np.unique(labels, return_inverse=True)
        self.engine_ = choose_engine(self.engine, ENGINES)
        self._learn_images(pixels)
        self._images = self._compared_images(pixels)
        self._index = make_index(self._images, self.engine_)
        return self

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image: its products with all training images."""
        check_is_fitted(self)
        return int(self._images.size)

    @property
    def n_stored_variables_(self) -> int:
        """Number of values needed for predictions: the training images."""
        check_is_fitted(self)
        return int(self._images.size)

    def _learn_images(self, pixels: NDArray[Any]) -> None:
        """Learn what the comparison needs to know of the training images; nothing if pixels themselves are compared."""

    def _compared_images(self, pixels: NDArray[Any]) -> Floats:
        """Return the rows that are compared, of a floating-point type."""
        kind = np.float64 if pixels.dtype == np.float64 else np.float32
        return np.ascontiguousarray(pixels, dtype=kind)

    def _to_compare(self, pixels: NDArray[Any]) -> Floats:
        """Return what is compared of the images to predict, of the same type as the training images."""
        return self._compared_images(pixels).astype(self._images.dtype, copy=False)

    def _check_combination(self) -> None:
        choose_engine(self.engine, ENGINES)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_images")

    def __getstate__(self) -> dict[str, Any]:
        # The index is not pickled; it is rebuilt from the images.
        return {key: value for key, value in super().__getstate__().items() if key != "_index"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if hasattr(self, "_images"):
            # If the library is missing, which a warning reports, any other finds the same neighbours.
            self.engine_ = self.engine_ if is_installed(ENGINES[self.engine_]) else choose_engine("auto", ENGINES)
            self._index = make_index(self._images, self.engine_)

    @property
    def _engines(self) -> dict[str, str]:
        return ENGINES

    @property
    def _libraries(self) -> tuple[str, ...]:
        return ("numpy", "scikit-learn", *PACKAGES.get(getattr(self, "engine_", ""), ()))
