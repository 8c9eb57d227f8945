"""Cropping of images."""

from hdr_bench.estimators.images.base import SizeChanger
from hdr_bench.estimators.pixels import Floats


class Cropper(SizeChanger):
    """Crop each image to its centre; an odd border is cut one pixel less above and on the left.

    The deslanted images of LeCun et al. (1998), "Gradient-based learning applied to document recognition", are cropped
    in this way to 20x20 pixels.

    Parameters
    ----------
    size : tuple of int, default=(20, 20)
        New height and width; smaller images are left unchanged.
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

    def __init__(self, size: tuple[int, int] = (20, 20), image_shape: tuple[int, int] | None = None) -> None:
        self.size = size
        self.image_shape = image_shape

    def _new_size(self, old: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(min(before, int(after)) for before, after in zip(old, self.size, strict=True))

    def _transform_images(self, images: Floats) -> Floats:
        (old_height, old_width), (height, width) = self.image_shape_, self._new_size(self.image_shape_)
        above, left = (old_height - height) // 2, (old_width - width) // 2
        return images[:, above : above + height, left : left + width]
