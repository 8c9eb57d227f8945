"""Brightness, contrast, inversion, and stripes of inverted pixels."""

import numpy as np

from hdr_bench.robustness.corruption_entry import Pixels


def brighten(images: Pixels, random: np.random.Generator, *, light: float) -> Pixels:  # noqa: ARG001
    """Return images that are lighter, ground and ink.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    light : float
        That is added, as a share of the range of values.

    Returns
    -------
    brightened : ndarray of shape (n, height, width)
    """
    return np.clip(images + images.dtype.type(light), 0, 1)


def reduce_contrast(images: Pixels, random: np.random.Generator, *, factor: float) -> Pixels:  # noqa: ARG001
    """Return images whose pixels are nearer to the image's mean.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    factor : float
        Of the distance from the mean that is left.

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
        Of the inverse: 1 inverts, 0.5 would leave nothing but grey.

    Returns
    -------
    inverted : ndarray of shape (n, height, width)
    """
    return np.clip(images * images.dtype.type(1 - 2 * share) + images.dtype.type(share), 0, 1)


def invert_stripes(images: Pixels, random: np.random.Generator, *, width: float) -> Pixels:  # noqa: ARG001
    """Return images that are inverted in two upright stripes, along the left and the right border.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    width : float
        Of each stripe, as a share of the image's, rounded to whole pixels.

    Returns
    -------
    striped : ndarray of shape (n, height, width)
    """
    columns = max(1, round(width * images.shape[2]))
    striped = images.copy()
    for stripe in (np.s_[:, :, :columns], np.s_[:, :, -columns:]):
        striped[stripe] = 1 - images[stripe]
    return striped
