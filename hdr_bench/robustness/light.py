"""Brightness, contrast, inversion, and inverted stripes."""

import numpy as np

from hdr_bench.robustness.corruption_entry import Pixels


def brighten(images: Pixels, random: np.random.Generator, *, light: float) -> Pixels:  # noqa: ARG001
    """Return lighter images, in both background and ink.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    light : float
        Value to add, as a fraction of the range of values.

    Returns
    -------
    brightened : ndarray of shape (n, height, width)
    """
    return np.clip(images + images.dtype.type(light), 0, 1)


def reduce_contrast(images: Pixels, random: np.random.Generator, *, factor: float) -> Pixels:  # noqa: ARG001
    """Return images with less contrast, reduced towards each image's mean.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    factor : float
        Remaining fraction of the distance from the mean.

    Returns
    -------
    faint : ndarray of shape (n, height, width)
    """
    means = images.mean(axis=(1, 2), keepdims=True)
    return np.clip(means + (images - means) * images.dtype.type(factor), 0, 1)


def invert(images: Pixels, random: np.random.Generator, *, share: float) -> Pixels:  # noqa: ARG001
    """Return images blended with their inverses.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    share : float
        Weight of the inverse: 1 inverts, 0.5 would leave only grey.

    Returns
    -------
    inverted : ndarray of shape (n, height, width)
    """
    return np.clip(images * images.dtype.type(1 - 2 * share) + images.dtype.type(share), 0, 1)


def invert_stripes(images: Pixels, random: np.random.Generator, *, width: float) -> Pixels:  # noqa: ARG001
    """Return images inverted in two vertical stripes, along the left and the right border.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    width : float
        Width of each stripe, as a fraction of the image's width, rounded to whole pixels.

    Returns
    -------
    striped : ndarray of shape (n, height, width)
    """
    columns = max(1, round(width * images.shape[2]))
    striped = images.copy()
    for stripe in (np.s_[:, :, :columns], np.s_[:, :, -columns:]):
        striped[stripe] = 1 - images[stripe]
    return striped
