"""Tangent vectors of images, and the distance between the planes that they span.

Simard, LeCun and Denker, 1993, "Efficient pattern recognition using a new transformation distance", NIPS 5, 50-58; the
tangent vectors are those of Simard, LeCun, Denker and Victorri, 1998, "Transformation invariance in pattern
recognition: tangent distance and tangent propagation", section 2.3.
"""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.pixels import ImageShape

Doubles = NDArray[np.float64]

N_TANGENTS = 7
"""Shifts in both directions, scaling, rotation, two hyperbolic transformations, thickness."""

# Added to squared cosines and lengths of 1: dependent tangent vectors, such as those of equal images, then have a
# solution, and all others the same one to about ten digits.
_RIDGE = 1e-10
# Images whose tangent vectors fit into the processor's cache.
_BLOCK = 50


def tangent_vectors(images: Doubles) -> Doubles:
    """Return the derivatives of images with respect to seven transformations.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Smooth images on a background of 0.

    Returns
    -------
    tangents : ndarray of shape (n, 7, height * width)
        Horizontal and vertical shift, scaling, rotation, the hyperbolic transformations along the axes and along the
        diagonals, thickness.
    """
    n, height, width = images.shape
    padded = np.zeros((n, height + 2, width + 2))
    padded[:, 1:-1, 1:-1] = images
    across = (padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]) / 2
    down = (padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]) / 2
    x = np.arange(width) - (width - 1) / 2
    y = (np.arange(height) - (height - 1) / 2)[:, np.newaxis]
    x_across, y_across, x_down, y_down = x * across, y * across, x * down, y * down
    tangents = np.empty((n, N_TANGENTS, height, width))
    tangents[:, 0], tangents[:, 1] = across, down
    tangents[:, 2], tangents[:, 3] = x_across + y_down, y_across - x_down
    tangents[:, 4], tangents[:, 5] = x_across - y_down, y_across + x_down
    tangents[:, 6] = across**2 + down**2
    return tangents.reshape(n, N_TANGENTS, height * width)


def orthonormal_bases(tangents: Doubles) -> Doubles:
    """Return an orthonormal basis of the space that the tangent vectors of each image span.

    Parameters
    ----------
    tangents : ndarray of shape (n, 7, n_pixels)

    Returns
    -------
    bases : ndarray of shape (n, 7, n_pixels)
        Vectors that depend linearly on the ones before them are (nearly) 0.
    """
    lengths = np.sqrt(np.einsum("ntp,ntp->nt", tangents, tangents))
    unit = tangents / np.where(lengths > 0, lengths, 1.0)[:, :, np.newaxis]
    products = unit @ unit.transpose(0, 2, 1) + _RIDGE * np.eye(N_TANGENTS)
    # For so many vectors per matrix this is ten times as fast as solving for them.
    bases: Doubles = np.linalg.inv(np.linalg.cholesky(products)) @ unit
    return bases


def bases_of(images: Doubles, shape: ImageShape) -> Doubles:
    """Return an orthonormal basis of the tangent space of each image.

    Parameters
    ----------
    images : ndarray of shape (n, n_pixels)
        Smooth images on a background of 0.
    shape : tuple of int
        Height and width.

    Returns
    -------
    bases : ndarray of shape (n, 7, n_pixels)
    """
    bases = np.empty((len(images), N_TANGENTS, images.shape[1]))
    for start in range(0, len(images), _BLOCK):
        part = slice(start, start + _BLOCK)
        bases[part] = orthonormal_bases(tangent_vectors(images[part].reshape(-1, *shape)))
    return bases


def squared_distances(image: Doubles, basis: Doubles, others: Doubles, other_bases: Doubles) -> Doubles:
    """Return the squared two-sided tangent distance of an image to others.

    It is the smallest distance of a point of one tangent plane to a point of the other: least squares with 14 unknowns,
    solved here as the distance that remains after a projection on the tangent space of one image, and then on the part
    of the other tangent space that is perpendicular to it.

    Parameters
    ----------
    image : ndarray of shape (n_pixels,)
    basis : ndarray of shape (7, n_pixels)
        Of its tangent space.
    others : ndarray of shape (n, n_pixels)
    other_bases : ndarray of shape (n, 7, n_pixels)

    Returns
    -------
    squares : ndarray of shape (n,)
    """
    differences = image - others
    own = differences @ basis.T
    theirs = np.einsum("ntp,np->nt", other_bases, differences)
    cosines = (other_bases.reshape(-1, len(image)) @ basis.T).reshape(len(others), N_TANGENTS, N_TANGENTS)
    rest = theirs - np.einsum("nts,ns->nt", cosines, own)
    perpendicular = (1 + _RIDGE) * np.eye(N_TANGENTS) - cosines @ cosines.transpose(0, 2, 1)
    solved = np.linalg.solve(perpendicular, rest[:, :, np.newaxis])[:, :, 0]
    explained = np.einsum("nt,nt->n", own, own) + np.einsum("nt,nt->n", rest, solved)
    squares: Doubles = np.maximum(np.einsum("np,np->n", differences, differences) - explained, 0)
    return squares
