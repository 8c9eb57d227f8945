"""Cropping of images to the box that contains the ink."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.images.base import BackgroundTransformer, SizeChanger
from hdr_bench.estimators.pixels import Floats


class BoxCropper(SizeChanger, BackgroundTransformer):
    """Move the box around the ink of each image to the middle, and crop the image to a size.

    MNIST's digits were scaled to a box of 20x20 pixels, then placed by their centre of mass into 28x28 (LeCun et al.,
    1998, "Gradient-based learning applied to document recognition", section III.A): with the default size, this
    restores the images of 20x20 pixels, whereas cropping to the middle cuts ink off most digits. Every pixel that
    differs from the background is ink.

    Parameters
    ----------
    size : tuple of int, default=(20, 20)
        New height and width; smaller images keep theirs. A larger box is cropped to its middle. An odd border is one
        pixel less above and on the left.
    image_shape : tuple of int or None, default=None
        Height and width of the input. None assumes a square image if the number of features is a square number,
        otherwise a single row.
    background : float or None, default=None
        Value of the pixels behind the ink: 0 in MNIST, 255 in most pictures. None learns it as the median of the pixels
        along the borders of the training images.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height and width in use.
    background_ : float
        Background value in use.
    n_features_in_ : int
        Number of features seen during fit.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **SizeChanger._parameter_constraints,
        **BackgroundTransformer._parameter_constraints,
    }

    def __init__(
        self,
        size: tuple[int, int] = (20, 20),
        image_shape: tuple[int, int] | None = None,
        *,
        background: float | None = None,
    ) -> None:
        self.size = size
        self.image_shape = image_shape
        self.background = background

    def _new_size(self, old: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(min(before, int(after)) for before, after in zip(old, self.size, strict=True))

    def _transform_images(self, images: Floats) -> Floats:
        height, width = self._new_size(self.image_shape_)
        ground = images.dtype.type(self.background_)
        is_ink = images != ground
        rows = _window(is_ink.any(axis=2), height)
        columns = _window(is_ink.any(axis=1), width)
        # Windows may reach beyond the image.
        padded = np.pad(images, ((0, 0), (height, height), (width, width)), constant_values=ground)
        every = np.arange(len(images))[:, None, None]
        cropped: Floats = padded[every, (rows + height)[:, :, None], (columns + width)[:, None, :]]
        return cropped


def _window(has_ink: NDArray[np.bool_], length: int) -> NDArray[np.intp]:
    """Return the places (n, length) around the ink of lines (n, size); the middle of a line without ink."""
    size = has_ink.shape[1]
    is_empty = ~has_ink.any(axis=1)
    first = np.where(is_empty, 0, has_ink.argmax(axis=1))
    last = np.where(is_empty, size - 1, size - 1 - has_ink[:, ::-1].argmax(axis=1))
    # Halves of an odd border are rounded down, also of a negative one, where the box is larger.
    border = length - (last - first + 1)
    before = np.where(border < 0, -(-border // 2), border // 2)
    return (first - before)[:, None] + np.arange(length)
