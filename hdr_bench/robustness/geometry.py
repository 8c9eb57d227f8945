"""Shear, scaling, rotation and translation about the centre of the image, padded with dark background."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import SIDE
from hdr_bench.robustness.sampling import sample

MatrixOf = Callable[[int], NDArray[np.float64]]
"""Function of a side, -1 or 1, that returns a matrix of shape (2, 2) on coordinates (row, column)."""


def shear(images: Pixels, random: np.random.Generator, *, angle: float) -> Pixels:
    """Return images slanted to the left or to the right.

    Their rows are also stretched, by ``1 / cos(angle)``, as in the version of scikit-image that MNIST-C was made with.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    angle : float
        Angle in radians.

    Returns
    -------
    sheared : ndarray of shape (n, height, width)
    """
    sine, cosine = np.sin(angle), np.cos(angle)
    return _to_either_side(images, random, lambda sign: np.array([[cosine, 0], [-sign * sine, 1]]))


def rotate(images: Pixels, random: np.random.Generator, *, angle: float) -> Pixels:
    """Return images rotated in either direction.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    angle : float
        Angle in radians.

    Returns
    -------
    rotated : ndarray of shape (n, height, width)
    """
    sine, cosine = np.sin(angle), np.cos(angle)
    return _to_either_side(images, random, lambda sign: np.array([[cosine, sign * sine], [-sign * sine, cosine]]))


def scale(images: Pixels, random: np.random.Generator, *, factor: float) -> Pixels:  # noqa: ARG001
    """Return shrunk images.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    factor : float
        Factor of height and width, below 1.

    Returns
    -------
    scaled : ndarray of shape (n, height, width)
    """
    return _warp(images, np.eye(2) / factor, np.zeros(2))


def translate(images: Pixels, random: np.random.Generator, *, distance: float) -> Pixels:
    """Return images moved diagonally towards one of the four corners.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
    distance : float
        Distance along each axis, in pixels of a 28x28 image.

    Returns
    -------
    moved : ndarray of shape (n, height, width)
    """
    corners = (random.random(len(images)) * 4).astype(int)
    moved = np.empty_like(images)
    for corner, signs in enumerate(((-1, -1), (-1, 1), (1, -1), (1, 1))):
        chosen = corners == corner
        steps = np.array(signs) * distance * np.array(images.shape[1:]) / SIDE
        moved[chosen] = _warp(images[chosen], np.eye(2), steps)
    return moved


def _to_either_side(
    images: Pixels, random: np.random.Generator, matrix_of: Callable[[int], NDArray[np.float64]]
) -> Pixels:
    is_left = random.random(len(images)) < 0.5
    changed = np.empty_like(images)
    for chosen, sign in ((is_left, -1), (~is_left, 1)):
        changed[chosen] = _warp(images[chosen], matrix_of(sign), np.zeros(2))
    return changed


def _warp(images: Pixels, matrix: NDArray[np.float64], moved: NDArray[np.float64]) -> Pixels:
    """Return images whose pixels are taken from their positions, relative to the centre, multiplied by a matrix.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    matrix : ndarray of shape (2, 2)
        Matrix on coordinates (row, column).
    moved : ndarray of shape (2,)
        Rows and columns to add.

    Returns
    -------
    warped : ndarray of shape (n, height, width)
    """
    height, width = images.shape[1:]
    middle = np.array([height - 1, width - 1]) / 2
    places = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), axis=-1) - middle
    rows, columns = np.moveaxis(places @ matrix.T + middle + moved, -1, 0)
    return sample(images, rows, columns)
