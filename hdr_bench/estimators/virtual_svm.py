"""Support vector machines that learn from virtual examples."""

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
    """Support vector machine fitted again on its support vectors and on copies of them moved by a pixel.

    The copies are moved up, down, left and right, padded with the background (Schölkopf, Burges and Vapnik, 1996,
    "Incorporating invariances in support vector learning machines"; the virtual SVM of LeCun et al., 1998,
    "Gradient-based learning applied to document recognition", section III.C).

    Parameters
    ----------
    kernel : {"rbf", "poly", "linear"}, default="rbf"
        Kernel, as scikit-learn's SVC defines it.
    C : float, default=5.0
        Strength of the penalty for errors.
    gamma : float or {"scale", "auto"} or None, default=None
        As for `SVMClassifier`.
    degree : int, default=3
        Degree of "poly".
    coef0 : float, default=0.0
        Constant term of "poly".
    distance : int, default=1
        How far copies are moved, in pixels.
    image_shape : tuple of int or None, default=None
        Height and width. None takes the features as a square image where their number is a square; else they are no
        image, and the machine is a plain one.
    engine : {"auto", "onedal", "libsvm"}, default="auto"
        As for `SVMClassifier`.
    pixel_scale : float or None, default=None
        What pixels are divided by; None learns the largest absolute value.
    background : float or None, default=None
        Value of the raw pixels behind the ink: 0 in MNIST, 255 in most pictures. None learns it, the median of the
        pixels along the borders of the training images.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    svc_ : sklearn.svm.SVC
        The second machine.
    n_virtual_ : int
        Images that it was fitted on, copies and their originals; of a plain one, all training images.
    engine_ : str
        The solver that ran.
    scale_ : float
        What pixels are divided by.
    background_ : float
        The background in use; a plain machine has none.
    n_features_in_ : int
        Number of features seen while fitting.

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
            # Features in a row have no places to be moved to.
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
