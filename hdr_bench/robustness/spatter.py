"""Spatter: drops of mud."""

import numpy as np

from hdr_bench.robustness.blurs import smooth
from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import SIDE
from hdr_bench.robustness.sampling import stretch

_MUD = 63 / 255
"""Grey level of mud, as in MNIST-C and ImageNet-C."""
_THINNEST = 0.8
"""Coverage, from 0 to 1, below which there is no mud; removes the rims of blurred drops."""


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
    """Return images with drops of mud wherever smoothed noise exceeds a threshold.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    mean, deviation : float
        Mean and standard deviation of the noise.
    size : float
        Standard deviation of the Gaussian kernel that smooths the noise, in pixels of a 28x28 image; sets the size of
        drops.
    threshold : float
        Smoothed noise above this value becomes a drop.
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
