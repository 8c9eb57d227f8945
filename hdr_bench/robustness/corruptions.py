"""Corruptions of images: the table, and what applies a row of it.

The fifteen of MNIST-C (Mu and Gilmer, 2019) are written in the manner of MNIST-C: after its description and its
parameters, with other code and other random numbers, so that images are alike but not the same. What MNIST-C has no
scale for has one here.
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
"""Raised when any corruption makes other images than before: it is part of what identifies corrupted images."""

_SMALLEST = 8
_BLOCK_BYTES = 2_000_000
"""Of pixels that are corrupted at a time: they stay in the processor's cache."""


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

    The random numbers of an image depend on the seed, the corruption, its step, the size of the images, and on which
    image it is: the first images of a set are corrupted in the same way without the rest.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Pixels, at least 8x8; they stay as they are.
    name : str
        A name of `CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}, default=3
        Step of the corruption's scale; ``"mnist-c"`` is the step that MNIST-C's published files were made at, of the
        corruptions that it has.
    seed : int, default=0
        Not negative.
    pixel_range : tuple of float, optional
        The darkest and the lightest value that is possible. By default 0 to 255 for uint8, 0 to 65,535 for uint16;
        images of other types need it, and so do bytes that use less, such as the 0 to 16 of ``digits-8x8``.
    polarity : {"light-on-dark", "dark-on-light"}, default="light-on-dark"
        What the ink and the ground are; dark ink is inverted before and after, so that what comes in from outside is
        ground, and lines that are drawn are ink.

    Returns
    -------
    corrupted : ndarray of shape (n, height, width)
        Of the same type and range; whole numbers are rounded.

    Raises
    ------
    UnknownNameError
        If there is no such corruption or polarity.
    CorruptionError
        If it has no such severity, or the images, their range or the seed are not what it takes.

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
    """Return the step of a corruption's scale that a severity is.

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
        If there is no such corruption.
    CorruptionError
        If it has no such severity.
    """
    if not isinstance(name, str) or name not in CORRUPTIONS:
        raise UnknownNameError("corruption", str(name), CORRUPTIONS)
    own = CORRUPTIONS[name].mnist_c
    if isinstance(severity, bool) or not isinstance(severity, int | float | np.integer | str):
        raise CorruptionError(f"severity must be a step from 1 to 5, or {MNIST_C!r}, got {shown(severity)}")
    if severity == MNIST_C and own is None:
        raise CorruptionError(
            f"MNIST-C has no {name}, so there is no severity {MNIST_C!r} of it; choose a step from 1 to 5"
        )
    if severity == MNIST_C and own is not None:
        return own
    if severity not in STEPS:
        raise CorruptionError(f"severity must be a step from 1 to 5, or {MNIST_C!r}, got {shown(severity)}")
    return int(severity)


def _check_images(images: NDArray[Any]) -> None:
    """Check that images are arrays of pixels, large enough to be corrupted.

    Raises
    ------
    CorruptionError
        If they are not.
    """
    if images.dtype.kind not in "iuf":
        raise CorruptionError(f"images must be of numbers, got type {images.dtype}")
    if images.ndim != 3 or min(images.shape[1:]) < _SMALLEST:
        raise CorruptionError(
            f"images must have shape (n, height, width), with at least {_SMALLEST}x{_SMALLEST} pixels, got "
            f"{images.shape}"
        )
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise CorruptionError("images must be of finite numbers, got NaN or infinity")


def _generator(seed: int, name: str, step: int) -> np.random.Generator:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise CorruptionError(f"seed must be a whole number that is not negative, got {shown(seed)}")
    digest = hashlib.sha256(f"{name} {step}".encode()).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([int(seed), int.from_bytes(digest[:16])])))
