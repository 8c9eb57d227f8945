"""Polynomial classifier: a linear classifier on products of principal components."""

from math import comb
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.decomposition import PCA
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.images.scaling import learn_scale, scale_pixels
from hdr_bench.estimators.linear_head import LinearHead, flatten_outputs
from hdr_bench.estimators.parameter_checks import DataShape, check_need
from hdr_bench.estimators.pixels import Floats
from hdr_bench.estimators.plain_values import with_plain_parameters
from hdr_bench.estimators.products import all_products, count_products, outputs_on_products, ridge_on_products

# Exact counts beyond this are not informative.
_MOST_SHOWN = 10**15


class PolynomialClassifier(LinearHead):
    """Linear classifier on the products, up to a given degree, of principal components.

    With ``degree=2`` and 40 components this is nearly the quadratic classifier of LeCun et al. (1998), section III.C.3,
    whose inputs are the 820 products of two components; here the components themselves are inputs too, 860 in all.

    Parameters
    ----------
    degree : int, default=2
        Maximum number of factors of a product.
    n_components : int, default=80
        Number of principal components; limited by the data.
    loss : {"squared_error", "log_loss"}, default="squared_error"
        As for `LinearClassifier`.
    alpha : float, default=200.0
        Strength of the L2 penalty on the weights of the products. Since all products are divided by the same number,
        the weights of weaker components, whose products are small, are shrunk more.
    max_iter : int, default=300
        Maximum number of L-BFGS iterations; unused by least squares.
    tol : float, default=0.001
        Tolerance of L-BFGS, as for `LinearClassifier`.
    engine : {"auto", "scipy", "onedal", "scikit-learn"}, default="auto"
        Least squares uses scipy's Cholesky decomposition of the normal equations, which are summed in blocks. Logistic
        regression uses oneDAL or scikit-learn, as for `LinearClassifier`, and keeps all products in memory.
    pixel_scale : float or None, default=None
        Divisor of the pixels; None learns the largest absolute value.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    pca_ : sklearn.decomposition.PCA
        The principal components.
    product_scale_ : float
        Divisor of the products: the root mean square of their deviations during fit.
    coef_ : ndarray of shape (n_outputs, n_products)
        Weights of the products after division by `product_scale_`; one output for two classes.
    intercept_ : ndarray of shape (n_outputs,)
        Added to the weighted sums.
    scale_ : float
        Divisor of the pixels.
    engine_ : str
        Engine used by the fit.
    n_iter_ : int
        Number of iterations run; 1 for least squares.
    n_features_in_ : int
        Number of features seen during fit.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import PolynomialClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = PolynomialClassifier(n_components=20).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    _least_squares_engine = "scipy"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **LinearHead._parameter_constraints,
        "degree": [Interval(Integral, 1, 100, closed="both")],
        "n_components": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        degree: int = 2,
        n_components: int = 80,
        *,
        loss: str = "squared_error",
        alpha: float = 200.0,
        max_iter: int = 300,
        tol: float = 1e-3,
        engine: str = "auto",
        pixel_scale: float | None = None,
    ) -> None:
        self.degree = degree
        self.n_components = n_components
        self.loss = loss
        self.alpha = alpha
        self.max_iter = max_iter
        self.tol = tol
        self.engine = engine
        self.pixel_scale = pixel_scale

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
        MissingDependencyError
            If the requested engine is not installed.
        ValueError
            If the data or a parameter is invalid.
        """
        pixels, labels = self._validate_training(X, y)
        self.scale_ = learn_scale(pixels, self.pixel_scale)
        pixels = scale_pixels(pixels, self.scale_)
        solver = "full" if len(pixels) < pixels.shape[1] else "covariance_eigh"
        pca = PCA(min(self.n_components, *pixels.shape), svd_solver=solver)
        # Ensures that the components are arrays, whatever `sklearn.set_config(transform_output=...)` says.
        self.pca_ = pca.set_output(transform="default").fit(pixels)
        components = self.pca_.transform(pixels)
        if self.loss == "squared_error":
            self._fit_least_squares(components, labels)
        else:
            self._fit_logistic(components, labels)
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
        pixels = self._validate_images(X)
        components = self.pca_.transform(scale_pixels(pixels, self.scale_))
        coef = self.coef_ / self.coef_.dtype.type(self.product_scale_)
        return flatten_outputs(outputs_on_products(components, int(self.degree), coef, self.intercept_))

    def _check_data(self, data: DataShape) -> None:
        most = min(data.n_samples, data.n_samples if data.n_features is None else data.n_features)
        n = count_products(min(self.n_components, most), self.degree)
        # Least squares needs a matrix with one entry per pair of products; logistic regression stores every product of
        # every image.
        n_bytes = 8 * n**2 if self.loss == "squared_error" else 4 * n * data.n_samples
        what = f"degree={self.degree!r} with n_components={self.n_components!r} makes {_in_words(n)} products, which"
        check_need(what, n_bytes, "use a lower degree or fewer components")

    def _fit_least_squares(self, components: Floats, labels: NDArray[Any]) -> None:
        targets = LabelBinarizer(neg_label=-1).fit_transform(labels).astype(components.dtype)
        solution = ridge_on_products(components, self.degree, targets, self.alpha)
        self.product_scale_, self.coef_, self.intercept_ = solution
        self.classes_, self.n_iter_, self.engine_ = np.unique(labels), 1, self._least_squares_engine

    def _fit_logistic(self, components: Floats, labels: NDArray[Any]) -> None:
        features = all_products(components, self.degree)
        variance = np.mean([column.var(dtype=np.float64) for column in features.T])
        self.product_scale_ = float(np.sqrt(variance)) or 1.0
        features /= features.dtype.type(self.product_scale_)
        self._fit_head(features, labels)

    @property
    def n_parameters_(self) -> int:
        """Number of weights and intercepts, including the principal components and their mean."""
        check_is_fitted(self)
        return int(self.coef_.size + self.intercept_.size + self.pca_.components_.size + self.pca_.mean_.size)

    @property
    def n_stored_variables_(self) -> int:
        """Number of values needed for predictions, all of them parameters."""
        check_is_fitted(self)
        return self.n_parameters_

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image.

        They are counted for the components, for the products (one for each factor but the first), and for the weighted
        sums.
        """
        check_is_fitted(self)
        n_components, n_products = self.pca_.n_components_, self.coef_.shape[1]
        counts = [comb(n_components + size - 1, size) for size in range(1, self.degree + 1)]
        factors = sum(size * count for size, count in enumerate(counts))
        return int(self.pca_.components_.size + factors + len(self.coef_) * n_products)


def _in_words(n_products: int) -> str:
    return f"{n_products:,}" if n_products < _MOST_SHOWN else f"more than {_MOST_SHOWN:,}"
