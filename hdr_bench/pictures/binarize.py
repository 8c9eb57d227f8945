"""Separation of ink from paper, by a threshold for each pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.light import ink_contrast

# How far Sauvola's threshold is below the paper if there is no ink nearby, as a fraction of the ink's contrast.
_SAUVOLA_K = 0.4
# Pixels darker than this fraction of the contrast are ink, even inside strokes wider than the window.
_SURE = 0.6
# Size of Sauvola's window, as a fraction of the longest side.
_WINDOW = 1 / 20
# Contrast below which a picture is considered empty: noise and paper texture have less.
LEAST_CONTRAST = 0.04


@dataclass(frozen=True, eq=False)
class Ink:
    """Ink of a picture.

    Attributes
    ----------
    mask : ndarray of shape (height, width), bool
    soft : ndarray of shape (height, width), float32
        From 0 (paper) to 1 (ink), with smooth edges: 0.5 at the threshold.
    contrast : float
        How much darker than the paper the ink is, from 0 to 1.
    """

    mask: NDArray[np.bool_]
    soft: NDArray[np.float32]
    contrast: float


def binarize(even: NDArray[np.float32]) -> Ink:
    """Separate ink from paper by Sauvola's threshold, with its range set by the picture's own contrast.

    Parameters
    ----------
    even : ndarray of shape (height, width), float32
        As returned by `even_light`.

    Returns
    -------
    ink : Ink

    References
    ----------
    Sauvola and Pietikäinen, "Adaptive document image binarization", Pattern Recognition 33, 2000; setting the range
    from the picture: Wolf and Jolion, "Extraction and recognition of artificial text in multimedia documents", 2004.
    """
    contrast = ink_contrast(even)
    if contrast < LEAST_CONTRAST:
        return Ink(np.zeros(even.shape, bool), np.zeros(even.shape, np.float32), contrast)
    threshold = np.maximum(_sauvola(even, contrast), 1 - _SURE * contrast)
    return Ink(even < threshold, np.clip(0.5 + (threshold - even) / contrast, 0, 1).astype(np.float32), contrast)


def _sauvola(even: NDArray[np.float32], contrast: float) -> NDArray[np.float32]:
    from skimage.filters import threshold_sauvola

    window = max(15, int(_WINDOW * max(even.shape))) | 1
    return threshold_sauvola(even, window_size=window, k=_SAUVOLA_K * contrast, r=contrast / 2)
