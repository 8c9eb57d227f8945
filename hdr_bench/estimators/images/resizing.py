"""Resizing of images."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.images.base import SizeChanger
from hdr_bench.estimators.pixels import Floats


class Resizer(SizeChanger):
    """Resize each image by bilinear interpolation, averaged over the area that each new pixel covers.

    This is what Pillow's ``resize`` does with its bilinear filter: a triangle as wide as the new pixels, or as the old
    ones if those are wider.

    Parameters
    ----------
    size : tuple of int, default=(14, 14)
        New height and width.
    image_shape : tuple of int or None, default=None
        Height and width of the input. None assumes a square image if the number of features is a square number,
        otherwise a single row.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height and width in use.
    n_features_in_ : int
        Number of features seen during fit.
    """

    def __init__(self, size: tuple[int, int] = (14, 14), image_shape: tuple[int, int] | None = None) -> None:
        self.size = size
        self.image_shape = image_shape

    def _transform_images(self, images: Floats) -> Floats:
        rows, columns = (
            _triangles(old, new).astype(images.dtype) for old, new in zip(self.image_shape_, self.size, strict=True)
        )
        changed: Floats = rows @ images @ columns.T
        return changed


def _triangles(old: int, new: int) -> NDArray[np.float64]:
    """Return the weight of each of `old` pixels in each of `new`: shape (new, old), rows that sum to 1."""
    step = old / new
    places = (np.arange(new) + 0.5) * step
    weights = np.clip(1 - np.abs(np.arange(old)[None, :] + 0.5 - places[:, None]) / max(step, 1.0), 0, None)
    shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares
