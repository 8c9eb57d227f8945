"""Fooling images: noise that a method takes for a class with high confidence."""

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

# As a share of the pixels' range: a grey value of 8 bits, which a picture could hold.
_STEP = 1 / 255
# Of the push of the step before, so that images do not come and go about a ridge (Dong et al., 2018, "Boosting
# adversarial attacks with momentum").
_KEPT = 0.9


@dataclass(frozen=True, eq=False)
class FoolingImages:
    """Noise, and what a method takes it for.

    Attributes
    ----------
    images : ndarray of shape (n, height, width)
        Raw pixels, float32.
    labels : ndarray of shape (n,)
        The class that each was made for.
    confidences : ndarray of shape (n,)
        The probability that the method gives that class.
    starts : ndarray of shape (n,)
        That probability for the noise that the image was made of.
    n_steps : ndarray of shape (n,)
        Steps taken, of a 255th of the pixels' range at most.
    confidence : float
        The probability that was aimed at.
    """

    images: NDArray[np.float32]
    labels: NDArray[Any]
    confidences: NDArray[np.float64]
    starts: NDArray[np.float64]
    n_steps: NDArray[np.int64]
    confidence: float

    @property
    def share(self) -> float:
        """Share of the images that reached the confidence aimed at."""
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
    """Make noise that a fitted model takes for each class, by gradient ascent from uniform noise.

    Nguyen, Yosinski and Clune (2015), "Deep neural networks are easily fooled", ascend the gradient of a class's output
    in the same way, from the mean image; here the steps are along the sign of the gradient with momentum, as an
    attack's, and end when the model gives the class at least `confidence`.

    Parameters
    ----------
    model : estimator
        Fitted, with `predict_proba` and a gradient: a method, or a pipeline that ends in one. It stays as it is.
    n_per_class : int, default=1
        Images for each class.
    confidence : float, default=0.99
        The probability to reach.
    most_steps : int, default=500
        Steps after which an image ends without it.
    seed : int, default=0
        Seeds the noise.
    pixel_range : tuple of float or None, default=None
        Smallest and largest possible raw pixel. None takes that of the images that the model was fitted on.
    image_shape : sequence of int or None, default=None
        Height and width. None takes the pixels as a square if their number is one, otherwise as one row.

    Returns
    -------
    fooling : FoolingImages
        For each class in turn, `n_per_class` images.

    Raises
    ------
    EstimatorError
        If the model has no `predict_proba`.
    NoGradientError
        If it has no gradient.
    ValueError
        If a value is out of its range, or the range of the pixels is not known.
    """
    if n_per_class < 1 or most_steps < 1:
        raise ValueError(f"n_per_class and most_steps must be at least 1, got {n_per_class} and {most_steps}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be above 0 and below 1, got {shown(confidence)}")
    gradient = loss_gradient(model)
    if not hasattr(model, "predict_proba"):
        raise EstimatorError(
            f"{class_name(type(model))} has no predict_proba, so that nothing says how confident it is; "
            "give a method with probabilities"
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
    """Return the images, and how many steps each took."""
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
        # Noise is unlike any digit.
        warnings.simplefilter("ignore", DatasetWarning)
        probabilities = np.asarray(model.predict_proba(rows), np.float64)
    return probabilities[np.arange(len(rows)), codes]
