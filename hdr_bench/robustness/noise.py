"""Gaussian, shot and impulse noise."""

import numpy as np

from hdr_bench.robustness.corruption_entry import Pixels


def add_gaussian_noise(images: Pixels, random: np.random.Generator, *, deviation: float) -> Pixels:
    """Return images with normally distributed noise in each pixel.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    deviation : float
        Standard deviation, as a fraction of the range of values.

    Returns
    -------
    noisy : ndarray of shape (n, height, width)
    """
    noise = random.standard_normal(images.shape, np.float32)
    return np.clip(images + noise.astype(images.dtype) * images.dtype.type(deviation), 0, 1)


def add_shot_noise(images: Pixels, random: np.random.Generator, *, photons: float) -> Pixels:
    """Return images with shot noise: each pixel is a Poisson-distributed number of photons.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    photons : float
        Expected number of photons in a white pixel.

    Returns
    -------
    noisy : ndarray of shape (n, height, width)
    """
    chances = random.random(images.shape, np.float32)
    noisy = np.zeros_like(images)
    # Black pixels receive no photons.
    is_lit = images > 0
    noisy[is_lit] = _poisson(chances[is_lit], images[is_lit] * photons) / photons
    return np.clip(noisy, 0, 1)


def add_impulse_noise(images: Pixels, random: np.random.Generator, *, share: float) -> Pixels:
    """Return images with some pixels replaced by white and equally many by black.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    share : float
        Average fraction of the pixels that are replaced.

    Returns
    -------
    noisy : ndarray of shape (n, height, width)
    """
    chances = random.random(images.shape, np.float32)
    noisy = np.where(chances < share, images.dtype.type(0), images)
    noisy[chances < share / 2] = 1
    return noisy


def _poisson(chances: Pixels, means: Pixels) -> Pixels:
    """Draw Poisson-distributed numbers with the given means, by inversion.

    The number of random values that numpy's generator uses depends on the means, but those of an image must not depend
    on the images before it.
    """
    rates = means.astype(np.float64)
    mass = np.exp(-rates)
    reached = mass.copy()
    counts = np.zeros(len(rates))
    # Larger counts have no probability left after rounding.
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
