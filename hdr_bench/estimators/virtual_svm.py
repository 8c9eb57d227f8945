"""Support vector machines trained on virtual examples."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval

from hdr_bench.estimators.images.background import learn_background
from hdr_bench.estimators.images.shifting import shift
from hdr_bench.estimators.parameter_checks import DataShape
from hdr_bench.estimators.pixels import Floats, grey_image_shape_of
from hdr_bench.estimators.svm import SVMClassifier

_DIRECTIONS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))


class VirtualSVMClassifier(SVMClassifier):
    """Support vector machine refitted on its support vectors and on copies of them shifted by a pixel.

    The copies are shifted up, down, left and right, padded with the background (Schölkopf, Burges and Vapnik, 1996,
    "Incorporating invariances in support vector learning machines"; the virtual SVM of LeCun et al., 1998,
    "Gradient-based learning applied to document recognition", section III.C).

    Parameters
    ----------
    kernel : {"rbf", "poly", "linear"}, default="rbf"
        Kernel, as in scikit-learn's SVC.
    C : float, default=5.0
        Strength of the penalty for errors.
    gamma : float or {"scale", "auto"} or None, default=None
        As for `SVMClassifier`.
    degree : int, default=3
        Degree of "poly".
    coef0 : float, default=0.0
        Constant term of "poly".
    distance : int, default=1
        Distance of the shifts in pixels.
    image_shape : tuple of int or None, default=None
        Height and width. None assumes a square image if the number of features is a square number; otherwise the
        features are not an image, and a plain SVM is fitted.
    engine : {"auto", "onedal", "libsvm"}, default="auto"
        As for `SVMClassifier`.
    pixel_scale : float or None, default=None
        Divisor of the pixels; None learns the largest absolute value.
    background : float or None, default=None
        Value of the raw pixels behind the ink: 0 in MNIST, 255 in most pictures. None learns it as the median of the
        pixels along the borders of the training images.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    svc_ : sklearn.svm.SVC
        The second SVM.
    n_virtual_ : int
        Number of images it was fitted on, originals and copies; for a plain SVM, all training images.
    engine_ : str
        The solver that ran.
    scale_ : float
        Divisor of the pixels.
    background_ : float
        Background value in use; a plain SVM has none.
    n_features_in_ : int
        Number of features seen during fit.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import VirtualSVMClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = VirtualSVMClassifier().fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.97
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **SVMClassifier._parameter_constraints,
        "distance": [Interval(Real, 0, None, closed="left")],
        "image_shape": ["array-like", None],
        "background": [Interval(Real, None, None, closed="neither"), None],
    }

    def __init__(
        self,
        kernel: str = "rbf",
        *,
        C: float = 5.0,
        gamma: float | str | None = None,
        degree: int = 3,
        coef0: float = 0.0,
        distance: int = 1,
        image_shape: tuple[int, int] | None = None,
        engine: str = "auto",
        pixel_scale: float | None = None,
        background: float | None = None,
    ) -> None:
        super().__init__(kernel, C=C, gamma=gamma, degree=degree, coef0=coef0, engine=engine, pixel_scale=pixel_scale)
        self.distance = distance
        self.image_shape = image_shape
        self.background = background

    def _check_data(self, data: DataShape) -> None:
        if data.n_features is not None:
            grey_image_shape_of(data.n_features, self.image_shape)

    def _fit_machine(self, pixels: Floats, codes: NDArray[np.intp]) -> Any:
        shape = grey_image_shape_of(pixels.shape[1], self.image_shape)
        if self.image_shape is None and shape[0] == 1:
            # Features that are not an image cannot be shifted.
            self.n_virtual_ = len(pixels)
            return super()._fit_machine(pixels, codes)
        chosen = np.sort(super()._fit_machine(pixels, codes).support_)
        given = None if self.background is None else self.background / self.scale_
        ground = learn_background(pixels.reshape(-1, *shape), given)
        self.background_ = ground * self.scale_
        images = pixels[chosen].reshape(-1, *shape)
        copies = [
            _shift_all(images, self.distance * down, self.distance * right, ground) for down, right in _DIRECTIONS
        ]
        virtual = np.concatenate(copies).reshape(-1, pixels.shape[1])
        self.n_virtual_ = len(virtual)
        return super()._fit_machine(virtual, np.tile(codes[chosen], len(_DIRECTIONS)))


def _shift_all(images: Floats, down: int, right: int, ground: float) -> Floats:
    n = len(images)
    return shift(images, np.full(n, down), np.full(n, right), ground)
