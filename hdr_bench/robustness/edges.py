"""Edges in place of strokes (Canny, 1986)."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.robustness.corruption_entry import Pixels
from hdr_bench.robustness.lengths import pixel_scale

_DEVIATION = 1.0
"""Standard deviation of the Gaussian kernel for smoothing, in pixels of a 28x28 image."""
_LOW, _HIGH = 0.1, 0.2
"""Thresholds of Sobel's gradient for continuing and starting an edge: scikit-image's, for values from 0 to 1."""


def draw_edges(images: Pixels, random: np.random.Generator, *, share: float) -> Pixels:  # noqa: ARG001
    """Return images blended with their edges.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    share : float
        Weight of the edges; with 1, only the edges remain.

    Returns
    -------
    outlined : ndarray of shape (n, height, width)
    """
    kind = images.dtype.type
    return images * kind(1 - share) + find_edges(images) * kind(share)


def find_edges(images: Pixels) -> NDArray[np.bool_]:
    """Return which pixels are on edges, by Canny's method.

    Images are smoothed, ignoring pixels outside the border. A pixel is on an edge if its gradient is at least as large
    as the interpolated ones next to it across the edge, and is above the high threshold, or connected by such pixels to
    one that is.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    edges : ndarray of shape (n, height, width)
    """
    smoothed = _smooth_inside(images, _DEVIATION * pixel_scale(images))
    return _join(_thin(*_gradients(smoothed)))


def _smooth_inside(images: Pixels, deviation: float) -> NDArray[np.float64]:
    """Return images smoothed by a Gaussian kernel, normalized at the border to the part inside the image."""
    from scipy import ndimage

    smoothed, inside = images.astype(np.float64), np.ones((1, *images.shape[1:]))
    for axis in (1, 2):
        smoothed, inside = (
            ndimage.gaussian_filter1d(values, deviation, axis=axis, mode="constant") for values in (smoothed, inside)
        )
    smoothed /= inside
    return smoothed


def _gradients(images: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Sobel's gradients along rows and columns, separately for each image."""
    from scipy import ndimage

    def gradient(along: int, across: int) -> NDArray[np.float64]:
        differences = ndimage.correlate1d(images, [-1, 0, 1], axis=along, mode="reflect")
        gradients: NDArray[np.float64] = ndimage.correlate1d(differences, [1, 2, 1], axis=across, mode="reflect")
        return gradients

    return gradient(1, 2), gradient(2, 1)


def _thin(down: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gradients' magnitude where it is at least that on both sides across the edge, otherwise 0.

    It is interpolated between the neighbour along the steeper axis and the diagonal one. The border has no edges.
    """
    sizes = np.hypot(down, right)
    width = sizes.shape[2]
    inner = np.zeros_like(sizes, np.bool_)
    inner[:, 1:-1, 1:-1] = sizes[:, 1:-1, 1:-1] >= _LOW
    (places,) = np.nonzero(inner.ravel())
    flat, along_rows, along_columns = sizes.ravel(), down.ravel()[places], right.ravel()[places]
    row_step, column_step = np.where(along_rows < 0, -width, width), np.where(along_columns < 0, -1, 1)
    is_steep = np.abs(along_rows) >= np.abs(along_columns)
    straight = np.where(is_steep, row_step, column_step)
    smaller, larger = np.where(
        is_steep, [np.abs(along_columns), np.abs(along_rows)], [np.abs(along_rows), np.abs(along_columns)]
    )
    tilt = smaller / larger
    own = flat[places]
    is_ridge = np.ones(len(places), np.bool_)
    for side in (-1, 1):
        beside, diagonal = flat[places + side * straight], flat[places + side * (row_step + column_step)]
        is_ridge &= own >= diagonal * tilt + beside * (1 - tilt)
    thinned = np.zeros_like(flat)
    thinned[places[is_ridge]] = own[is_ridge]
    return thinned.reshape(sizes.shape)


def _join(sizes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which pixels are above the high threshold, or connected to one that is in the same image."""
    from scipy import ndimage

    # Neighbours within the image, but not in other images.
    touching = np.zeros((3, 3, 3), np.bool_)
    touching[1] = True
    pieces, n_pieces = ndimage.label(sizes >= _LOW, touching)
    has_large = np.zeros(n_pieces + 1, np.bool_)
    has_large[pieces[sizes >= _HIGH]] = True
    edges: NDArray[np.bool_] = has_large[pieces]
    return edges
