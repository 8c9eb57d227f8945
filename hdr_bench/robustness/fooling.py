"""Fooling images: noise that a method assigns to a class with high confidence."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.pixels import Floats, image_shape_of
from hdr_bench.exceptions import DatasetWarning, EstimatorError, shown
from hdr_bench.names import class_name
from hdr_bench.robustness.gradients import loss_gradient
from hdr_bench.robustness.losses import Codes
from hdr_bench.robustness.model_range import PixelRange, find_pixel_range
from hdr_bench.robustness.step_gradients import Gradient

# As a fraction of the pixel range: one grey level of 8 bits, the smallest change that a picture can store.
_STEP = 1 / 255
# Momentum, which keeps images from oscillating about a ridge (Dong et al., 2018, "Boosting adversarial attacks with
# momentum").
_KEPT = 0.9


@dataclass(frozen=True, eq=False)
class FoolingImages:
    """Noise, and the class that a method assigns to it.

    Attributes
    ----------
    images : ndarray of shape (n, height, width)
        Raw pixels, float32.
    labels : ndarray of shape (n,)
        Class that each image was made for.
    confidences : ndarray of shape (n,)
        Probability that the method gives that class.
    starts : ndarray of shape (n,)
        That probability for the noise that the image started from.
    n_steps : ndarray of shape (n,)
        Number of steps taken, each of at most 1/255 of the pixel range.
    confidence : float
        Target probability.
    """

    images: NDArray[np.float32]
    labels: NDArray[Any]
    confidences: NDArray[np.float64]
    starts: NDArray[np.float64]
    n_steps: NDArray[np.int64]
    confidence: float

    @property
    def share(self) -> float:
        """Share of the images that reached the target confidence."""
        return float((self.confidences >= self.confidence).mean())


def fooling_images(
    model: Any,
    n_per_class: int = 1,
    *,
    confidence: float = 0.99,
    most_steps: int = 500,
    seed: int = 0,
    pixel_range: PixelRange | None = None,
    image_shape: Sequence[int] | None = None,
) -> FoolingImages:
    """Make noise that a fitted model assigns to each class, by gradient ascent from uniform noise.

    Nguyen, Yosinski and Clune (2015), "Deep neural networks are easily fooled", ascend the gradient of a class's output
    in the same way, from the mean image. Here the steps follow the sign of the gradient with momentum, as in an attack,
    and stop when the model gives the class at least `confidence`.

    Parameters
    ----------
    model : estimator
        Fitted method with `predict_proba` and a gradient, or a pipeline that ends in one. It is not modified.
    n_per_class : int, default=1
        Number of images for each class.
    confidence : float, default=0.99
        Probability to reach.
    most_steps : int, default=500
        Largest number of steps for an image.
    seed : int, default=0
        Seed of the noise.
    pixel_range : tuple of float or None, default=None
        Smallest and largest possible raw pixel value. None uses the range of the images that the model was fitted on.
    image_shape : sequence of int or None, default=None
        Height and width. None means a square if the number of pixels is a square number, otherwise one row.

    Returns
    -------
    fooling : FoolingImages
        For each class in turn, `n_per_class` images.

    Raises
    ------
    EstimatorError
        If the model has no `predict_proba`.
    NoGradientError
        If the model has no gradient.
    ValueError
        If a value is out of range, or the range of the pixels is not known.
    """
    if n_per_class < 1 or most_steps < 1:
        raise ValueError(f"n_per_class and most_steps must be at least 1, got {n_per_class} and {most_steps}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be above 0 and below 1, got {shown(confidence)}")
    gradient = loss_gradient(model)
    if not hasattr(model, "predict_proba"):
        raise EstimatorError(
            f"{class_name(type(model))} has no predict_proba to measure its confidence; use a method with probabilities"
        )
    limits = find_pixel_range(model) if pixel_range is None else pixel_range
    shape = image_shape_of(int(model.n_features_in_), image_shape)
    codes = np.repeat(np.arange(len(model.classes_)), n_per_class)
    low, high = limits
    generator = np.random.default_rng(seed)
    noise = generator.uniform(low, high, (len(codes), int(model.n_features_in_))).astype(np.float32)
    rows, n_steps = _ascend(model, gradient, noise, codes, confidence, most_steps, limits)
    return FoolingImages(
        rows.reshape(-1, *shape),
        model.classes_[codes],
        _confidences(model, rows, codes),
        _confidences(model, noise, codes),
        n_steps,
        confidence,
    )


def _ascend(
    model: Any,
    gradient: Gradient,
    noise: Floats,
    codes: Codes,
    confidence: float,
    most_steps: int,
    limits: PixelRange,
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the images and the number of steps of each."""
    low, high = (np.float32(limit) for limit in limits)
    rows, n_steps, unsure = noise.copy(), np.zeros(len(noise), np.int64), np.arange(len(noise))
    pushes = np.zeros_like(noise)
    for _ in range(most_steps):
        unsure = unsure[_confidences(model, rows[unsure], codes[unsure]) < confidence]
        if not len(unsure):
            break
        # The loss falls as the class becomes more probable.
        _, slopes = gradient(rows[unsure], codes[unsure])
        pushes[unsure] = _KEPT * pushes[unsure] - slopes / _lengths(slopes)
        step = np.float32(_STEP) * (high - low) * np.sign(pushes[unsure])
        rows[unsure] = np.clip(rows[unsure] + step, low, high)
        n_steps[unsure] += 1
    return rows, n_steps


def _lengths(slopes: Floats) -> Floats:
    lengths: Floats = np.abs(slopes).sum(axis=1, keepdims=True)
    return np.where(lengths, lengths, 1)


def _confidences(model: Any, rows: Floats, codes: Codes) -> NDArray[np.float64]:
    with warnings.catch_warnings():
        # Noise is expected to differ from the training images.
        warnings.simplefilter("ignore", DatasetWarning)
        probabilities = np.asarray(model.predict_proba(rows), np.float64)
    return probabilities[np.arange(len(rows)), codes]
