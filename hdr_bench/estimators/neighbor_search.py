"""Nearest-neighbour search that gives the same result with every library: ordered by distance, then by index.

The libraries compute squared distances from squared norms, in single or double precision, and break ties for the last
neighbour arbitrarily. Their results serve as candidates: the search is widened to include those that rounding may have
left out, and the final distances are computed from the differences.
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
# Start with more candidates than neighbours, so that most images need a single search; grow for those that do not.
_SPARE, _GROWTH = 5, 4
_BLOCK = 500


@dataclass(frozen=True)
class NeighborIndex:
    """Index of training images.

    Attributes
    ----------
    images : ndarray of shape (n, n_features)
        float32 or float64.
    center : ndarray of shape (n_features,)
        Mean of the images; subtracted because squared norms of values far from zero lose precision.
    largest_norm : float
        Largest squared norm of a centred image.
    search : callable
        Takes centred images and the number of candidates; returns squared distances in ascending order, and indices.
    precision : float
        Unit roundoff of the type in which `search` computes.
    """

    images: Floats
    center: Floats
    largest_norm: float
    search: Search
    precision: float

    def neighbors(self, X: Floats, n_neighbors: int) -> Candidates:
        """Return distances and indices of the nearest images; ties are broken in favour of the lower index.

        Parameters
        ----------
        X : ndarray of shape (n, n_features)
            Same type as the indexed images.
        n_neighbors : int
            At most the number of images.

        Returns
        -------
        distances : ndarray of shape (n, n_neighbors)
            Summed in double precision from the differences: 0 for an identical image only.
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
        """Return the nearest of the candidates, and for each image whether all other images are certainly farther."""
        centered = X - self.center
        squares, places = self.search(centered, n_candidates)
        # No image as near as the last neighbour can have a computed square above this, however it was rounded.
        limit = squares[:, n_neighbors - 1] + 2 * self._rounding(centered)
        is_certain = (squares[:, -1] > limit) | (n_candidates == len(self.images))
        # If squares overflowed, every image remains a candidate.
        is_near = ~(squares > limit[:, None])
        exact = np.full(squares.shape, np.inf)
        rows, columns = np.nonzero(is_near)
        exact[rows, columns] = self._squared_distances(X, rows, places[rows, columns])
        order = np.lexsort((places, exact), axis=1)[:, :n_neighbors]
        nearest = np.sqrt(np.take_along_axis(exact, order, axis=1)), np.take_along_axis(places, order, axis=1)
        return nearest, is_certain

    def _rounding(self, centered: Floats) -> NDArray[np.float64]:
        """Return a bound on the error of the squared distances of each image, shape (n,).

        A sum of n products has an error of at most n units of roundoff (Higham, 2002, "Accuracy and stability of
        numerical algorithms", section 3.1); a square consists of three such sums, and each pixel is rounded first.
        """
        norms = np.einsum("ij,ij->i", centered, centered, dtype=np.float64) + self.largest_norm
        n_terms = centered.shape[1]
        tiny = n_terms * float(np.finfo(np.float32).tiny)
        bound: NDArray[np.float64] = (2 * n_terms + 16) * self.precision * norms + tiny
        return bound

    def _squared_distances(self, X: Floats, rows: Places, places: Places) -> NDArray[np.float64]:
        """Return the squared distance of each pair, summed on its own so that it does not depend on other pairs."""
        squares = np.empty(len(rows))
        for start in range(0, len(rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            differences = X[rows[part]] - self.images[places[part]]
            squares[part] = np.square(differences, dtype=np.float64).sum(axis=1)
        return squares


def make_index(images: Floats, engine: str) -> NeighborIndex:
    """Return an index of images for the given search library.

    Parameters
    ----------
    images : ndarray of shape (n, n_features)
        float32 or float64.
    engine : str
        Key of `ENGINES`.

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
