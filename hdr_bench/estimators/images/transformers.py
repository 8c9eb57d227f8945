"""Transformers on images: scaling, deskewing, centring, blurring, resizing. No torch here."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.constraints import check_parameters
from hdr_bench.estimators.images.base import BackgroundTransformer, ImageTransformer
from hdr_bench.estimators.images.moments import deskewed, mass_centres, moved
from hdr_bench.estimators.pixels import is_side
from hdr_bench.estimators.saving import VersionChecked
from hdr_bench.exceptions import shown

Floats = NDArray[np.floating[Any]]


def learn_scale(X: NDArray[Any], pixel_scale: float | None) -> float:
    """Return what pixels are divided by: `pixel_scale`, else the largest absolute value in `X` (1 where all are 0).

    Raises
    ------
    ValueError
        If `pixel_scale` is not a positive number.
    """
    if pixel_scale is None:
        return float(max(X.max(), -X.min().astype(np.float64))) or 1.0
    if not 0 < pixel_scale < float("inf"):
        raise ValueError(f"pixel_scale must be above 0, or None to learn it, got {shown(pixel_scale)}")
    return float(pixel_scale)


def scaled(X: NDArray[Any], scale: float) -> Floats:
    """Return `X` divided by `scale`: float64 stays, all else becomes float32."""
    floats: Floats = X.astype(np.float64 if X.dtype == np.float64 else np.float32)
    floats /= floats.dtype.type(scale)
    return floats


class PixelScaler(VersionChecked, OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Divide pixels by one scalar, the largest absolute value seen while fitting; then subtract `offset`.

    Parameters
    ----------
    pixel_scale : float or None, default=None
        The divisor; None learns it. On MNIST that is exactly 255, on digits-8x8 16.
    offset : float, default=0.0
        Subtracted from what was divided: 0.5 brings pixels to between -0.5 and 0.5.

    Attributes
    ----------
    scale_ : float
        The divisor.
    n_features_in_ : int
        Number of features seen while fitting.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "pixel_scale": [Interval(Real, 0, None, closed="neither"), None],
        "offset": [Interval(Real, None, None, closed="neither")],
    }

    def __init__(self, pixel_scale: float | None = None, *, offset: float = 0.0) -> None:
        self.pixel_scale = pixel_scale
        self.offset = offset

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn the divisor from `X` of shape (n, n_features)."""
        check_parameters(self)
        self.scale_ = learn_scale(validate_data(self, X), self.pixel_scale)
        return self

    def _n_features_after(self, n_features: int) -> int:
        return n_features

    def transform(self, X: ArrayLike) -> Floats:
        """Return `X` divided and moved: float64 stays, all else becomes float32."""
        check_is_fitted(self)
        floats = scaled(validate_data(self, X, reset=False), self.scale_)
        return floats - floats.dtype.type(self.offset) if self.offset else floats


class Deskewer(OneToOneFeatureMixin, BackgroundTransformer):
    """Shear each image horizontally so that its principal axis is vertical, and centre its mass.

    The angle is that of the image's second-order moments, as in LeCun et al. (1998), "Gradient-based learning
    applied to document recognition", section III. The image is sampled with bilinear interpolation.
    A pixel's mass is its distance from the background.

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

    def _changed(self, images: Floats) -> Floats:
        return deskewed(images, self.background_)


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
    background_ : float
        The background in use.
    n_features_in_ : int
    """

    def __init__(self, image_shape: tuple[int, int] | None = None, *, background: float | None = None) -> None:
        self.image_shape = image_shape
        self.background = background

    def _changed(self, images: Floats) -> Floats:
        _, height, width = images.shape
        rows, columns = mass_centres(images, self.background_)
        down, right = np.rint((height - 1) / 2 - rows), np.rint((width - 1) / 2 - columns)
        return moved(images, down, right, self.background_)


class GaussianBlur(OneToOneFeatureMixin, BackgroundTransformer):
    """Blur each image with a Gaussian (scipy's `gaussian_filter`); beyond the edge there is background.

    Parameters
    ----------
    sigma : float, default=1.0
        Standard deviation, in pixels; 0 leaves the image as it is.
    image_shape : tuple of int or None, default=None
        Height and width. None takes the features as a square image where their number is a square, else as one row.
    background : float or None, default=None
        Value of the pixels behind the ink: 0 in MNIST, 255 in most pictures. None learns it, the median of the pixels
        along the borders of the training images.

    Attributes
    ----------
    image_shape_ : tuple of int
    background_ : float
        The background in use.
    n_features_in_ : int
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

    def _changed(self, images: Floats) -> Floats:
        return gaussian_filter(images, sigma=(0, self.sigma, self.sigma), mode="constant", cval=self.background_)


class SizeChanger(ClassNamePrefixFeaturesOutMixin, ImageTransformer):
    """What transformers share that give images another height and width."""

    size: tuple[int, int]

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **ImageTransformer._parameter_constraints,
        "size": ["array-like"],
    }

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check `X` of shape (n, n_features); nothing is learnt from its values.

        Raises
        ------
        ValueError
            If `image_shape` does not fit the features, or `size` is none.
        """
        super().fit(X)
        self._n_features_out = int(np.prod(self._new_size(self.image_shape_)))
        return self

    def _check_combination(self) -> None:
        if len(self.size) != 2 or not all(is_side(side) for side in self.size):
            raise ValueError(f"size: height and width must be integers of at least 1, got {shown(self.size)}")

    def _n_features_after(self, n_features: int) -> int:
        return int(np.prod(self._new_size(self._shape(n_features))))

    def _new_size(self, old: tuple[int, ...]) -> tuple[int, ...]:
        """Return height and width of what goes out, given those of what comes in."""
        return tuple(self.size)


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
    n_features_in_ : int
    """

    def __init__(self, size: tuple[int, int] = (14, 14), image_shape: tuple[int, int] | None = None) -> None:
        self.size = size
        self.image_shape = image_shape

    def _changed(self, images: Floats) -> Floats:
        rows, columns = (
            _triangles(old, new).astype(images.dtype) for old, new in zip(self.image_shape_, self.size, strict=True)
        )
        changed: Floats = rows @ images @ columns.T
        return changed


class Cropper(SizeChanger):
    """Cut the middle out of each image; of an odd border the smaller part is above and to the left.

    The deslanted images of LeCun et al. (1998), "Gradient-based learning applied to document recognition", are cut
    down so, to 20x20 pixels.

    Parameters
    ----------
    size : tuple of int, default=(20, 20)
        New height and width; an image that is smaller is left as it is.
    image_shape : tuple of int or None, default=None
        Height and width of what comes in. None takes the features as a square image where their number is a square,
        else as one row.

    Attributes
    ----------
    image_shape_ : tuple of int
    n_features_in_ : int
    """

    def __init__(self, size: tuple[int, int] = (20, 20), image_shape: tuple[int, int] | None = None) -> None:
        self.size = size
        self.image_shape = image_shape

    def _new_size(self, old: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(min(before, int(after)) for before, after in zip(old, self.size, strict=True))

    def _changed(self, images: Floats) -> Floats:
        (old_height, old_width), (height, width) = self.image_shape_, self._new_size(self.image_shape_)
        above, left = (old_height - height) // 2, (old_width - width) // 2
        return images[:, above : above + height, left : left + width]


def _triangles(old: int, new: int) -> NDArray[np.float64]:
    """Return what each of `old` pixels counts in each of `new`: shape (new, old), rows of sum 1."""
    step = old / new
    places = (np.arange(new) + 0.5) * step
    weights = np.clip(1 - np.abs(np.arange(old)[None, :] + 0.5 - places[:, None]) / max(step, 1.0), 0, None)
    shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares
