"""The nearest training images, the same whichever library searches: by distance, then by place.

The libraries compute squared distances from squares of norms, in single precision or double, and cut ties at the last
place as it comes. Their answers serve as candidates: those that rounding could have left out are asked for too, and the
distances that decide are taken from the differences.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.engines import engine_import
from hdr_bench.estimators.pixels import Floats

Places = NDArray[np.intp]
Candidates = tuple[NDArray[np.float64], Places]
Search = Callable[[Floats, int], Candidates]

ENGINES = {"faiss": "faiss", "onedal": "sklearnex", "scikit-learn": "sklearn"}
# More candidates than neighbours, so that most images need one search only; and their growth for those that do not.
_SPARE, _GROWTH = 5, 4
_BLOCK = 500


@dataclass(frozen=True)
class NeighborIndex:
    """Training images, ready to be searched.

    Attributes
    ----------
    images : ndarray of shape (n, n_features)
        float32 or float64.
    center : ndarray of shape (n_features,)
        Mean of the images; squares of norms lose what is far from zero.
    largest_norm : float
        Largest squared norm of a centered image.
    search : callable
        Takes centered images and the number of candidates; returns their squared distances, ascending, and places.
    precision : float
        Unit of rounding of what `search` computes.
    """

    images: Floats
    center: Floats
    largest_norm: float
    search: Search
    precision: float

    def neighbors(self, X: Floats, n_neighbors: int) -> Candidates:
        """Return distances and places of the nearest images; of equally distant ones the earlier come first.

        Parameters
        ----------
        X : ndarray of shape (n, n_features)
            Of the images' type.
        n_neighbors : int
            At most the number of images.

        Returns
        -------
        distances : ndarray of shape (n, n_neighbors)
            Summed in double from the differences: 0 for the same image, and only then.
        places : ndarray of shape (n, n_neighbors)
        """
        distances, places = np.empty((len(X), n_neighbors)), np.empty((len(X), n_neighbors), np.intp)
        n_candidates, open_rows = n_neighbors + _SPARE, np.arange(len(X))
        while len(open_rows):
            n_candidates = min(n_candidates, len(self.images))
            chosen, is_certain = self._nearest(X[open_rows], n_neighbors, n_candidates)
            certain = open_rows[is_certain]
            distances[certain], places[certain] = chosen[0][is_certain], chosen[1][is_certain]
            open_rows = open_rows[~is_certain]
            n_candidates *= _GROWTH
        return distances, places

    def _nearest(self, X: Floats, n_neighbors: int, n_candidates: int) -> tuple[Candidates, NDArray[np.bool_]]:
        """Return the nearest of so many candidates, and for each image whether no other image can be as near."""
        centered = X - self.center
        squares, places = self.search(centered, n_candidates)
        # All images that are as near as the last neighbour have squares below this, however they were rounded.
        limit = squares[:, n_neighbors - 1] + 2 * self._rounding(centered)
        is_certain = (squares[:, -1] > limit) | (n_candidates == len(self.images))
        # Where squares overflowed, all candidates count.
        is_near = ~(squares > limit[:, None])
        exact = np.full(squares.shape, np.inf)
        rows, columns = np.nonzero(is_near)
        exact[rows, columns] = self._squared_distances(X, rows, places[rows, columns])
        order = np.lexsort((places, exact), axis=1)[:, :n_neighbors]
        nearest = np.sqrt(np.take_along_axis(exact, order, axis=1)), np.take_along_axis(places, order, axis=1)
        return nearest, is_certain

    def _rounding(self, centered: Floats) -> NDArray[np.float64]:
        """Return by how much a squared distance may be wrong, for each image: shape (n,).

        A sum of n products has an error of at most n units of rounding (Higham, 2002, "Accuracy and stability of
        numerical algorithms", section 3.1); three such sums make a square, and each pixel is rounded before.
        """
        norms = np.einsum("ij,ij->i", centered, centered, dtype=np.float64) + self.largest_norm
        n_terms = centered.shape[1]
        tiny = n_terms * float(np.finfo(np.float32).tiny)
        bound: NDArray[np.float64] = (2 * n_terms + 16) * self.precision * norms + tiny
        return bound

    def _squared_distances(self, X: Floats, rows: Places, places: Places) -> NDArray[np.float64]:
        """Return the squared distance of each pair; each is summed alone, so that other pairs do not matter."""
        squares = np.empty(len(rows))
        for start in range(0, len(rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            differences = X[rows[part]] - self.images[places[part]]
            squares[part] = np.square(differences, dtype=np.float64).sum(axis=1)
        return squares


def make_index(images: Floats, engine: str) -> NeighborIndex:
    """Return an index of images that a library searches.

    Parameters
    ----------
    images : ndarray of shape (n, n_features)
        float32 or float64.
    engine : str
        A key of `ENGINES`.

    Returns
    -------
    index : NeighborIndex

    Raises
    ------
    MissingDependencyError
        If faiss cannot be imported.
    """
    center = images.mean(axis=0, dtype=np.float64).astype(images.dtype)
    centered = images - center
    norms = np.einsum("ij,ij->i", centered, centered, dtype=np.float64)
    search = _faiss(centered) if engine == "faiss" else _brute_force(centered, engine)
    searched: Any = np.float32 if engine == "faiss" else images.dtype
    return NeighborIndex(images, center, float(norms.max()), search, float(np.finfo(searched).eps) / 2)


def _faiss(centered: Floats) -> Search:
    with engine_import("faiss"):
        import faiss

    index = faiss.IndexFlatL2(centered.shape[1])
    index.add(np.ascontiguousarray(centered, dtype=np.float32))

    def search(X: Floats, n_candidates: int) -> Candidates:
        squares, places = index.search(np.ascontiguousarray(X, dtype=np.float32), n_candidates)
        return squares.astype(np.float64), places.astype(np.intp)

    return search


def _brute_force(centered: Floats, engine: str) -> Search:
    if engine == "onedal":
        with engine_import(engine):
            from sklearnex.neighbors import NearestNeighbors
    else:
        from sklearn.neighbors import NearestNeighbors
    index = NearestNeighbors(algorithm="brute").fit(centered)

    def search(X: Floats, n_candidates: int) -> Candidates:
        distances, places = index.kneighbors(X, n_candidates)
        return np.square(distances, dtype=np.float64), places.astype(np.intp)

    return search
