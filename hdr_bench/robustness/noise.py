"""Noise: Gaussian, shot and impulse."""

import numpy as np

from hdr_bench.robustness.corruption_entry import Pixels


def add_gaussian_noise(images: Pixels, random: np.random.Generator, *, deviation: float) -> Pixels:
    """Return images with normal noise in each pixel.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    deviation : float
        Standard deviation, as a share of the range of values.

    Returns
    -------
    noisy : ndarray of shape (n, height, width)
    """
    noise = random.standard_normal(images.shape, np.float32)
    return np.clip(images + noise.astype(images.dtype) * images.dtype.type(deviation), 0, 1)


def add_shot_noise(images: Pixels, random: np.random.Generator, *, photons: float) -> Pixels:
    """Return images that few photons made: each pixel's number of them has a Poisson distribution.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    photons : float
        Expected in a pixel that is white.

    Returns
    -------
    noisy : ndarray of shape (n, height, width)
    """
    chances = random.random(images.shape, np.float32)
    noisy = np.zeros_like(images)
    # Where it is black no photon comes.
    is_lit = images > 0
    noisy[is_lit] = _poisson(chances[is_lit], images[is_lit] * photons) / photons
    return np.clip(noisy, 0, 1)


def add_impulse_noise(images: Pixels, random: np.random.Generator, *, share: float) -> Pixels:
    """Return images some of whose pixels are white, and as many black, whatever they were.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    share : float
        Of the pixels that are replaced, on average.

    Returns
    -------
    noisy : ndarray of shape (n, height, width)
    """
    chances = random.random(images.shape, np.float32)
    noisy = np.where(chances < share, images.dtype.type(0), images)
    noisy[chances < share / 2] = 1
    return noisy


def _poisson(chances: Pixels, means: Pixels) -> Pixels:
    """Return Poisson numbers of these means by inversion.

    numpy's own would take as many random numbers as the means ask for, and those of an image must not depend on the
    images before it.
    """
    rates = means.astype(np.float64)
    mass = np.exp(-rates)
    reached = mass.copy()
    counts = np.zeros(len(rates))
    # Beyond this many, rounding leaves nothing to reach.
    most = int(rates.max(initial=0) + 12 * np.sqrt(rates.max(initial=0)) + 12)
    open_ones = np.flatnonzero(chances > reached)
    for count in range(1, most + 1):
        if not len(open_ones):
            break
        mass[open_ones] *= rates[open_ones] / count
        reached[open_ones] += mass[open_ones]
        counts[open_ones] = count
        open_ones = open_ones[chances[open_ones] > reached[open_ones]]
    return counts
