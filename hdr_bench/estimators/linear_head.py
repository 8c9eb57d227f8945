"""Linear model that forms the last stage of the linear and the polynomial classifier."""

from abc import abstractmethod
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import Ridge
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if

from hdr_bench.estimators.engines import choose_engine
from hdr_bench.estimators.logistic import LogisticFit, fit_onedal, fit_scikit_learn, warn_stopped
from hdr_bench.estimators.pixel_classifier import PixelClassifier
from hdr_bench.estimators.pixels import Floats
from hdr_bench.exceptions import UnknownNameError, shown

ENGINES = {"onedal": "sklearnex", "scikit-learn": "sklearn"}
LOSSES = ("log_loss", "squared_error")


def _is_logistic(estimator: Any) -> bool:
    if estimator.loss != "log_loss":
        raise AttributeError(
            f"predict_proba needs loss='log_loss', got {shown(estimator.loss)}; for other losses, use "
            "CalibratedClassifierCV"
        )
    return True


class LinearHead(PixelClassifier):
    """Fitting and prediction of a linear model, for classifiers that define its inputs.

    Attributes
    ----------
    loss : {"log_loss", "squared_error"}
        Multinomial logistic regression, or least squares.
    alpha : float
        Strength of the L2 penalty.
    max_iter : int
        Maximum number of iterations of the logistic regression.
    tol : float
        Tolerance of the logistic regression on the largest component of the gradient of the mean loss.
    engine : str
        "auto", or the name of the engine.
    """

    loss: str
    alpha: float
    max_iter: int
    tol: float
    engine: str

    _least_squares_engine = "scikit-learn"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "loss": [StrOptions(set(LOSSES))],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "engine": [str],
        "pixel_scale": [Interval(Real, 0, None, closed="neither"), None],
    }

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

    @available_if(_is_logistic)
    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return the probability of each class; available only with ``loss="log_loss"``.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        probabilities : ndarray of shape (n, n_classes)
            Each row sums to 1.
        """
        return softmax(self.decision_function(X))

    @abstractmethod
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

    def _check_combination(self) -> None:
        allowed = ("auto", self._least_squares_engine) if self.loss == "squared_error" else ("auto", *ENGINES)
        if self.engine not in allowed:
            raise UnknownNameError(f"engine for loss={self.loss!r}", self.engine, allowed)
        if self.loss == "log_loss":
            choose_engine(self.engine, ENGINES)

    @property
    def _engines(self) -> dict[str, str]:
        return {} if self.loss == "squared_error" else ENGINES

    def _fit_head(self, X: Floats, y: NDArray[Any]) -> None:
        """Learn classes, weights (n_outputs, n_features) and intercepts (n_outputs,)."""
        self.classes_ = np.unique(y)
        if self.loss == "squared_error":
            targets = LabelBinarizer(neg_label=-1).fit_transform(y).astype(X.dtype)
            ridge = Ridge(alpha=self.alpha).fit(X, targets)
            self.n_iter_, self.engine_ = 1, self._least_squares_engine
            self.coef_, self.intercept_ = np.atleast_2d(ridge.coef_), np.atleast_1d(ridge.intercept_)
            return
        codes = np.searchsorted(self.classes_, y)
        fit = self._fit_logistic_regression(X, codes)
        self.n_iter_, self.coef_, self.intercept_ = fit.n_iter, fit.coef, fit.intercept

    def _fit_logistic_regression(self, X: Floats, codes: NDArray[np.intp]) -> LogisticFit:
        # With a stronger penalty all weights are 0 anyway, and products with it would overflow.
        alpha = min(self.alpha, float(np.finfo(X.dtype).max) ** 0.5)
        options: dict[str, Any] = {"alpha": alpha, "max_iter": self.max_iter, "tol": self.tol}
        self.engine_ = choose_engine(self.engine, ENGINES)
        if self.engine == "auto" and alpha / (2 * len(X)) < float(np.finfo(X.dtype).tiny):
            # Without a penalty the optimum is not unique or lies at infinity: the weights depend on the solver's steps.
            self.engine_ = "scikit-learn"
        if self.engine_ == "scikit-learn":
            return fit_scikit_learn(X, codes, **options)
        fit = fit_onedal(X, codes, **options)
        if fit.stopped and fit.n_iter < self.max_iter and self.engine == "auto":
            # The line search found no lower loss, but in single precision a lower one may still exist.
            self.engine_ = "scikit-learn"
            return fit_scikit_learn(X, codes, **options)
        if fit.stopped:
            warn_stopped(fit)
        return fit


def flatten_outputs(values: Floats) -> Floats:
    """Reshape outputs to the shape of scikit-learn's decision values.

    Parameters
    ----------
    values : ndarray of shape (n, n_outputs)

    Returns
    -------
    values : ndarray of shape (n, n_outputs), or (n,) for one output
    """
    return values[:, 0] if values.shape[1] == 1 else values


def decide(values: Floats, classes: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return the class with the largest output; for a single output, the second class if it is positive.

    Parameters
    ----------
    values : ndarray of shape (n, n_classes), or (n,) for two classes
        Decision values.
    classes : ndarray of shape (n_classes,)

    Returns
    -------
    labels : ndarray of shape (n,)
    """
    chosen = (values > 0).astype(np.intp) if values.ndim == 1 else values.argmax(axis=1)
    labels: NDArray[np.generic] = classes[chosen]
    return labels


def softmax(values: Floats) -> Floats:
    """Convert decision values into probabilities.

    Parameters
    ----------
    values : ndarray of shape (n, n_classes), or (n,) for two classes
        Decision values.

    Returns
    -------
    probabilities : ndarray of shape (n, n_classes)
    """
    if values.ndim == 1:
        values = np.stack([np.zeros_like(values), values], axis=1)
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=1, keepdims=True)
    return probabilities
