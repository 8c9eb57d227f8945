"""JPEG compression with Pillow."""

import io

import numpy as np

from hdr_bench.robustness.corruption_entry import Pixels


def compress(images: Pixels, random: np.random.Generator, *, quality: float) -> Pixels:  # noqa: ARG001
    """Return images after JPEG compression, which rounds to 256 values.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
    random : Generator
        Not used.
    quality : float
        Quality as in Pillow, a whole number from 1 to 95.

    Returns
    -------
    compressed : ndarray of shape (n, height, width)
    """
    from PIL import Image

    compressed = np.empty_like(images)
    for place, values in enumerate(np.rint(images * 255).astype(np.uint8)):
        file = io.BytesIO()
        Image.fromarray(values).save(file, "JPEG", quality=int(quality))
        compressed[place] = np.asarray(Image.open(file))
    return compressed / images.dtype.type(255)
