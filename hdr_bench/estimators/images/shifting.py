"""Shifting of images by whole pixels."""

import numpy as np

from hdr_bench.estimators.pixels import Floats


def shift(images: Floats, down: Floats, right: Floats, background: float = 0.0) -> Floats:
    """Shift images by whole pixels.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        float32 or float64.
    down, right : ndarray of shape (n,)
        Shift of each image in whole pixels; negative numbers shift it up or to the left.
    background : float, default=0.0
        Value of the pixels that are shifted in.

    Returns
    -------
    shifted : ndarray of shape (n, height, width)
    """
    _, height, width = images.shape
    rows = np.arange(height)[None, :] - down[:, None].astype(np.intp)
    columns = np.arange(width)[None, :] - right[:, None].astype(np.intp)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), constant_values=background)
    rows, columns = np.clip(rows, -1, height) + 1, np.clip(columns, -1, width) + 1
    return padded[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]
