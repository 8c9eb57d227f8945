"""Plane transforms as 3x3 matrices."""

import math

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Box = tuple[float, float, float, float]


def translation(right: float, down: float) -> Matrix:
    """Return a shift, in pixels."""
    return np.array([[1.0, 0, right], [0, 1, down], [0, 0, 1]])


def scaling(factor: float) -> Matrix:
    """Return an enlargement that keeps the picture's upper left corner, which is half a pixel from its centre."""
    offset = (factor - 1) / 2
    return np.array([[factor, 0, offset], [0, factor, offset], [0, 0, 1]])


def affine(scale: float, shear: float) -> Matrix:
    """Return an enlargement around the origin, with a shift to the right of `shear` pixels for each one down."""
    return np.array([[scale, shear, 0], [0, scale, 0], [0, 0, 1]])


def rotation(degrees: float, x: float, y: float) -> Matrix:
    """Return a clockwise rotation around a point."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    return translation(x, y) @ turn @ translation(-x, -y)


def corner_shift(width: float, height: float, shifts: NDArray[np.float64]) -> Matrix:
    """Return the perspective that moves the corners of a page by shares of its width and height.

    Parameters
    ----------
    width, height : float
    shifts : ndarray of shape (4, 2)
        Of the upper left, upper right, lower right and lower left corner.

    Returns
    -------
    matrix : ndarray of shape (3, 3)
    """
    size = np.array([width, height])
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size
    rows, targets = [], []
    for (x, y), (u, v) in zip(corners, corners + shifts * size, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        targets += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(targets)), 1).reshape(3, 3)


def transform(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return transformed points, of shape (n, 2)."""
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    return moved[:, :2] / moved[:, 2:]


def bounds(points: NDArray[np.float64]) -> Box:
    """Return left, top, right and bottom of points."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def local_scale(matrix: Matrix, x: float, y: float) -> float:
    """Return how many times as long a short line at a point becomes, on average over its directions."""
    around = transform(matrix, np.array([[x, y], [x + 1, y], [x, y + 1]]))
    across, down = around[1] - around[0], around[2] - around[0]
    return math.sqrt(abs(across[0] * down[1] - across[1] * down[0]))
