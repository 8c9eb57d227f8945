"""Gradients through transformers that precede a method and are linear in the pixels."""

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
"""Transformers whose output, once fitted, is a weighted sum of the pixels plus a constant."""

# Number of images transformed at a time, each with a single non-zero pixel.
_BLOCK = 500

Gradient = Callable[[NDArray[Any], Codes], tuple[Floats, Floats]]


def gradient_behind_steps(steps: Sequence[Any], gradient: Gradient) -> Gradient:
    """Return the gradient of a loss in the input of a sequence of transformers.

    Parameters
    ----------
    steps : sequence of transformer
        Fitted transformers, each of a class in `LINEAR_STEPS`.
    gradient : callable
        Gradient in the output of the last one.

    Returns
    -------
    gradient : callable
        Gradient in the input of the first one.
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
    """Return the matrix of a linear transformer, of shape (n_features, n_features_out)."""
    n = int(step.n_features_in_)
    nothing = np.asarray(step.transform(np.zeros((1, n))))
    blocks = []
    for start in range(0, n, _BLOCK):
        single = np.eye(min(_BLOCK, n - start), n, start)
        # Each output of most image transformers depends on only a few pixels.
        blocks.append(sparse.csr_array(np.asarray(step.transform(single)) - nothing))
    return sparse.vstack(blocks, format="csr")
