"""Corruptions of images.

The fifteen of MNIST-C (Mu and Gilmer, 2019) are modelled on it: they follow its description and its parameters, with
different code and different random numbers, so the images are similar but not identical. Corruptions for which MNIST-C
has no scale have one here.
"""

import hashlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.polarity import DARK_ON_LIGHT, LIGHT_ON_DARK, POLARITIES, Polarity
from hdr_bench.exceptions import CorruptionError, UnknownNameError, shown
from hdr_bench.robustness.corruption_entry import MNIST_C, STEPS
from hdr_bench.robustness.corruption_table import CORRUPTIONS
from hdr_bench.robustness.pixel_range import choose_range

CORRUPTIONS_VERSION = 1
"""Incremented when any corruption produces different images than before; part of the identity of corrupted images."""

_SMALLEST = 8
_BLOCK_BYTES = 2_000_000
"""Pixels corrupted at a time, few enough to stay in the processor's cache."""


def corrupt(
    images: NDArray[Any],
    name: str,
    severity: Literal[1, 2, 3, 4, 5, "mnist-c"] = 3,
    *,
    seed: int = 0,
    pixel_range: tuple[float, float] | None = None,
    polarity: Polarity = LIGHT_ON_DARK,
) -> NDArray[Any]:
    """Corrupt images.

    The random numbers of an image depend on the seed, the corruption, its step, the size of the images, and the image's
    index, so the first images of a set are corrupted in the same way with or without the rest.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Images of at least 8x8 pixels; they are not modified.
    name : str
        A name of `CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}, default=3
        Step of the corruption's scale; ``"mnist-c"`` is the step of MNIST-C's published files, for the corruptions that
        MNIST-C has.
    seed : int, default=0
        Seed, at least 0.
    pixel_range : tuple of float, optional
        Darkest and lightest possible value. By default 0 to 255 for uint8 and 0 to 65,535 for uint16; required for
        other types, and for integers with a smaller range, such as the 0 to 16 of ``digits-8x8``.
    polarity : {"light-on-dark", "dark-on-light"}, default="light-on-dark"
        Ink and background. Images with dark ink are inverted before and after, so that padding has the background's
        value and drawn lines have that of ink.

    Returns
    -------
    corrupted : ndarray of shape (n, height, width)
        Images of the same type and range; integers are rounded.

    Raises
    ------
    UnknownNameError
        If the corruption or polarity is unknown.
    CorruptionError
        If the severity, the images, their range or the seed are not valid.

    References
    ----------
    Mu, N. and Gilmer, J. (2019). MNIST-C: A robustness benchmark for computer vision. arXiv:1906.02337.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.robustness import corrupt
    >>> images = load_dataset("mnist-5k").test.images
    >>> foggy = corrupt(images, "fog", "mnist-c")
    >>> foggy.shape, foggy.dtype, bool(foggy.mean() > images.mean())
    ((1000, 28, 28), dtype('uint8'), True)
    """
    step = step_of(name, severity)
    if np.ma.is_masked(images):
        raise CorruptionError("images must have all their pixels, got a masked array; fill it first")
    images = np.asarray(images)
    _check_images(images)
    if polarity not in POLARITIES:
        raise UnknownNameError("polarity", polarity, POLARITIES)
    values = choose_range(images, pixel_range)
    random = _generator(seed, name, step)
    entry, parameters = CORRUPTIONS[name], CORRUPTIONS[name].at(step)
    corrupted = np.empty_like(images, subok=False)
    n = max(1, _BLOCK_BYTES // (4 * images[:1].size or 1))
    for block in (slice(start, start + n) for start in range(0, len(images), n)):
        pixels = values.to_unit(images[block])
        if polarity == DARK_ON_LIGHT:
            pixels = 1 - entry.apply(1 - pixels, random, **parameters)
        else:
            pixels = entry.apply(pixels, random, **parameters)
        corrupted[block] = values.from_unit(pixels, images.dtype)
    return corrupted


def step_of(name: str, severity: Any) -> int:
    """Return the step of a corruption's scale for a severity.

    Parameters
    ----------
    name : str
        A name of `CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}

    Returns
    -------
    step : int

    Raises
    ------
    UnknownNameError
        If the corruption is unknown.
    CorruptionError
        If the severity is not valid.
    """
    if not isinstance(name, str) or name not in CORRUPTIONS:
        raise UnknownNameError("corruption", str(name), CORRUPTIONS)
    own = CORRUPTIONS[name].mnist_c
    if isinstance(severity, bool) or not isinstance(severity, int | float | np.integer | str):
        raise CorruptionError(f"severity must be a step from 1 to 5, or {MNIST_C!r}, got {shown(severity)}")
    if severity == MNIST_C and own is None:
        raise CorruptionError(
            f"{name} is not part of MNIST-C, so it has no severity {MNIST_C!r}; choose a step from 1 to 5"
        )
    if severity == MNIST_C and own is not None:
        return own
    if severity not in STEPS:
        raise CorruptionError(f"severity must be a step from 1 to 5, or {MNIST_C!r}, got {shown(severity)}")
    return int(severity)


def _check_images(images: NDArray[Any]) -> None:
    """Check that images are arrays of pixels of sufficient size.

    Raises
    ------
    CorruptionError
        If they are not.
    """
    if images.dtype.kind not in "iuf":
        raise CorruptionError(f"images must have a numeric type, got {images.dtype}")
    if images.ndim != 3 or min(images.shape[1:]) < _SMALLEST:
        raise CorruptionError(
            f"images must have shape (n, height, width), with at least {_SMALLEST}x{_SMALLEST} pixels, got "
            f"{images.shape}"
        )
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise CorruptionError("images must be finite, got NaN or infinity")


def _generator(seed: int, name: str, step: int) -> np.random.Generator:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise CorruptionError(f"seed must be a whole number of at least 0, got {shown(seed)}")
    digest = hashlib.sha256(f"{name} {step}".encode()).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([int(seed), int.from_bytes(digest[:16])])))
