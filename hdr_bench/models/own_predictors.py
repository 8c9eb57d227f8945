"""Users' own predictors, which are not fitted here, as classifiers."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.metaestimators import available_if

from hdr_bench.estimators.foreign.calls import cause_of, foreign_code
from hdr_bench.exceptions import HdrBenchError, PredictionsError, shown
from hdr_bench.models.own_networks import check_probabilities
from hdr_bench.names import class_name


def _has_probabilities(classifier: Any) -> bool:
    return hasattr(classifier.predictor, "predict_proba")


class PredictorClassifier(ClassifierMixin, BaseEstimator):
    """Classifier that wraps a user's object.

    Parameters
    ----------
    predictor : object
        Has `predict`, which returns labels of shape (n,), or `predict_proba`, which returns probabilities of shape (n,
        n_classes), or both. Both take raw pixels of shape (n, n_features).

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Classes of the object; if it has none, 0, 1, ... for as many probabilities as it returns, or ten digits until
        then.
    """

    def __init__(self, predictor: Any) -> None:
        self.predictor = predictor

    @property
    def classes_(self) -> NDArray[Any]:
        """Labels, in the order of the probabilities."""
        known = getattr(self.predictor, "classes_", None)
        return np.arange(getattr(self, "_n_classes", 10)) if known is None else np.asarray(known)

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Refuse to fit: the object cannot be trained here.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
        y : array-like of shape (n,)

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError("your own object cannot be trained here; train it with your own code")

    @available_if(_has_probabilities)
    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        probabilities : ndarray of shape (n, n_classes)

        Raises
        ------
        PredictionsError
            If the object fails or returns an invalid result.
        """
        rows = np.asarray(X)
        with foreign_code(self._refusal):
            answer = np.asarray(self.predictor.predict_proba(rows), dtype=np.float64)
        probabilities = check_probabilities(answer, len(rows), f"{self._name}.predict_proba")
        self._n_classes = probabilities.shape[1]
        if self._n_classes != len(self.classes_):
            raise PredictionsError(
                f"{self._name}.predict_proba returned {self._n_classes} probabilities per image, but has "
                f"{len(self.classes_)} classes_; it must return one per class"
            )
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Predict the class of each image.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        labels : ndarray of shape (n,)

        Raises
        ------
        PredictionsError
            If the object fails, or returns anything other than one of its classes per image.
        """
        rows = np.asarray(X)
        if not hasattr(self.predictor, "predict"):
            places = self.predict_proba(rows).argmax(axis=1)
            return self.classes_[places]
        with foreign_code(self._refusal):
            labels = np.asarray(self.predictor.predict(rows))
        if labels.shape != (len(rows),):
            raise PredictionsError(
                f"{self._name}.predict returned labels of shape {labels.shape} for {len(rows)} images; it must return "
                "one per image"
            )
        unknown = labels[~np.isin(labels, self.classes_)]
        if len(unknown):
            raise PredictionsError(
                f"{self._name}.predict returned {shown(unknown[0].item())}, which is not among its classes "
                f"{shown(self.classes_.tolist()[:10])}; return only these, or list the classes in an attribute classes_"
            )
        return labels

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _refusal(self, error: BaseException) -> BaseException:
        if isinstance(error, HdrBenchError):
            return error
        return PredictionsError(f"{self._name} failed: {cause_of(error)}")

    @property
    def _name(self) -> str:
        return class_name(type(self.predictor))
