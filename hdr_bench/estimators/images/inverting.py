"""Conversion of images to one polarity."""

from typing import Any, ClassVar

from numpy.typing import NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import StrOptions

from hdr_bench.datasets.polarity import LIGHT_ON_DARK, POLARITIES, Polarity, invert
from hdr_bench.estimators.images.base import BackgroundTransformer
from hdr_bench.estimators.pixels import Floats


class Inverter(OneToOneFeatureMixin, BackgroundTransformer):
    """Invert images that are dark on light, so that all methods see light on dark, as in MNIST.

    An inverted pixel is ``low_ + high_ - pixel``, which is exact for integers of up to 24 bits: 255 minus the pixel for
    most pictures. Images that already have the desired polarity are left unchanged.

    Parameters
    ----------
    polarity : {"light-on-dark", "dark-on-light"}, default="light-on-dark"
        Polarity of the output.
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
        Background of the input. Images are dark on light if their background is nearer to `high_`.
    low_, high_ : float
        Smallest and largest training pixel.
    inverts_ : bool
        Whether images are inverted: decided once for all images, during fit.
    n_features_in_ : int
        Number of features seen during fit.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import Inverter
    >>> digits = load_dataset("mnist-5k")
    >>> inverter = Inverter().fit(255 - digits.train.X)
    >>> inverter.inverts_, inverter.background_
    (True, 255.0)
    >>> bool((inverter.transform(255 - digits.test.X) == digits.test.X).all())
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BackgroundTransformer._parameter_constraints,
        "polarity": [StrOptions(set(POLARITIES))],
    }

    def __init__(
        self,
        polarity: Polarity = LIGHT_ON_DARK,
        image_shape: tuple[int, int] | None = None,
        *,
        background: float | None = None,
    ) -> None:
        self.polarity = polarity
        self.image_shape = image_shape
        self.background = background

    def _learn(self, images: NDArray[Any]) -> None:
        super()._learn(images)
        self.low_, self.high_ = float(images.min()), float(images.max())
        below, above = self.background_ - self.low_, self.high_ - self.background_
        self.inverts_ = below > above if self.polarity == LIGHT_ON_DARK else above > below

    def _transform_images(self, images: Floats) -> Floats:
        return invert(images, self.low_, self.high_) if self.inverts_ else images
