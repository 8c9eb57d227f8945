"""Logistic regression by L-BFGS: scikit-learn's, and one that minimizes the loss of Intel's oneDAL."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from hdr_bench.estimators.engines import ProcessWide, engine_import
from hdr_bench.estimators.pixels import Floats

# As in scikit-learn-intelex: with more pairs than scikit-learn's 10, images need fewer iterations.
_CORRECTIONS, _LINE_SEARCHES = 50, 50
_RELATIVE_FALL = 64 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class LogisticFit:
    """A fitted logistic regression.

    Attributes
    ----------
    coef : ndarray of shape (n_outputs, n_features)
        One output for two classes, otherwise one per class.
    intercept : ndarray of shape (n_outputs,)
    n_iter : int
        Number of iterations run.
    stopped : str
        Why the solver stopped before it reached the tolerance; empty if it did not.
    """

    coef: Floats
    intercept: Floats
    n_iter: int
    stopped: str = ""


def fit_scikit_learn(X: Floats, codes: NDArray[np.intp], *, alpha: float, max_iter: int, tol: float) -> LogisticFit:
    """Fit scikit-learn's logistic regression.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        Training data.
    codes : ndarray of shape (n,)
        Indices of the labels in the sorted classes.
    alpha : float
        Strength of the L2 penalty.
    max_iter : int
        Maximum number of iterations.
    tol : float
        Tolerance on the largest component of the gradient of the mean loss.

    Returns
    -------
    fit : LogisticFit
    """
    strength = 1 / alpha if alpha else np.inf
    fitted = LogisticRegression(C=strength, max_iter=max_iter, tol=tol).fit(X, codes)
    return LogisticFit(fitted.coef_.astype(X.dtype), fitted.intercept_.astype(X.dtype), int(np.max(fitted.n_iter_)))


def fit_onedal(X: Floats, codes: NDArray[np.intp], *, alpha: float, max_iter: int, tol: float) -> LogisticFit:
    """Minimize oneDAL's logistic loss with scipy's L-BFGS.

    While scikit-learn-intelex's own estimator fits, it replaces scikit-learn's solver in all threads of the process,
    and it cannot report why it stopped.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        Training data; the loss is computed in its type, float32 or float64.
    codes : ndarray of shape (n,)
        Indices of the labels in the sorted classes.
    alpha : float
        Strength of the L2 penalty.
    max_iter : int
        Maximum number of iterations.
    tol : float
        Tolerance on the largest component of the gradient of the mean loss.

    Returns
    -------
    fit : LogisticFit

    Raises
    ------
    MissingDependencyError
        If oneDAL cannot be imported.
    """
    n, n_features = X.shape
    n_classes = int(codes.max()) + 1
    n_outputs = 1 if n_classes == 2 else n_classes
    start = np.zeros(n_outputs * (n_features + 1))
    X, targets = np.ascontiguousarray(X), codes[:, None].astype(X.dtype)
    loss = _loss(X, targets, n_classes, alpha, start)

    def value_and_gradient(weights: NDArray[np.float64]) -> tuple[float, Floats]:
        computed = loss.compute(X, targets, weights[:, None])
        # oneDAL returns means; scikit-learn-intelex takes its steps on sums, in the type of X.
        return computed.valueIdx[0, 0] * n, computed.gradientIdx.ravel() * n

    options = {
        "maxiter": max_iter,
        "maxcor": _CORRECTIONS,
        "maxls": _LINE_SEARCHES,
        "gtol": tol * n,
        "ftol": _RELATIVE_FALL,
    }
    with _THREADS.hold():
        result = minimize(value_and_gradient, start, method="L-BFGS-B", jac=True, options=options)
    # The intercept comes first.
    weights = result.x.reshape(n_outputs, -1).astype(X.dtype)
    stopped = "" if result.success else str(result.message)
    n_iter = min(int(result.nit), max_iter)
    return LogisticFit(weights[:, 1:], weights[:, 0], n_iter, stopped)


def _loss(X: Floats, targets: Floats, n_classes: int, alpha: float, start: NDArray[np.float64]) -> Any:
    with engine_import("onedal"):
        import daal4py

    options = {
        "numberOfTerms": len(X),
        "fptype": "float" if X.dtype == np.float32 else "double",
        "method": "defaultDense",
        "interceptFlag": True,
        "penaltyL1": 0.0,
        "penaltyL2": alpha / (2 * len(X)),
        "resultsToCompute": "value|gradient",
    }
    if n_classes == 2:
        loss = daal4py.optimization_solver_logistic_loss(**options)
    else:
        loss = daal4py.optimization_solver_cross_entropy_loss(nClasses=n_classes, **options)
    loss.setup(X, targets, start[:, None])
    return loss


@contextmanager
def _threads_of_openmp() -> Iterator[None]:
    """Limit oneDAL to OpenMP's number of threads, which joblib sets for its worker processes."""
    with engine_import("onedal"):
        import daal4py

    before = daal4py.num_threads()
    daal4py.daalinit(min(before, int(os.environ.get("OMP_NUM_THREADS") or before)))
    try:
        yield
    finally:
        daal4py.daalinit(before)


_THREADS = ProcessWide(_threads_of_openmp)


def warn_stopped(fit: LogisticFit) -> None:
    """Warn that a solver stopped before reaching the tolerance.

    Parameters
    ----------
    fit : LogisticFit
    """
    warnings.warn(
        f"L-BFGS stopped after {fit.n_iter} iterations ({fit.stopped}), before reaching the tolerance; increase "
        "max_iter or tol, or scale the pixels",
        ConvergenceWarning,
        stacklevel=2,
    )
