"""Spatter: drops of mud."""

import numpy as np

from hdr_bench.robustness.blurs import smooth
from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import SIDE
from hdr_bench.robustness.sampling import stretch

_MUD = 63 / 255
"""Its grey, that of MNIST-C and ImageNet-C."""
_THINNEST = 0.8
"""Cover below which there is no mud, of 1: the rims of blurred drops."""


def spatter(
    images: Pixels,
    random: np.random.Generator,
    *,
    mean: float,
    deviation: float,
    size: float,
    threshold: float,
    softness: float,
) -> Pixels:
    """Return images with drops of mud on them: wherever smoothed noise is above a threshold.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    mean, deviation : float
        Mean and standard deviation of the noise.
    size : float
        Standard deviation of the Gaussian kernel that smooths it, in pixels of an image of 28: of the drops.
    threshold : float
        Above which it is a drop.
    softness : float
        Standard deviation of the kernel that smooths the drops.

    Returns
    -------
    spattered : ndarray of shape (n, height, width)
    """
    noise = random.standard_normal((len(images), SIDE, SIDE), np.float32)
    liquid = smooth(noise * np.float32(deviation) + np.float32(mean), size)
    cover = smooth((liquid > threshold).astype(np.float32), softness)
    cover[cover < _THINNEST] = 0
    cover = stretch(cover, images).astype(images.dtype)
    return np.clip(images * (1 - cover) + images.dtype.type(_MUD) * cover, 0, 1)
