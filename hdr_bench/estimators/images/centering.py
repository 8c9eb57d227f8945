"""Centring of images by their mass."""

import numpy as np
from sklearn.base import OneToOneFeatureMixin

from hdr_bench.estimators.images.base import BackgroundTransformer
from hdr_bench.estimators.images.moments import mass_centers
from hdr_bench.estimators.images.shifting import shift
from hdr_bench.estimators.pixels import Floats


class MassCenterer(OneToOneFeatureMixin, BackgroundTransformer):
    """Shift each image by whole pixels so that its centre of mass is in the middle.

    MNIST itself was prepared this way (LeCun et al., 1998, "Gradient-based learning applied to document recognition",
    section III.A). Pixels keep their values; those shifted out of the image are lost, and the other side is padded with
    background.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        Height and width. None assumes a square image if the number of features is a square number, otherwise a single
        row.
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

    def __init__(self, image_shape: tuple[int, int] | None = None, *, background: float | None = None) -> None:
        self.image_shape = image_shape
        self.background = background

    def _transform_images(self, images: Floats) -> Floats:
        _, height, width = images.shape
        rows, columns = mass_centers(images, self.background_)
        down, right = np.rint((height - 1) / 2 - rows), np.rint((width - 1) / 2 - columns)
        return shift(images, down, right, self.background_)
