"""k nearest neighbours by tangent distance."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.images.background import learn_background
from hdr_bench.estimators.neighbor_search import Candidates, Places
from hdr_bench.estimators.neighbors import KNNClassifier
from hdr_bench.estimators.parameter_checks import DataShape
from hdr_bench.estimators.pixels import Floats, grey_image_shape_of
from hdr_bench.estimators.tangents import N_TANGENTS, bases_of, squared_distances
from hdr_bench.exceptions import shown

_BASES_BYTES = 2**28  # of the tangent spaces in memory at once


class TangentDistanceClassifier(KNNClassifier):
    """k nearest neighbours by two-sided tangent distance, among the nearest by Euclidean distance.

    The tangent distance of two images is the smallest distance between images obtained from them by small shifts,
    scaling, rotation, two hyperbolic transformations and a change of thickness, to first order: the distance between
    their tangent planes (Simard, LeCun and Denker, 1993, "Efficient pattern recognition using a new transformation
    distance").

    Parameters
    ----------
    n_neighbors : int, default=3
        Number of neighbours that vote.
    weights : {"distance", "uniform"}, default="distance"
        Votes count by the inverse of the tangent distance, or equally. Ties go to the first class in sorted order.
    n_candidates : int, default=100
        Number of training images, the nearest by Euclidean distance, whose tangent distance is computed; all if there
        are fewer.
    sigma : float, default=0.6
        Standard deviation, in pixels, of the Gaussian with which all images are smoothed first; 0 leaves them
        unchanged.
    engine : {"auto", "faiss", "onedal", "scikit-learn"}, default="auto"
        Library for the Euclidean search, as for `KNNClassifier`.
    image_shape : tuple of int or None, default=None
        Height and width. None assumes a square image if the number of features is a square number; otherwise the
        features are not an image, and neighbours are those by Euclidean distance.
    background : float or None, default=None
        Value of the raw pixels behind the ink: 0 in MNIST, 255 in most pictures. None learns it as the median of the
        pixels along the borders of the training images.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    engine_ : str
        Library of the Euclidean search.
    image_shape_ : tuple of int
        Height and width in use.
    background_ : float
        Background value in use; only if the features are an image.
    n_features_in_ : int
        Number of features seen during fit.

    Notes
    -----
    Distances are computed in double precision. Tangent vectors are computed when they are needed, and not stored.

    The defaults were chosen on MNIST's training images, scaled to 16x16 pixels: 30,000 to learn from, and 2,000 others
    to compare the errors on, of which there were 30 with the defaults, and 29 to 44 with other values (`sigma` from 0.4
    to 1, 1 to 5 neighbours, 50 to 200 candidates).

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import TangentDistanceClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = TangentDistanceClassifier().fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.97
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **KNNClassifier._parameter_constraints,
        "n_candidates": [Interval(Integral, 1, None, closed="left")],
        "sigma": [Interval(Real, 0, 100, closed="both")],
        "image_shape": ["array-like", None],
        "background": [Interval(Real, None, None, closed="neither"), None],
    }

    def __init__(
        self,
        n_neighbors: int = 3,
        *,
        weights: str = "distance",
        n_candidates: int = 100,
        sigma: float = 0.6,
        engine: str = "auto",
        image_shape: tuple[int, int] | None = None,
        background: float | None = None,
    ) -> None:
        super().__init__(n_neighbors, weights=weights, engine=engine)
        self.n_candidates = n_candidates
        self.sigma = sigma
        self.image_shape = image_shape
        self.background = background

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image: its products with all training images, and those for the candidates.

        A candidate's tangent vectors take 10 products per pixel, their products with each other 28, the basis another
        28, its products with the other basis 49, and the difference with both 14.
        """
        check_is_fitted(self)
        n_images, n_pixels = self._images.shape
        if not self._is_of_images:
            return int(self._images.size)
        pairs = N_TANGENTS * (N_TANGENTS + 1) // 2
        per_pixel = 10 + 2 * pairs + N_TANGENTS**2 + 2 * N_TANGENTS
        return int(self._images.size + min(self.n_candidates, n_images) * per_pixel * n_pixels)

    def _check_combination(self) -> None:
        super()._check_combination()
        if self.n_candidates < self.n_neighbors:
            raise ValueError(
                f"n_candidates must be at least n_neighbors={self.n_neighbors}, got {shown(self.n_candidates)}"
            )

    def _check_data(self, data: DataShape) -> None:
        super()._check_data(data)
        if data.n_features is not None:
            grey_image_shape_of(data.n_features, self.image_shape)

    def _learn_images(self, pixels: NDArray[Any]) -> None:
        self.image_shape_ = grey_image_shape_of(pixels.shape[1], self.image_shape)
        if self._is_of_images:
            self.background_ = learn_background(pixels.reshape(-1, *self.image_shape_), self.background)

    @property
    def _is_of_images(self) -> bool:
        return self.image_shape is not None or self.image_shape_[0] > 1

    def _compared_images(self, pixels: NDArray[Any]) -> Floats:
        floats = super()._compared_images(pixels)
        if not self._is_of_images:
            return floats
        images = floats.reshape(-1, *self.image_shape_) - floats.dtype.type(self.background_)
        smooth: Floats = gaussian_filter(images, (0, self.sigma, self.sigma), mode="constant")
        return smooth.reshape(floats.shape)

    def _find_neighbors(self, compared: Floats) -> Candidates:
        if not self._is_of_images:
            return super()._find_neighbors(compared)
        _, candidates = self._index.neighbors(compared, min(int(self.n_candidates), len(self._images)))
        squares = self._tangent_squares(compared, candidates)
        order = np.lexsort((candidates, squares), axis=1)[:, : int(self.n_neighbors)]
        return np.sqrt(np.take_along_axis(squares, order, axis=1)), np.take_along_axis(candidates, order, axis=1)

    def _tangent_squares(self, compared: Floats, candidates: Places) -> NDArray[np.float64]:
        """Return the squared tangent distances of images to their candidates, shape (n, n_candidates)."""
        squares = np.empty(candidates.shape)
        bytes_of_basis = N_TANGENTS * compared.shape[1] * squares.itemsize
        n_rows = max(_BASES_BYTES // (bytes_of_basis * (1 + candidates.shape[1])), 1)
        for start in range(0, len(compared), n_rows):
            part = slice(start, start + n_rows)
            images = compared[part].astype(np.float64)
            bases = bases_of(images, self.image_shape_)
            # Images have many candidates in common.
            different, places = np.unique(candidates[part], return_inverse=True)
            others = self._images[different].astype(np.float64)
            other_bases = bases_of(others, self.image_shape_)
            for row, chosen in enumerate(places.reshape(len(images), -1)):
                squares[start + row] = squared_distances(images[row], bases[row], others[chosen], other_bases[chosen])
        return squares
