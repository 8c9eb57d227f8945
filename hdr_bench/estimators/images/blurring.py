"""Gaussian blur."""

from numbers import Real
from typing import Any, ClassVar

from scipy.ndimage import gaussian_filter
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import Interval

from hdr_bench.estimators.images.base import BackgroundTransformer
from hdr_bench.estimators.pixels import Floats


class GaussianBlur(OneToOneFeatureMixin, BackgroundTransformer):
    """Blur each image with a Gaussian (scipy's `gaussian_filter`), padding it with background.

    Parameters
    ----------
    sigma : float, default=1.0
        Standard deviation in pixels; 0 leaves the image unchanged.
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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BackgroundTransformer._parameter_constraints,
        "sigma": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self, sigma: float = 1.0, image_shape: tuple[int, int] | None = None, *, background: float | None = None
    ) -> None:
        self.sigma = sigma
        self.image_shape = image_shape
        self.background = background

    def _transform_images(self, images: Floats) -> Floats:
        return gaussian_filter(images, sigma=(0, self.sigma, self.sigma), mode="constant", cval=self.background_)
