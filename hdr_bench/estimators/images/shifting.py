"""Images moved by whole pixels."""

import numpy as np

from hdr_bench.estimators.pixels import Floats


def shift(images: Floats, down: Floats, right: Floats, background: float = 0.0) -> Floats:
    """Move images by whole pixels.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        float32 or float64.
    down, right : ndarray of shape (n,)
        How far each image is moved, in whole pixels; negative numbers move it up or to the left.
    background : float, default=0.0
        What fills the pixels that come in.

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
