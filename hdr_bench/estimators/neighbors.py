"""k nearest neighbours."""

from importlib.util import find_spec
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.engines import PACKAGES, choose_engine
from hdr_bench.estimators.likeness import summarize_pixels, warn_if_unlike
from hdr_bench.estimators.saving import VersionChecked
from hdr_bench.exceptions import UnknownNameError

ENGINES = {"faiss": "faiss", "onedal": "sklearnex", "scikit-learn": "sklearn"}
WEIGHTS = ("uniform", "distance")
_BLOCK = 250


class KNNClassifier(VersionChecked, ClassifierMixin, BaseEstimator):
    """k nearest neighbours by Euclidean distance, exact: no image is passed over.

    Parameters
    ----------
    n_neighbors : int, default=3
        Neighbours that vote.
    weights : {"distance", "uniform"}, default="distance"
        Votes count by the inverse of the distance, or equally. A draw goes to the first class.
    engine : {"auto", "faiss", "onedal", "scikit-learn"}, default="auto"
        What searches, by brute force: faiss, Intel's oneDAL (scikit-learn-intelex) or scikit-learn; "auto" takes the
        first that is installed. faiss finds the neighbours in single precision. The distances to those found are
        taken from the differences, and summed in double.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    engine_ : str
        What searches.
    n_features_in_ : int

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import KNNClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = KNNClassifier().fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.97
    True
    """

    def __init__(self, n_neighbors: int = 3, *, weights: str = "distance", engine: str = "auto") -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.engine = engine

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Keep `X` of shape (n, n_features) and the labels `y` of shape (n,).

        Raises
        ------
        UnknownNameError
            If there is no such engine or kind of weights.
        MissingDependencyError
            If the named engine is not installed.
        ValueError
            If the data cannot be used, or are fewer than `n_neighbors`.
        """
        pixels, labels = validate_data(self, X, y)
        check_classification_targets(labels)
        if self.weights not in WEIGHTS:
            raise UnknownNameError("kind of weights", self.weights, WEIGHTS)
        if not 1 <= self.n_neighbors <= len(pixels):
            raise ValueError(
                f"n_neighbors={self.n_neighbors!r} is not possible: between 1 and n_samples={len(pixels)} can vote"
            )
        self.classes_, self._codes = np.unique(labels, return_inverse=True)
        self.engine_ = choose_engine(self.engine, ENGINES)
        self._fitted_on = summarize_pixels(pixels)
        self._images = np.ascontiguousarray(pixels, dtype=_floating(pixels))
        self._index = _index_of(self._images, self.engine_)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return each class's share of the votes for `X` of shape (n, n_features): shape (n, n_classes)."""
        check_is_fitted(self)
        pixels = validate_data(self, X, reset=False)
        warn_if_unlike(self, pixels)
        distances, neighbors = self._search(np.ascontiguousarray(pixels, dtype=self._images.dtype))
        weights = _inverse(distances) if self.weights == "distance" else np.ones_like(distances)
        votes = np.zeros((len(pixels), len(self.classes_)))
        np.add.at(votes, (np.arange(len(pixels))[:, None], self._codes[neighbors]), weights)
        shares: NDArray[np.float64] = votes / votes.sum(axis=1, keepdims=True)
        return shares

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return the class with the most votes for `X` of shape (n, n_features): shape (n,)."""
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
        """Numbers that predictions need: the training images."""
        check_is_fitted(self)
        return int(self._images.size)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_images")

    def __getstate__(self) -> dict[str, Any]:
        # An index does not travel; it is made anew from the images, which do.
        return {key: value for key, value in super().__getstate__().items() if key != "_index"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if hasattr(self, "_images"):
            # Where the library is gone, of which a warning told, any other finds the same neighbours.
            self.engine_ = self.engine_ if find_spec(ENGINES[self.engine_]) else choose_engine("auto", ENGINES)
            self._index = _index_of(self._images, self.engine_)

    @property
    def _engines(self) -> dict[str, str]:
        return ENGINES

    @property
    def _libraries(self) -> tuple[str, ...]:
        return ("numpy", "scikit-learn", *PACKAGES.get(getattr(self, "engine_", ""), ()))

    def _search(self, X: NDArray[np.floating[Any]]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return distances and indices of the neighbours: shapes (n, n_neighbors), nearest first."""
        if self.engine_ != "faiss":
            neighbors = self._index.kneighbors(X, self.n_neighbors, return_distance=False)
        else:
            center, index = self._index
            _, neighbors = index.search(_centered(X, center), self.n_neighbors)
        # Both engines compute distances from squares of norms, by which an image is not quite at 0 from itself.
        return _nearest_first(_distances(X, self._images, neighbors), neighbors)


def _floating(X: NDArray[np.generic]) -> Any:
    return np.float64 if X.dtype == np.float64 else np.float32


def _index_of(images: NDArray[np.floating[Any]], engine: str) -> Any:
    if engine == "scikit-learn":
        from sklearn.neighbors import NearestNeighbors

        return NearestNeighbors(algorithm="brute").fit(images)
    if engine == "onedal":
        from sklearnex.neighbors import NearestNeighbors as IntelsNearestNeighbors

        return IntelsNearestNeighbors(algorithm="brute").fit(images)
    import faiss

    # faiss computes squares of norms in float32, which lose what is far from zero.
    center = images.mean(axis=0, dtype=np.float64).astype(images.dtype)
    index = faiss.IndexFlatL2(images.shape[1])
    index.add(_centered(images, center))
    return center, index


def _centered(X: NDArray[np.floating[Any]], center: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    return np.ascontiguousarray(X - center, dtype=np.float32)


def _distances(
    X: NDArray[np.floating[Any]], images: NDArray[np.floating[Any]], neighbors: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the distances to the neighbours from the differences: 0 for the same image, and only then."""
    squares = np.empty(neighbors.shape)
    for start in range(0, len(X), _BLOCK):
        part = slice(start, start + _BLOCK)
        for rank in range(neighbors.shape[1]):
            difference = X[part] - images[neighbors[part, rank]]
            squares[part, rank] = np.einsum("ij,ij->i", difference, difference, dtype=np.float64)
    return np.sqrt(squares)


def _nearest_first(
    distances: NDArray[np.float64], neighbors: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    order = np.argsort(distances, axis=1, kind="stable")
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(neighbors, order, axis=1)


def _inverse(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / distance; where a neighbour is the same image, only such neighbours count."""
    same = distances == 0
    with np.errstate(divide="ignore"):
        weights = 1 / distances
    has_same = same.any(axis=1)
    weights[has_same] = same[has_same]
    return weights
