"""Images moved so that their mass is in the middle."""

import numpy as np
from sklearn.base import OneToOneFeatureMixin

from hdr_bench.estimators.images.base import BackgroundTransformer
from hdr_bench.estimators.images.moments import mass_centers
from hdr_bench.estimators.images.shifting import shift
from hdr_bench.estimators.pixels import Floats


class MassCenterer(OneToOneFeatureMixin, BackgroundTransformer):
    """Move each image by whole pixels so that its centre of mass lies in the middle.

    So MNIST itself was made (LeCun et al., 1998, "Gradient-based learning applied to document recognition",
    section III.A). Pixels keep their values; what leaves the image is lost, and background comes in.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        Height and width. None takes the features as a square image where their number is a square, else as one row.
    background : float or None, default=None
        Value of the pixels behind the ink: 0 in MNIST, 255 in most pictures. None learns it, the median of the pixels
        along the borders of the training images.

    Attributes
    ----------
    image_shape_ : tuple of int
        Height and width in use.
    background_ : float
        The background in use.
    n_features_in_ : int
        Number of features seen while fitting.
    """

    def __init__(self, image_shape: tuple[int, int] | None = None, *, background: float | None = None) -> None:
        self.image_shape = image_shape
        self.background = background

    def _transform_images(self, images: Floats) -> Floats:
        _, height, width = images.shape
        rows, columns = mass_centers(images, self.background_)
        down, right = np.rint((height - 1) / 2 - rows), np.rint((width - 1) / 2 - columns)
        return shift(images, down, right, self.background_)
