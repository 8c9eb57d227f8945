"""Images brought to another height and width."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.images.base import SizeChanger
from hdr_bench.estimators.pixels import Floats


class Resizer(SizeChanger):
    """Bring each image to another height and width, bilinear over the area that each new pixel covers.

    That is what Pillow's ``resize`` does with its bilinear filter: a triangle as wide as the new pixels, or as the old
    ones where those are wider.

    Parameters
    ----------
    size : tuple of int, default=(14, 14)
        New height and width.
    image_shape : tuple of int or None, default=None
        Height and width of what comes in. None takes the features as a square image where their number is a square,
        else as one row.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height and width in use.
    n_features_in_ : int
        Number of features seen while fitting.
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
    """Return what each of `old` pixels counts in each of `new`: shape (new, old), rows of sum 1."""
    step = old / new
    places = (np.arange(new) + 0.5) * step
    weights = np.clip(1 - np.abs(np.arange(old)[None, :] + 0.5 - places[:, None]) / max(step, 1.0), 0, None)
    shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares
