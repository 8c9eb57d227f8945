"""Correction of uneven lighting: each pixel relative to the paper around it."""

import numpy as np
from numpy.typing import NDArray

# Size of the closing that removes ink to find the paper, as a fraction of the longest side: wider than any stroke.
_CLOSING = 0.12
# Size of the closing in pixels, in the reduced copy on which it is done.
_CLOSING_PIXELS = 5
# Minimum brightness of paper, as a fraction of full light.
_DARKEST_PAPER = 0.02


def even_light(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide grey values by the brightness of the paper around them.

    The paper is estimated by a grey closing larger than the widest stroke, then smoothed.

    Parameters
    ----------
    grey : ndarray of shape (height, width), float32
        From 0 (ink) to 1 (paper).

    Returns
    -------
    even : ndarray of shape (height, width), float32
        From 0 (black) to 1 (paper).
    """
    paper = _paper(grey, _CLOSING * max(grey.shape))
    return np.clip(grey / np.maximum(paper, _DARKEST_PAPER), 0, 1, dtype=np.float32)


def ink_contrast(even: NDArray[np.float32]) -> float:
    """Return how much darker than the paper the ink is: 0 is as light, 1 is black.

    This is the mean of the darkest values near each edge, weighted by the edge's squared gradient.

    Parameters
    ----------
    even : ndarray of shape (height, width), float32
        As returned by `even_light`.

    Returns
    -------
    contrast : float
    """
    from scipy import ndimage

    weights = ndimage.gaussian_gradient_magnitude(even, 1.0) ** 2
    darkest = 1 - ndimage.minimum_filter(even, 7)
    total = float(weights.sum())
    return float((weights * darkest).sum()) / total if total > 0 else 0.0


def _paper(grey: NDArray[np.float32], size: float) -> NDArray[np.float32]:
    from scipy import ndimage
    from skimage.measure import block_reduce
    from skimage.transform import resize

    step = max(1, int(size / _CLOSING_PIXELS))
    edge = [(0, -length % step) for length in grey.shape]
    small = block_reduce(np.pad(grey, edge, mode="edge"), step, np.mean).astype(np.float32)
    closing = max(3, round(size / step) | 1)
    closed = ndimage.gaussian_filter(ndimage.grey_closing(small, (closing, closing), mode="nearest"), closing / 3)
    padded = [length * step for length in small.shape]
    paper = resize(closed, padded, order=1, mode="edge", preserve_range=True)
    return paper[: grey.shape[0], : grey.shape[1]].astype(np.float32)
