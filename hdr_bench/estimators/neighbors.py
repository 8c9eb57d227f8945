"""k nearest neighbours."""

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.engines import PACKAGES, choose_engine, is_installed
from hdr_bench.estimators.neighbor_search import ENGINES, make_index
from hdr_bench.estimators.parameter_checks import DataShape
from hdr_bench.estimators.pixel_classifier import PixelClassifier
from hdr_bench.estimators.plain_values import with_plain_parameters
from hdr_bench.exceptions import shown

WEIGHTS = ("uniform", "distance")


class KNNClassifier(PixelClassifier):
    """k nearest neighbours by Euclidean distance, exact (no approximate search).

    Parameters
    ----------
    n_neighbors : int, default=3
        Number of neighbours that vote.
    weights : {"distance", "uniform"}, default="distance"
        Votes count by the inverse of the distance, or equally. Ties go to the first class in sorted order.
    engine : {"auto", "faiss", "onedal", "scikit-learn"}, default="auto"
        Library for the brute-force search: faiss, Intel's oneDAL (scikit-learn-intelex) or scikit-learn. "auto" uses
        the first that is installed. All find the same neighbours; see Notes.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    engine_ : str
        Library in use.
    n_features_in_ : int
        Number of features seen during fit.

    Notes
    -----
    Neighbours are the nearest training images; ties are broken in favour of those that came first in `fit`. Distances
    are computed from differences of pixels and summed in double precision, so that the distance of identical images is
    0 and integer pixels are exact. An image has the same neighbours whether it is predicted alone or with others, and
    with every engine.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import KNNClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = KNNClassifier().fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.97
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "weights": [StrOptions(set(WEIGHTS))],
        "engine": [StrOptions({"auto", *ENGINES})],
    }
    # Neighbours of the same class vote together.
    _fewest_classes = 1

    def __init__(self, n_neighbors: int = 3, *, weights: str = "distance", engine: str = "auto") -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.engine = engine

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
            If there is no such engine or weighting.
        MissingDependencyError
            If the requested engine is not installed.
        ValueError
            If the data are invalid, or fewer than `n_neighbors`.
        """
        pixels, labels = self._validate_training(X, y)
        self.classes_, self._codes = np.unique(labels, return_inverse=True)
        self.engine_ = choose_engine(self.engine, ENGINES)
        self._images = np.ascontiguousarray(pixels, dtype=_floating(pixels))
        self._index = make_index(self._images, self.engine_)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return each class's share of the votes.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        shares : ndarray of shape (n, n_classes)
            From 0 to 1; each row sums to 1.
        """
        pixels = self._validate_images(X)
        searched = np.ascontiguousarray(pixels, dtype=self._images.dtype)
        distances, neighbors = self._index.neighbors(searched, int(self.n_neighbors))
        weights = _inverse(distances) if self.weights == "distance" else np.ones_like(distances)
        votes = np.zeros((len(pixels), len(self.classes_)))
        np.add.at(votes, (np.arange(len(pixels))[:, None], self._codes[neighbors]), weights)
        shares: NDArray[np.float64] = votes / votes.sum(axis=1, keepdims=True)
        return shares

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Predict the class with the most votes for each image.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        labels : ndarray of shape (n,)
        """
        shares = self.predict_proba(X)
        labels: NDArray[np.generic] = self.classes_[shares.argmax(axis=1)]
        return labels

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

    def _check_combination(self) -> None:
        choose_engine(self.engine, ENGINES)

    def _check_data(self, data: DataShape) -> None:
        if self.n_neighbors > data.n_samples:
            raise ValueError(f"n_neighbors must be at most n_samples={data.n_samples}, got {shown(self.n_neighbors)}")

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


def _floating(X: NDArray[np.generic]) -> Any:
    return np.float64 if X.dtype == np.float64 else np.float32


def _inverse(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / distance; if some neighbours are identical to the image, only those count."""
    same = distances == 0
    with np.errstate(divide="ignore"):
        weights = 1 / distances
    has_same = same.any(axis=1)
    weights[has_same] = same[has_same]
    return weights
