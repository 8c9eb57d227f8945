"""Users' own networks as classifiers: a torch module, or a function from images to probabilities."""

import math
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from hdr_bench.estimators.foreign.calls import cause_of, foreign_code
from hdr_bench.exceptions import HdrBenchError, PredictionsError
from hdr_bench.names import class_name

_BATCH = 500
# In half precision, softmax is rounded to a thousandth.
_MOST_ROUNDING = 5e-3
_LARGEST_PIXEL = 255


class ImageFunctionClassifier(ClassifierMixin, BaseEstimator):
    """Classifier whose probabilities are computed by a function.

    Parameters
    ----------
    function : callable
        Takes images, uint8 or floats of shape (n, height, width), raw; returns probabilities of shape (n, n_classes).

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        0, 1, ...: known after the first prediction; ten digits until then.
    """

    def __init__(self, function: Callable[[NDArray[Any]], Any]) -> None:
        self.function = function

    @property
    def classes_(self) -> NDArray[np.int64]:
        """Labels, in the order of the probabilities."""
        return np.arange(getattr(self, "_n_classes", 10))

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Refuse to fit: the function cannot be trained here.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
        y : array-like of shape (n,)

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError("your own network cannot be trained here; train it with your own code")

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels of square images.

        Returns
        -------
        probabilities : ndarray of shape (n, n_classes)

        Raises
        ------
        PredictionsError
            If the function fails or returns an invalid result.
        """
        rows = np.asarray(X)
        side = math.isqrt(rows.shape[1])
        if side * side != rows.shape[1]:
            raise PredictionsError(
                f"images of {rows.shape[1]} pixels are not square, but your own network needs square images"
            )
        images = rows.reshape(-1, side, side)
        answers = [self._answer(images[start : start + _BATCH]) for start in range(0, len(images), _BATCH)]
        probabilities = np.concatenate(answers)
        self._n_classes = probabilities.shape[1]
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Predict the most probable class of each image.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels of square images.

        Returns
        -------
        labels : ndarray of shape (n,)
        """
        places: NDArray[np.int64] = self.predict_proba(X).argmax(axis=1)
        return places

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _answer(self, images: NDArray[Any]) -> NDArray[np.float64]:
        with foreign_code(self._refusal):
            answer = np.asarray(self.function(images), dtype=np.float64)
        return check_probabilities(answer, len(images), self._name)

    def _refusal(self, error: BaseException) -> BaseException:
        if isinstance(error, HdrBenchError):
            return error
        return PredictionsError(f"{self._name} failed: {cause_of(error)}")

    @property
    def _name(self) -> str:
        return getattr(self.function, "__qualname__", class_name(type(self.function)))


class ModuleFunction:
    """A torch module as a function from images to probabilities.

    Parameters
    ----------
    module : torch.nn.Module
        Takes float32 images of shape (n, 1, height, width), from 0 to 1; returns logits, log-probabilities or
        probabilities of shape (n, n_classes).
    """

    def __init__(self, module: Any) -> None:
        self.module = module.eval()
        self.__qualname__ = class_name(type(module))

    def __call__(self, images: NDArray[Any]) -> NDArray[np.float64]:
        """Return the probabilities.

        Parameters
        ----------
        images : ndarray of shape (n, height, width)
            Raw.

        Returns
        -------
        probabilities : ndarray of shape (n, n_classes)
        """
        import torch

        pixels = images.astype(np.float32)
        if images.dtype.kind in "iu":
            pixels /= _LARGEST_PIXEL
        with torch.no_grad():
            outputs = self.module(torch.from_numpy(pixels)[:, None])
        values = outputs.detach().cpu().numpy().astype(np.float64)
        return values if _are_probabilities(values) else _softmax(values)


def check_probabilities(answer: NDArray[np.float64], n_images: int, name: str) -> NDArray[np.float64]:
    """Check probabilities and return them, summing to 1.

    Parameters
    ----------
    answer : ndarray
        Result of a user's function.
    n_images : int
    name : str
        Name used in the message.

    Returns
    -------
    probabilities : ndarray of shape (n_images, n_classes)

    Raises
    ------
    PredictionsError
        If the shape is wrong, or rows are not probabilities.
    """
    if answer.ndim != 2 or len(answer) != n_images or answer.shape[1] < 2:
        raise PredictionsError(
            f"{name} returned values of shape {answer.shape} for {n_images} images; it must return one row per image "
            "with one probability per class"
        )
    if not _are_probabilities(answer):
        raise PredictionsError(
            f"{name} returned rows that are not probabilities, e.g. {answer[0].tolist()[:4]}; each value must be from "
            "0 to 1, and each row must sum to 1"
        )
    return answer / answer.sum(axis=1, keepdims=True)


def _are_probabilities(values: NDArray[np.float64]) -> bool:
    if values.ndim != 2 or not np.isfinite(values).all() or (values < 0).any():
        return False
    return bool((np.abs(values.sum(axis=1) - 1) < _MOST_ROUNDING).all())


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares
