"""Transformers before a method, through which a gradient goes back: those that are linear in the pixels."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from hdr_bench.estimators.images.blurring import GaussianBlur
from hdr_bench.estimators.images.cropping import Cropper
from hdr_bench.estimators.images.inverting import Inverter
from hdr_bench.estimators.images.resizing import Resizer
from hdr_bench.estimators.images.scaling import PixelScaler
from hdr_bench.estimators.pixels import Floats
from hdr_bench.robustness.losses import Codes

LINEAR_STEPS: tuple[type, ...] = (Cropper, GaussianBlur, Inverter, PCA, PixelScaler, Resizer, StandardScaler)
"""Transformers whose output is, once they are fitted, a weighted sum of the pixels and a constant."""

# Images that are transformed at a time, each with a single pixel.
_BLOCK = 500

Gradient = Callable[[NDArray[Any], Codes], tuple[Floats, Floats]]


def gradient_behind_steps(steps: Sequence[Any], gradient: Gradient) -> Gradient:
    """Return the gradient of a loss in the pixels that go into transformers.

    Parameters
    ----------
    steps : sequence of transformer
        Fitted, each of a class of `LINEAR_STEPS`.
    gradient : callable
        In what comes out of the last of them.

    Returns
    -------
    gradient : callable
        In the pixels that go into the first.
    """
    if not steps:
        return gradient
    matrices = [_matrix(step) for step in steps]

    def whole(rows: NDArray[Any], codes: Codes) -> tuple[Floats, Floats]:
        made = reduce(lambda before, step: step.transform(before), steps, rows)
        losses, slopes = gradient(np.asarray(made), codes)
        for matrix in reversed(matrices):
            slopes = np.asarray(slopes @ matrix.T)
        return losses, slopes

    return whole


def _matrix(step: Any) -> Any:
    """Return what a linear transformer multiplies rows by, of shape (n_features, n_features_out)."""
    n = int(step.n_features_in_)
    nothing = np.asarray(step.transform(np.zeros((1, n))))
    blocks = []
    for start in range(0, n, _BLOCK):
        single = np.eye(min(_BLOCK, n - start), n, start)
        # Most transformers of images look at few pixels at a time.
        blocks.append(sparse.csr_array(np.asarray(step.transform(single)) - nothing))
    return sparse.vstack(blocks, format="csr")
