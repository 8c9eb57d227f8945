"""Conversion of a digit's ink to MNIST's form: a 20x20 box whose centre of mass is in the middle of 28x28 pixels."""

import math

import numpy as np
from numpy.typing import NDArray

SIDE = 28
BOX = 20
# Fraction of each source pixel's side that is spread over the target: the origin of MNIST's aliasing artefacts.
_FUDGE = 0.99
# Target position of the centre of mass, in pixels from the box's origin, before rounding down to an integer.
_CENTER = 15
# MNIST does not enlarge smaller digits.
_SMALLEST_CROP = 10


def to_mnist(ink: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Convert the ink of one digit to the form of MNIST's images.

    The ink's bounding box is extended to a square, resampled to 20x20 by the area that each pixel covers, and placed in
    28x28 pixels with its centre of mass in the middle. All steps, including their rounding, are those of QMNIST.

    Parameters
    ----------
    ink : ndarray of shape (height, width), float
        From 0 (paper) to 1 (ink); everything in it counts as the digit.

    Returns
    -------
    image : ndarray of shape (28, 28), uint8
        From 0 (paper) to 255 (ink); all 0 if there is no ink.

    References
    ----------
    Yadav and Bottou, "Cold case: The lost MNIST digits", NeurIPS 2019, and the accompanying program, function
    ``fim-mnist-prepro`` in ``making_qmnist/xnist.lsh``.

    Examples
    --------
    >>> import numpy as np
    >>> bar = np.zeros((90, 60))
    >>> bar[10:80, 20:28] = 1
    >>> image = to_mnist(bar)
    >>> image.shape, np.flatnonzero(image.any(axis=1))[[0, -1]].tolist(), np.flatnonzero(image.any(axis=0)).tolist()
    ((28, 28), [5, 24], [12, 13, 14, 15])
    """
    crop = _crop(np.asarray(ink, np.float64))
    image = np.zeros((SIDE, SIDE), np.uint8)
    if crop is None:
        return image
    box = _resample(crop)
    box = np.floor(box * (255 / min(1.0, box.max())) + 0.5).clip(0, 255)
    top, left = _origin(box, axis=1), _origin(box, axis=0)
    # Parts beyond the edges are cut off, as in MNIST.
    canvas = np.zeros((SIDE + 2 * BOX, SIDE + 2 * BOX), np.uint8)
    canvas[top + BOX : top + 2 * BOX, left + BOX : left + 2 * BOX] = box
    return canvas[BOX : BOX + SIDE, BOX : BOX + SIDE]


def _crop(ink: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Crop the ink and pad it to a square; return None if there is none."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return None
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(*crop.shape, _SMALLEST_CROP)
    before = [int((side - length) / 2) for length in crop.shape]
    return np.pad(crop, [(first, side - length - first) for first, length in zip(before, crop.shape, strict=True)])


def _resample(crop: NDArray[np.float64]) -> NDArray[np.float64]:
    """Resample a square to 20x20 by spreading each pixel over the pixels that it covers."""
    doublings = max(0, math.ceil(math.log2(BOX / crop.shape[0])))
    weights = _weights(crop.shape[0] * 2**doublings)
    # Repeated indices are equal: their weights are added.
    weights = weights.reshape(BOX, crop.shape[0], -1).sum(axis=2)
    return weights @ crop @ weights.T


def _weights(length: int) -> NDArray[np.float64]:
    """Return how much each of `length` pixels contributes to each of 20."""
    scale = BOX / length
    start = np.arange(length) * scale
    end = start + _FUDGE * scale
    cells = np.arange(BOX)[:, np.newaxis]
    overlap = np.clip(np.minimum(end, cells + 1) - np.maximum(start, cells), 0, None)
    is_whole = np.floor(start + 1e-11) == np.ceil(end - 1e-11) - 1
    return np.where(is_whole & (overlap > 0), scale, overlap)


def _origin(box: NDArray[np.float64], axis: int) -> int:
    """Return where the box begins within 28 pixels, along the axis that is not summed over."""
    mass = box.sum(axis=axis)
    center = float(mass @ (np.arange(BOX) + 0.5) / mass.sum())
    return max(-10, min(18, int(_CENTER - center)))
