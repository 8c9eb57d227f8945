"""Nearest images of suspicious ones, and duplicates with different labels."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline

from hdr_bench.auditing.preparation import steps_of
from hdr_bench.estimators import make_transformer
from hdr_bench.estimators.engines import choose_engine
from hdr_bench.estimators.neighbor_search import ENGINES, NeighborIndex, make_index

# Two images are near duplicates if they are closer than all but this share of images are to their nearest one.
_NEAR = 0.01
# Number of images by which that distance is estimated.
_SAMPLED = 1_000
_BLOCK = 1_000


@dataclass(frozen=True, eq=False)
class Neighbors:
    """Nearest images of given ones, excluding the images themselves.

    Attributes
    ----------
    rows : ndarray of shape (n_images, k), intp
        Rows of the data, the nearest first.
    distances : ndarray of shape (n_images, k), float64
        Distances between the deskewed and blurred images.
    """

    rows: NDArray[np.intp]
    distances: NDArray[np.float64]


class ImageSearch:
    """Search for nearest images, after deskewing, blurring and scaling down large ones.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        All images of the data.
    """

    def __init__(self, images: NDArray[np.generic]) -> None:
        _, height, width = images.shape
        steps = steps_of(("deskew", "blur"), (height, width))
        prepare = make_pipeline(*(make_transformer(step.name, **step.params) for step in steps))
        rows = images.reshape(len(images), -1)
        # The transformers only learn the background, which is the same for all images.
        prepare.fit(rows[:_BLOCK])
        blocks = [rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK)]
        self._features = np.concatenate([np.asarray(prepare.transform(block), np.float32) for block in blocks])
        self._index: NeighborIndex = make_index(self._features, choose_engine("auto", ENGINES))

    def nearest(self, rows: NDArray[np.intp], n_neighbors: int) -> Neighbors:
        """Return the nearest images of given ones.

        Parameters
        ----------
        rows : ndarray of shape (n_images,), intp
            Rows of the images.
        n_neighbors : int
            Number of neighbours; all other images if there are fewer.

        Returns
        -------
        neighbors : Neighbors
        """
        # One more, since each image is its own nearest neighbour.
        n_asked = min(n_neighbors + 1, len(self._features))
        blocks = [self._features[rows[start : start + _BLOCK]] for start in range(0, len(rows), _BLOCK)]
        found = [self._index.neighbors(block, n_asked) for block in blocks]
        distances, places = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        # Among identical images, an image may not be among its own nearest; then drop the last one.
        is_other = places != rows[:, None]
        is_other[is_other.all(axis=1), -1] = False
        shape = len(rows), n_asked - 1
        return Neighbors(places[is_other].reshape(shape), distances[is_other].reshape(shape))

    def near_distance(self, seed: int = 0) -> float:
        """Return the distance below which two images are near duplicates.

        This is the 1 % quantile of the distances to the nearest other image, estimated from 1,000 images.

        Parameters
        ----------
        seed : int, default=0
            Seed of the sample of images.

        Returns
        -------
        distance : float
        """
        n = len(self._features)
        drawn = np.sort(np.random.default_rng(seed).choice(n, min(n, _SAMPLED), replace=False))
        return float(np.quantile(self.nearest(drawn, 1).distances, _NEAR))


@dataclass(frozen=True)
class Conflict:
    """An image with an exact or near duplicate that has another label.

    Attributes
    ----------
    row, other : int
        Rows of the data.
    is_exact : bool
        Whether all pixels are equal.
    """

    row: int
    other: int
    is_exact: bool


def exact_conflicts(images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[int, Conflict]:
    """Return the images with an exact duplicate that has another label.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    labels : ndarray of shape (n,), int64

    Returns
    -------
    conflicts : dict of int to Conflict
        Conflicts by row.
    """
    groups: defaultdict[bytes, list[int]] = defaultdict(list)
    for row, image in enumerate(images):
        groups[image.tobytes()].append(row)
    alike = (rows for rows in groups.values() if len(rows) > 1)
    return {conflict.row: conflict for rows in alike for conflict in _conflicts_among(rows, labels)}


def _conflicts_among(rows: list[int], labels: NDArray[np.int64]) -> Iterator[Conflict]:
    for row in rows:
        other = next((each for each in rows if labels[each] != labels[row]), None)
        if other is not None:
            yield Conflict(row, other, is_exact=True)


def near_conflicts(
    search: ImageSearch, rows: NDArray[np.intp], labels: NDArray[np.int64], distance: float
) -> dict[int, Conflict]:
    """Return the given images whose nearest image has another label and is closer than a given distance.

    Parameters
    ----------
    search : ImageSearch
    rows : ndarray of shape (n_images,), intp
        Rows of the images.
    labels : ndarray of shape (n,), int64
        Labels of all images.
    distance : float
        As `ImageSearch.near_distance` returns it.

    Returns
    -------
    conflicts : dict of int to Conflict
        Conflicts by row.
    """
    found = search.nearest(rows, 1)
    others = found.rows[:, 0]
    is_conflict = (found.distances[:, 0] <= distance) & (labels[others] != labels[rows])
    pairs = zip(rows[is_conflict].tolist(), others[is_conflict].tolist(), strict=True)
    return {row: Conflict(row, other, is_exact=False) for row, other in pairs}
