"""Support vector machine that is fitted by oneDAL and predicts by matrix products."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.svm import SVC
from sklearn.utils import gen_batches
from sklearn.utils.multiclass import _ovr_decision_function

_PARAMETERS = ("C", "kernel", "gamma", "degree", "coef0", "break_ties", "cache_size")
_ATTRIBUTES = ("classes_", "fit_status_", "shape_fit_", "n_features_in_", "n_iter_", "_gamma")
# Number of images whose kernel values with all support vectors are held in memory at a time.
_ROWS = 256


class MatrixSVC(SVC):
    """scikit-learn's SVC with the support vectors that oneDAL found, predicting by matrix products.

    oneDAL's own predictions are not used: on Intel processors with AVX-512, the decisions of some pairs of classes are
    wrong in scikit-learn-intelex 2026.2.0 (by up to 0.5 with 3,200 images of MNIST), although the fitted coefficients
    are right.
    """

    @classmethod
    def of(cls, machine: Any) -> Self:
        """Create the machine from a fitted SVC of scikit-learn or scikit-learn-intelex.

        Parameters
        ----------
        machine : sklearnex.svm.SVC or sklearn.svm.SVC
            Fitted.

        Returns
        -------
        made : MatrixSVC
        """
        made = cls(**{name: getattr(machine, name) for name in _PARAMETERS})
        # Some versions of scikit-learn-intelex lack some of these.
        for name in _ATTRIBUTES:
            if hasattr(machine, name):
                setattr(made, name, getattr(machine, name))
        made._sparse = False
        made.class_weight_ = np.empty(0)
        made._probA = made._probB = np.empty(0)
        # The types that LIBSVM's functions expect.
        made.support_ = np.asarray(machine.support_, np.int32)
        made._n_support = np.asarray(machine.n_support_, np.int32)
        made.support_vectors_ = np.ascontiguousarray(machine.support_vectors_, np.float64)
        made.dual_coef_ = np.ascontiguousarray(machine.dual_coef_, np.float64)
        made.intercept_ = np.asarray(machine.intercept_, np.float64)
        # For two classes, scikit-learn exposes the negated values of those it computes with.
        sign = -1 if len(made.classes_) == 2 else 1
        made._dual_coef_, made._intercept_ = sign * made.dual_coef_, sign * made.intercept_
        return made

    def plain(self) -> SVC:
        """Return the same machine as scikit-learn's SVC, which predicts with LIBSVM: decisions differ by rounding.

        Returns
        -------
        machine : sklearn.svm.SVC
        """
        machine = SVC(**self.get_params())
        vars(machine).update(vars(self))
        return machine

    def decision_function(self, X: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return the decisions, as scikit-learn's SVC does.

        Parameters
        ----------
        X : ndarray of shape (n, n_features)
            Scaled pixels.

        Returns
        -------
        decisions : ndarray of shape (n,), (n, n_classes) or (n, n_pairs)
            The shapes are for two classes, for "ovr" and for "ovo".
        """
        pairs = self._decide_pairs(X)
        if len(self.classes_) == 2:
            return pairs[:, 0]
        return pairs if self.decision_function_shape == "ovo" else self._count_votes(pairs)

    def predict(self, X: NDArray[np.floating[Any]]) -> NDArray[np.generic]:
        """Return the classes; ties in votes are broken by the sums of the decisions.

        Parameters
        ----------
        X : ndarray of shape (n, n_features)
            Scaled pixels.

        Returns
        -------
        labels : ndarray of shape (n,)
        """
        pairs = self._decide_pairs(X)
        places = pairs[:, 0] > 0 if len(self.classes_) == 2 else self._count_votes(pairs).argmax(axis=1)
        labels: NDArray[np.generic] = self.classes_[np.asarray(places, np.intp)]
        return labels

    def _count_votes(self, pairs: NDArray[np.float64]) -> NDArray[np.float64]:
        votes: NDArray[np.float64] = _ovr_decision_function(pairs < 0, -pairs, len(self.classes_))
        return votes

    def _decide_pairs(self, X: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        return np.concatenate([self._decide_block(X[rows]) for rows in gen_batches(len(X), _ROWS)])

    def _decide_block(self, X: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        kernel = pairwise_kernels(
            np.asarray(X, np.float64),
            self.support_vectors_,
            metric=self.kernel,
            filter_params=True,
            gamma=self._gamma,
            degree=self.degree,
            coef0=self.coef0,
        )
        if len(self.classes_) == 2:
            return kernel @ self.dual_coef_.T + self.intercept_
        # A support vector has a coefficient against each other class, in the order of the classes.
        ends = np.cumsum(self._n_support)
        parts = [slice(end - n, end) for end, n in zip(ends, self._n_support, strict=True)]
        sums = [kernel[:, part] @ self.dual_coef_[:, part].T for part in parts]
        pairs = zip(*np.triu_indices(len(parts), 1), strict=True)
        return np.stack([sums[a][:, b - 1] + sums[b][:, a] for a, b in pairs], axis=1) + self.intercept_
