"""Radial basis function network."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.cluster import KMeans
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from hdr_bench.estimators.engines import draw_seed
from hdr_bench.estimators.images.scaling import learn_scale, scale_pixels
from hdr_bench.estimators.linear_head import decide, flatten_outputs
from hdr_bench.estimators.parameter_checks import DataShape
from hdr_bench.estimators.pixel_classifier import PixelClassifier
from hdr_bench.estimators.pixels import Floats
from hdr_bench.estimators.plain_values import with_plain_parameters
from hdr_bench.exceptions import shown

_BLOCK = 2000
_MOST_ROUNDS = 30


class RadialBasisClassifier(PixelClassifier):
    """Gaussian units centred on k-means clusters, followed by a linear least-squares classifier.

    k-means finds the clusters among the images of each class separately, as in LeCun et al. (1998), "Gradient-based
    learning applied to document recognition", section III.C.

    Parameters
    ----------
    n_units : int, default=1000
        Number of Gaussian units, divided evenly among the classes; fewer if a class has fewer images.
    gamma : float or None, default=None
        Coefficient in ``exp(-gamma * |x - centre|^2)``, for scaled pixels. None uses 1 / (2 * s), where s is the mean
        squared distance of the training images from their nearest centre.
    alpha : float, default=0.01
        Strength of the L2 penalty on the weights, as in scikit-learn's Ridge.
    pixel_scale : float or None, default=None
        Divisor of the pixels; None learns the largest absolute value.
    random_state : int, RandomState instance or None, default=None
        Seed of k-means. numpy's global generator is not changed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    centers_ : ndarray of shape (n_units, n_features)
        Centres of the units, for the scaled pixels.
    gamma_ : float
        Value of `gamma` in use.
    coef_ : ndarray of shape (n_outputs, n_units)
        Weights of the units; one output for two classes.
    intercept_ : ndarray of shape (n_outputs,)
        Added to the weighted sums.
    scale_ : float
        Divisor of the pixels.
    n_features_in_ : int
        Number of features seen during fit.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import RadialBasisClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = RadialBasisClassifier(n_units=200, random_state=0).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_units": [Interval(Integral, 1, None, closed="left")],
        "gamma": [Interval(Real, 0, None, closed="neither"), None],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "pixel_scale": [Interval(Real, 0, None, closed="neither"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_units: int = 1000,
        *,
        gamma: float | None = None,
        alpha: float = 0.01,
        pixel_scale: float | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_units = n_units
        self.gamma = gamma
        self.alpha = alpha
        self.pixel_scale = pixel_scale
        self.random_state = random_state

    @with_plain_parameters
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to images and labels.

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
        ValueError
            If the data or a parameter is invalid.
        """
        pixels, labels = self._validate_training(X, y)
        self.classes_ = np.unique(labels)
        self.scale_ = learn_scale(pixels, self.pixel_scale)
        pixels = scale_pixels(pixels, self.scale_)
        self.centers_, squares = self._find_centers(pixels, labels)
        self.gamma_ = (len(pixels) / (2 * squares) if squares else 1.0) if self.gamma is None else float(self.gamma)
        units = np.concatenate([self._units(part) for part in _parts(pixels)])
        targets = LabelBinarizer(neg_label=-1).fit_transform(labels).astype(units.dtype)
        ridge = Ridge(alpha=self.alpha, solver="cholesky").fit(units, targets)
        self.coef_, self.intercept_ = np.atleast_2d(ridge.coef_), np.atleast_1d(ridge.intercept_)
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return the outputs, the largest of which decides the class.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        outputs : ndarray of shape (n, n_classes), or (n,) for two classes
            For two classes, positive values mean the second.
        """
        pixels = scale_pixels(self._validate_images(X), self.scale_)
        return flatten_outputs(
            np.concatenate([self._units(part) @ self.coef_.T + self.intercept_ for part in _parts(pixels)])
        )

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Predict the class with the largest output for each image.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        labels : ndarray of shape (n,)
        """
        return decide(self.decision_function(X), self.classes_)

    @property
    def n_parameters_(self) -> int:
        """Number of coordinates of the centres, weights and intercepts, plus the width."""
        check_is_fitted(self)
        return int(self.centers_.size + self.coef_.size + self.intercept_.size + 1)

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image: distances to the centres, and the weighted sums."""
        check_is_fitted(self)
        return int(self.centers_.size + self.coef_.size)

    @property
    def n_stored_variables_(self) -> int:
        """Number of values needed for predictions, all of them parameters."""
        return self.n_parameters_

    @property
    def engine_(self) -> str:
        """Library that does the computation."""
        return "scikit-learn"

    def _check_data(self, data: DataShape) -> None:
        if self.n_units < data.n_classes:
            raise ValueError(
                f"n_units must be at least {data.n_classes}, one for each class, got {shown(self.n_units)}"
            )

    def _find_centers(self, pixels: Floats, labels: NDArray[Any]) -> tuple[Floats, float]:
        """Return the centres of all classes, and the sum of squared distances to the nearest of the same class."""
        seed, share = draw_seed(self.random_state), self.n_units // len(self.classes_)
        centers, squares = [], 0.0
        for label in self.classes_:
            own = pixels[labels == label]
            # Identical images cannot be in different clusters.
            clusters = min(share, len(np.unique(own, axis=0)))
            # The matrix products of k-means are so small that several OpenBLAS threads would mostly wait for each
            # other.
            with threadpool_limits(1, user_api="blas"):
                found = KMeans(clusters, n_init=1, max_iter=_MOST_ROUNDS, random_state=seed).fit(own)
            centers.append(found.cluster_centers_)
            squares += float(found.inertia_)
        return np.concatenate(centers), squares

    def _units(self, pixels: Floats) -> Floats:
        units: Floats = rbf_kernel(pixels, self.centers_, gamma=self.gamma_)
        return units


def _parts(pixels: Floats) -> list[Floats]:
    return [pixels[start : start + _BLOCK] for start in range(0, len(pixels), _BLOCK)]
