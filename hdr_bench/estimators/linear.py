"""Linear classifiers, on pixels and on products of principal components."""

from itertools import combinations_with_replacement
from math import comb
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.decomposition import PCA
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.images import Floats, learn_scale, scaled
from hdr_bench.estimators.linear_head import LinearHead, outputs


class LinearClassifier(LinearHead):
    """Linear classifier: multinomial logistic regression, or least squares on one-hot targets.

    Parameters
    ----------
    loss : {"log_loss", "squared_error"}, default="log_loss"
        Multinomial logistic regression (scikit-learn's L-BFGS), or least squares on targets of -1 and 1
        (scikit-learn's ridge regression); the latter decides for the largest output.
    alpha : float, default=1.0
        Strength of the L2 penalty: the inverse of LogisticRegression's C, or Ridge's alpha.
    max_iter : int, default=300
        Most iterations of L-BFGS; least squares needs none.
    tol : float, default=0.001
        Tolerance of L-BFGS on the largest component of the gradient.
    pixel_scale : float or None, default=None
        What pixels are divided by; None learns the largest absolute value.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : ndarray of shape (n_outputs, n_features)
        For the scaled pixels; one output for two classes.
    intercept_ : ndarray of shape (n_outputs,)
    scale_ : float
    n_iter_ : int
        Iterations run; 1 for least squares.
    n_features_in_ : int

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import LinearClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = LinearClassifier().fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.9
    True
    """

    def __init__(
        self,
        loss: str = "log_loss",
        *,
        alpha: float = 1.0,
        max_iter: int = 300,
        tol: float = 1e-3,
        pixel_scale: float | None = None,
    ) -> None:
        self.loss = loss
        self.alpha = alpha
        self.max_iter = max_iter
        self.tol = tol
        self.pixel_scale = pixel_scale

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to `X` of shape (n, n_features) and the labels `y` of shape (n,).

        Raises
        ------
        ValueError
            If the data or a parameter cannot be used.
        """
        pixels, labels = validate_data(self, X, y)
        check_classification_targets(labels)
        self.scale_ = learn_scale(pixels, self.pixel_scale)
        self._fit_head(scaled(pixels, self.scale_), labels)
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return the outputs: shape (n, n_classes), or (n,) for two classes, positive for the second."""
        check_is_fitted(self)
        pixels = validate_data(self, X, reset=False)
        return outputs(scaled(pixels, self.scale_), self.coef_, self.intercept_)

    @property
    def n_parameters_(self) -> int:
        """Number of weights and intercepts."""
        check_is_fitted(self)
        return int(self.coef_.size + self.intercept_.size)

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image."""
        check_is_fitted(self)
        return int(self.coef_.size)


class PolynomialClassifier(LinearHead):
    """Principal components, then all their products up to a degree, then a linear classifier.

    With ``degree=2`` and 40 components this is the quadratic classifier of LeCun et al. (1998), section III.C.3:
    820 products and a constant.

    Parameters
    ----------
    degree : int, default=2
        Highest number of factors of a product.
    n_components : int, default=60
        Principal components; fewer where the data have fewer.
    loss : {"squared_error", "log_loss"}, default="squared_error"
        As for `LinearClassifier`.
    alpha : float, default=500.0
        Strength of the L2 penalty on the weights of the products, each divided by its root mean square.
    max_iter : int, default=300
        Most iterations of L-BFGS; least squares needs none.
    tol : float, default=0.001
        Tolerance of L-BFGS.
    pixel_scale : float or None, default=None
        What pixels are divided by; None learns the largest absolute value.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    pca_ : sklearn.decomposition.PCA
    deviation_ : ndarray of shape (n_products,)
        What each product is divided by: its root mean square while fitting.
    coef_ : ndarray of shape (n_outputs, n_products)
    intercept_ : ndarray of shape (n_outputs,)
    scale_ : float
    n_iter_ : int
    n_features_in_ : int

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import PolynomialClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = PolynomialClassifier(n_components=20).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    def __init__(
        self,
        degree: int = 2,
        n_components: int = 60,
        *,
        loss: str = "squared_error",
        alpha: float = 500.0,
        max_iter: int = 300,
        tol: float = 1e-3,
        pixel_scale: float | None = None,
    ) -> None:
        self.degree = degree
        self.n_components = n_components
        self.loss = loss
        self.alpha = alpha
        self.max_iter = max_iter
        self.tol = tol
        self.pixel_scale = pixel_scale

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to `X` of shape (n, n_features) and the labels `y` of shape (n,).

        Raises
        ------
        ValueError
            If the data or a parameter cannot be used.
        """
        pixels, labels = validate_data(self, X, y)
        check_classification_targets(labels)
        if self.degree < 1 or self.n_components < 1:
            raise ValueError(f"degree={self.degree!r}, n_components={self.n_components!r}: both must be at least 1")
        self.scale_ = learn_scale(pixels, self.pixel_scale)
        solver = "full" if len(pixels) < pixels.shape[1] else "covariance_eigh"
        self.pca_ = PCA(min(self.n_components, *pixels.shape), svd_solver=solver)
        features = products(self.pca_.fit_transform(scaled(pixels, self.scale_)), self.degree)
        deviation = np.sqrt(np.mean(np.square(features), axis=0))
        self.deviation_: Floats = np.where(deviation > np.finfo(features.dtype).eps, deviation, 1).astype(
            features.dtype
        )
        features /= self.deviation_
        self._fit_head(features, labels)
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return the outputs: shape (n, n_classes), or (n,) for two classes, positive for the second."""
        check_is_fitted(self)
        pixels = validate_data(self, X, reset=False)
        components = self.pca_.transform(scaled(pixels, self.scale_))
        return outputs(products(components, self.degree), self.coef_ / self.deviation_, self.intercept_)

    @property
    def n_parameters_(self) -> int:
        """Number of weights and intercepts, the principal components and their mean included."""
        check_is_fitted(self)
        return int(self.coef_.size + self.intercept_.size + self.pca_.components_.size + self.pca_.mean_.size)

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image: the components, one for each factor after a product's first, the sum."""
        check_is_fitted(self)
        n_components, n_products = self.pca_.n_components_, self.coef_.shape[1]
        counts = [comb(n_components + size - 1, size) for size in range(1, self.degree + 1)]
        factors = sum(size * count for size, count in enumerate(counts))
        return int(self.pca_.components_.size + factors + len(self.coef_) * n_products)


def products(components: Floats, degree: int) -> Floats:
    """Return all products of 1 to `degree` of the columns, repeated factors allowed: shape (n, n_products)."""
    n_columns = components.shape[1]
    blocks = [components]
    for size in range(2, degree + 1):
        factors = np.array(list(combinations_with_replacement(range(n_columns), size)))
        block = components[:, factors[:, 0]]
        for place in range(1, size):
            block *= components[:, factors[:, place]]
        blocks.append(block)
    return np.concatenate(blocks, axis=1)
