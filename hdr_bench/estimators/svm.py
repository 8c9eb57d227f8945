"""Support vector machines."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.svm import SVC
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.engines import capable_engine, choose_engine, engine_import
from hdr_bench.estimators.images.scaling import learn_scale, scale_pixels
from hdr_bench.estimators.pixel_classifier import PixelClassifier
from hdr_bench.estimators.pixels import Floats
from hdr_bench.estimators.plain_values import with_plain_parameters
from hdr_bench.estimators.svm_machine import MatrixSVC

ENGINES = {"onedal": "sklearnex", "libsvm": "sklearn"}
KERNELS = ("rbf", "poly", "linear")
# Has fewer errors than 1, which is "scale", on a held-out fifth of the training part of mnist-5k.
_WIDTH = 2.25
# LIBSVM has no limit; oneDAL's own limit of 10,000 would end a fit silently.
_MOST_ITERATIONS = 2**31 - 1


class SVMClassifier(PixelClassifier):
    """Support vector machine, one against one, on scaled pixels.

    Parameters
    ----------
    kernel : {"rbf", "poly", "linear"}, default="rbf"
        Kernel, as in scikit-learn's SVC.
    C : float, default=5.0
        Strength of the penalty for errors.
    gamma : float or {"scale", "auto"} or None, default=None
        Kernel coefficient of "rbf" and "poly", for scaled pixels. None uses 2.25 / (n_features * variance), which is
        0.03 on MNIST; "scale" is 1 / (n_features * variance), which makes more errors there.
    degree : int, default=3
        Degree of "poly".
    coef0 : float, default=0.0
        Constant term of "poly".
    engine : {"auto", "onedal", "libsvm"}, default="auto"
        Solver: Intel's oneDAL (scikit-learn-intelex), whose model predicts by matrix products, or LIBSVM
        (scikit-learn). "auto" uses the first that is installed, but LIBSVM if `C`, `gamma` or the kernel's values do
        not fit into oneDAL's floating-point type, which is that of the pixels, or if `coef0` of "poly" is negative and
        `degree` at least 2: such a kernel is not positive definite, and the solvers end in different solutions.
        Requesting "onedal" explicitly raises an error in all these cases.
    pixel_scale : float or None, default=None
        Divisor of the pixels; None learns the largest absolute value.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    svc_ : sklearn.svm.SVC
        The fitted model: support vectors, dual coefficients, intercepts.
    engine_ : str
        The solver that ran.
    scale_ : float
        Divisor of the pixels.
    n_features_in_ : int
        Number of features seen during fit.

    Notes
    -----
    This estimator has `decision_function` but not `predict_proba`; scikit-learn's CalibratedClassifierCV adds
    probabilities.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import SVMClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = SVMClassifier().fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.97
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "kernel": [StrOptions(set(KERNELS))],
        "C": [Interval(Real, 0, None, closed="right")],
        "gamma": [Interval(Real, 0, None, closed="left"), StrOptions({"scale", "auto"}), None],
        "degree": [Interval(Integral, 0, None, closed="left")],
        "coef0": [Interval(Real, None, None, closed="neither")],
        "engine": [StrOptions({"auto", *ENGINES})],
        "pixel_scale": [Interval(Real, 0, None, closed="neither"), None],
    }

    def __init__(
        self,
        kernel: str = "rbf",
        *,
        C: float = 5.0,
        gamma: float | str | None = None,
        degree: int = 3,
        coef0: float = 0.0,
        engine: str = "auto",
        pixel_scale: float | None = None,
    ) -> None:
        self.kernel = kernel
        self.C = C
        self.gamma = gamma
        self.degree = degree
        self.coef0 = coef0
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
        UnknownNameError
            If there is no such kernel or engine.
        MissingDependencyError
            If the requested engine is not installed.
        ValueError
            If the data or a parameter is invalid.
        """
        pixels, labels = self._validate_training(X, y)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        self.scale_ = learn_scale(pixels, self.pixel_scale)
        self.engine_ = choose_engine(self.engine, ENGINES)
        pixels = scale_pixels(pixels, self.scale_)
        self.engine_ = capable_engine(self.engine, self.engine_, "libsvm", self._obstacle_to_onedal(pixels))
        self.svc_ = self._fit_machine(pixels, codes)
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the one-against-rest scores.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        scores : ndarray of shape (n, n_classes), or (n,) for two classes
            For two classes, positive values mean the second.
        """
        pixels = self._validate_images(X)
        scores: NDArray[np.float64] = self.svc_.decision_function(scale_pixels(pixels, self.scale_))
        return scores

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Predict the classes of images.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        labels : ndarray of shape (n,)
        """
        pixels = self._validate_images(X)
        labels: NDArray[np.generic] = self.classes_[
            self.svc_.predict(scale_pixels(pixels, self.scale_)).astype(np.intp)
        ]
        return labels

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image: its products with all support vectors, and their weighted sums."""
        check_is_fitted(self)
        return int(self.svc_.support_vectors_.size + self.svc_.dual_coef_.size)

    @property
    def n_stored_variables_(self) -> int:
        """Number of values needed for predictions: support vectors, their weights, intercepts."""
        check_is_fitted(self)
        return int(self.svc_.support_vectors_.size + self.svc_.dual_coef_.size + self.svc_.intercept_.size)

    @property
    def _engines(self) -> dict[str, str]:
        return ENGINES

    def _check_combination(self) -> None:
        choose_engine(self.engine, ENGINES)

    def _fit_machine(self, pixels: Floats, codes: NDArray[np.intp]) -> SVC:
        kernel = {"kernel": self.kernel, "gamma": self._gamma(pixels), "degree": self.degree, "coef0": self.coef0}
        options = {"C": self.C, "break_ties": True, "cache_size": 1000, **kernel}
        if self.engine_ == "libsvm":
            return SVC(**options).fit(pixels, codes)
        with engine_import("onedal"):
            from sklearnex import svm as onedal
        return MatrixSVC.of(onedal.SVC(max_iter=_MOST_ITERATIONS, **options).fit(pixels, codes))

    def _gamma(self, pixels: Floats) -> float | str:
        if self.gamma is not None:
            return self.gamma
        return _WIDTH / (pixels.shape[1] * (float(pixels.var(dtype=np.float64)) or 1.0))

    def _obstacle_to_onedal(self, pixels: Floats) -> str:
        """Return the parameter that oneDAL cannot handle in the type of the pixels; empty if there is none."""
        gamma = self._gamma(pixels)
        limits = np.finfo(pixels.dtype)
        # Products of two numbers in this range are still normal numbers.
        smallest, largest = float(limits.tiny) ** 0.5, float(limits.max) ** 0.5
        for name, value in (("C", self.C), ("gamma", gamma)):
            is_used = name == "C" or self.kernel != "linear"
            # Values that are not positive numbers, or invalid, are left to the solver itself.
            if is_used and not isinstance(value, str) and (0 <= value < smallest or value > largest):
                return f"{name}={value:g}"
        if self.kernel == "poly" and self.coef0 < 0 and self.degree > 1:
            # The dual is not convex: where a solver ends depends on its steps, and error rates differ by whole
            # percentage points. For degree 1 the constant drops out, since the dual coefficients sum to 0.
            return f"coef0={self.coef0:g}, below 0, for which a kernel of degree {self.degree} has no unique solution"
        products = float(np.einsum("ij,ij->i", pixels, pixels, dtype=np.float64).max())
        if self.kernel == "poly":
            width = 1.0 if isinstance(gamma, str) else gamma
            products = (width * products + abs(self.coef0)) ** min(self.degree, 1000)
        return f"a kernel with values up to {products:.0e}" if products > largest else ""
