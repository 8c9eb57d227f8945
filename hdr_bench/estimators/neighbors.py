"""k nearest neighbours."""

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions

from hdr_bench.estimators.neighbor_base import NeighborClassifier
from hdr_bench.estimators.neighbor_search import ENGINES, Candidates
from hdr_bench.estimators.parameter_checks import DataShape
from hdr_bench.estimators.pixels import Floats
from hdr_bench.exceptions import shown

WEIGHTS = ("uniform", "distance")


class KNNClassifier(NeighborClassifier):
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

    def __init__(self, n_neighbors: int = 3, *, weights: str = "distance", engine: str = "auto") -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.engine = engine

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
        compared = self._to_compare(self._validate_images(X))
        distances, neighbors = self._find_neighbors(compared)
        weights = _inverse(distances) if self.weights == "distance" else np.ones_like(distances)
        votes = np.zeros((len(compared), len(self.classes_)))
        np.add.at(votes, (np.arange(len(compared))[:, None], self._codes[neighbors]), weights)
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

    def _find_neighbors(self, compared: Floats) -> Candidates:
        """Return the distances and positions of the nearest training images."""
        return self._index.neighbors(compared, int(self.n_neighbors))

    def _check_data(self, data: DataShape) -> None:
        if self.n_neighbors > data.n_samples:
            raise ValueError(f"n_neighbors must be at most n_samples={data.n_samples}, got {shown(self.n_neighbors)}")


def _inverse(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / distance; if some neighbours are identical to the image, only those count."""
    same = distances == 0
    with np.errstate(divide="ignore"):
        weights = 1 / distances
    has_same = same.any(axis=1)
    weights[has_same] = same[has_same]
    return weights
