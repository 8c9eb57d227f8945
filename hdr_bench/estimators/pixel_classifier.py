"""Base class of the classifiers of raw pixel rows: the checks of `fit` and prediction, in a fixed order."""

from abc import ABC
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.likeness import summarize_pixels, warn_if_unlike
from hdr_bench.estimators.parameter_checks import DataShape, check_parameters
from hdr_bench.estimators.saving import VersionChecked
from hdr_bench.exceptions import shown


class PixelClassifier(VersionChecked, ClassifierMixin, BaseEstimator, ABC):
    """Base class of classifiers of raw pixel rows.

    A subclass declares its parameters in `_parameter_constraints`, as scikit-learn's estimators do, and overrides
    `_check_combination` and `_check_data` if values must fit each other or the data. Its `fit` begins with
    `_validate_training`, and its prediction methods with `_validate_images`. The other attributes that the harness
    reads are declared in `hdr_bench.estimators.base`.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}
    _fewest_classes = 2

    def _check_combination(self) -> None:
        """Check that the parameters fit each other; called when a run is planned, and by `fit`.

        Raises
        ------
        ValueError
            If they do not.
        """

    def _check_data(self, data: DataShape) -> None:
        """Check that the parameters fit the training data; called when a run is planned, and by `fit`.

        Parameters
        ----------
        data : DataShape

        Raises
        ------
        ValueError
            If they do not.
        """

    def _validate_training(self, X: ArrayLike, y: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Check parameters and training data, and summarize the images for later checks.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
        y : array-like of shape (n,)

        Returns
        -------
        pixels : ndarray of shape (n, n_features)
        labels : ndarray of shape (n,)

        Raises
        ------
        ValueError
            If the data or a parameter is invalid.
        """
        check_parameters(self)
        pixels, labels = validate_data(self, X, y)
        check_classification_targets(labels)
        classes = np.unique(labels)
        check_classes(self, classes, self._fewest_classes)
        self._check_data(DataShape(pixels.shape[1], len(classes), len(pixels)))
        self._fitted_on = summarize_pixels(pixels)
        return pixels, labels

    def _validate_images(self, X: ArrayLike) -> NDArray[Any]:
        """Check images to predict, and warn if they are unlike the training images.

        Parameters
        ----------
        X : array-like of shape (n, n_features)

        Returns
        -------
        pixels : ndarray of shape (n, n_features)
        """
        check_is_fitted(self)
        pixels: NDArray[Any] = validate_data(self, X, reset=False)
        # Attribute the warning to the caller of `predict`, not to this method.
        warn_if_unlike(self, pixels, stacklevel=4)
        return pixels


def check_classes(estimator: Any, classes: NDArray[Any], fewest: int = 2) -> None:
    """Check that the training data have enough classes.

    Parameters
    ----------
    estimator : object
        Estimator named in the message.
    classes : ndarray of shape (n_classes,)
        Classes of the training data.
    fewest : int, default=2
        At least 1.

    Raises
    ------
    ValueError
        If there are fewer.
    """
    if len(classes) < fewest:
        raise ValueError(f"{type(estimator).__name__} needs at least two classes; y has one class: {shown(classes[0])}")
