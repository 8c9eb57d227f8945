"""Calibration of a fitted model: a temperature for its outputs, fitted on images that it has not learned from.

This gives every method probabilities. Its outputs are the logarithms of its probabilities if it has any, otherwise its
decision values, otherwise 1 for the predicted class and 0 for all others.

References
----------
Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hdr_bench.exceptions import shown
from hdr_bench.models.card import ReadingNumbers

Floats = NDArray[np.float64]

# The votes of three neighbours, or the images in a leaf, leave most classes at 0, whose logarithm is undefined. The
# temperature compensates for the choice of this value: with 1e-12 to 1e-3, the calibrated log loss on mnist-5k's test
# part is 0.276 to 0.262 for k-NN, and 1.04 for a tree.
_LEAST_PROBABILITY = 1e-6
# Fraction and maximum number of the training images that a copy of the model does not learn from: for MNIST, as many as
# in its test part. On mnist-5k's test part, the calibrated log loss of an SVM with three draws is 0.274 to 0.277; a
# twentieth gives 0.284 to 0.307, and a third 0.274 to 0.275, but leaves the copy fewer images to learn from.
_HELD_OUT, _MOST_HELD_OUT = 1 / 6, 10_000
# Fraction of the held-out digits that the threshold keeps; how many other marks it rejects depends on the score.
KEPT = 0.99
# Outputs may be as small as those of least squares or as large as the log-probabilities of a confident network.
_LOG_TEMPERATURES = (-7.0, 7.0)


def fit_reading(estimator: Any, X: ArrayLike, y: ArrayLike, *, random_state: int = 0) -> ReadingNumbers:
    """Fit temperature and threshold of a method: a copy learns from five sixths of the images, the rest are held out.

    A model is more confident on images that it has learned from than on others, so a fitted model cannot be calibrated
    on its training images. A stratified sixth is held out, at most 10,000 images; the numbers of the copy are then used
    for the model that learns from all images.

    Parameters
    ----------
    estimator : sklearn.base.BaseEstimator
        Fitted or unfitted; a copy of it is fitted.
    X : array-like of shape (n, n_features)
        Raw pixels: the training images.
    y : array-like of shape (n,)
        Their labels.
    random_state : int, default=0
        Determines which images are held out.

    Returns
    -------
    numbers : ReadingNumbers

    Raises
    ------
    ValueError
        If a class has only one image.
    """
    from sklearn.base import clone
    from sklearn.model_selection import train_test_split

    rows, labels = np.asarray(X), np.asarray(y)
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            f"y has one image of class {shown(classes[counts.argmin()].item())}; a temperature is fitted on held-out "
            "images, so each class needs at least two"
        )
    n_held = max(min(int(len(rows) * _HELD_OUT), _MOST_HELD_OUT), len(classes))
    learnt, held = train_test_split(np.arange(len(rows)), test_size=n_held, stratify=labels, random_state=random_state)
    copy = clone(estimator).fit(rows[learnt], labels[learnt])
    chosen_on = f"{n_held:,} of {len(rows):,} training images, which a copy of the model did not learn from"
    return measure_reading(copy, rows[held], labels[held], chosen_on=chosen_on)


def measure_reading(estimator: Any, X: ArrayLike, y: ArrayLike, *, chosen_on: str = "") -> ReadingNumbers:
    """Fit temperature and threshold of a fitted model on images that it has not learned from.

    Parameters
    ----------
    estimator : sklearn.base.BaseEstimator
        Fitted.
    X : array-like of shape (n, n_features)
        Raw pixels.
    y : array-like of shape (n,)
        Their labels, all of them classes of the model.
    chosen_on : str, default=""
        Description of the images.

    Returns
    -------
    numbers : ReadingNumbers
        See `choose_numbers`.

    Raises
    ------
    ValueError
        If a label is not a class of the model.
    """
    labels = np.asarray(y)
    codes = np.searchsorted(estimator.classes_, labels).clip(max=len(estimator.classes_) - 1)
    if unknown := np.setdiff1d(labels, estimator.classes_).tolist():
        raise ValueError(f"y has labels that are not among the model's classes: {shown(unknown[:5])}")
    return choose_numbers(outputs_of(estimator, X), codes, chosen_on=chosen_on)


def choose_numbers(
    outputs: NDArray[np.floating],
    codes: NDArray[np.integer],
    *,
    scores: NDArray[np.floating] | None = None,
    chosen_on: str = "",
) -> ReadingNumbers:
    """Choose temperature and threshold from the outputs for images that the model has not learned from.

    Parameters
    ----------
    outputs : ndarray of shape (n, n_classes)
    codes : ndarray of shape (n,)
        Column of each image's class.
    scores : ndarray of shape (n,), optional
        How digit-like each image is; by default the largest probability.
    chosen_on : str, default=""
        Description of the images.

    Returns
    -------
    numbers : ReadingNumbers
        The threshold keeps 99 % of the images, or all if the scores of the remaining images are equal.
    """
    temperature = fit_temperature(outputs, codes)
    probabilities = scale_outputs(outputs, temperature)
    scores = probabilities.max(axis=1) if scores is None else scores
    threshold = float(np.quantile(scores, 1 - KEPT, method="lower"))
    return ReadingNumbers(
        temperature=temperature,
        threshold=threshold,
        calibrated=True,
        chosen_on=chosen_on,
        n_images=len(codes),
        kept=float((scores >= threshold).mean()),
        log_loss=mean_log_loss(probabilities, codes),
    )


def outputs_of(estimator: Any, X: ArrayLike) -> Floats:
    """Return a fitted model's outputs, one per class, the largest of which decides.

    Parameters
    ----------
    estimator : sklearn.base.BaseEstimator
        Fitted.
    X : array-like of shape (n, n_features)
        Raw pixels.

    Returns
    -------
    outputs : ndarray of shape (n, n_classes), float64
        Logarithms of probabilities, clipped at that of 0.000001; decision values; or 1 for the predicted class.
    """
    if hasattr(estimator, "predict_proba"):
        shares = np.asarray(estimator.predict_proba(X), np.float64)
        return np.log(shares.clip(_LEAST_PROBABILITY, 1))
    if hasattr(estimator, "decision_function"):
        values = np.asarray(estimator.decision_function(X), np.float64)
        if values.ndim == 1:
            return np.stack([np.zeros_like(values), values], axis=1)
        if values.shape[1] == len(estimator.classes_):
            return values
    labels = np.asarray(estimator.predict(X))
    return (labels[:, np.newaxis] == np.asarray(estimator.classes_)).astype(np.float64)


def scale_outputs(outputs: NDArray[np.floating], temperature: float) -> Floats:
    """Return the softmax of outputs divided by a temperature.

    Parameters
    ----------
    outputs : ndarray of shape (n, n_classes)
    temperature : float
        Above 0; values above 1 make the probabilities more even.

    Returns
    -------
    probabilities : ndarray of shape (n, n_classes), float64
    """
    scaled = np.asarray(outputs, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def fit_temperature(outputs: NDArray[np.floating], codes: NDArray[np.integer]) -> float:
    """Return the temperature that minimizes the mean log loss.

    Parameters
    ----------
    outputs : ndarray of shape (n, n_classes)
        Outputs for images that the model has not learned from.
    codes : ndarray of shape (n,)
        Column of each image's class.

    Returns
    -------
    temperature : float
        From 0.0009 to 1,097; if all images are predicted correctly, the loss falls with the temperature, and the result
        is the minimum.

    Examples
    --------
    >>> outputs = np.array([[1.0, 0.0]] * 10)
    >>> codes = np.array([0] * 9 + [1])
    >>> temperature = fit_temperature(outputs, codes)
    >>> scale_outputs(outputs[:1], temperature).round(2).tolist()
    [[0.9, 0.1]]
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        return mean_log_loss(scale_outputs(outputs, float(np.exp(log_temperature))), codes)

    # The loss has a single minimum in 1 / T; searching in log T makes the scale of the outputs irrelevant.
    found = minimize_scalar(loss, bounds=_LOG_TEMPERATURES, method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def mean_log_loss(probabilities: NDArray[np.floating], codes: NDArray[np.integer]) -> float:
    """Return the mean log loss of probabilities.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
    codes : ndarray of shape (n,)
        Column of each image's class.

    Returns
    -------
    loss : float
        In nats; probabilities are clipped at the smallest normal float.
    """
    right = probabilities[np.arange(len(codes)), codes]
    return float(-np.log(right.clip(np.finfo(np.float64).tiny)).mean())
