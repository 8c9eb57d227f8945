"""Transparent pictures: what the paper under the ink is."""

import numpy as np
from PIL import Image

_LIGHT = 128
# Share of the opaque pixels up to which darker ones are the soft edges of light ink.
_EDGES = 0.01


def lay_on_paper(picture: Image.Image) -> Image.Image:
    """Lay a picture with transparency on white or black paper, and return it as grey values.

    Ink that is all light lies on black, so that it is seen: a white digit on a transparent ground. All else lies on
    white, as viewers show it: dark ink, and pictures that have light and dark of their own. A picture without any
    opaque pixel becomes white.

    Parameters
    ----------
    picture : Image
        In mode RGBA.

    Returns
    -------
    grey : Image
        In mode L.
    """
    paper = Image.new("RGBA", picture.size, "black" if _needs_black_paper(picture) else "white")
    return Image.alpha_composite(paper, picture).convert("L")


def _needs_black_paper(picture: Image.Image) -> bool:
    luma = np.asarray(picture.convert("RGB").convert("L"))
    opacity = np.asarray(picture.getchannel("A"))
    if not opacity.any() or opacity.min() == opacity.max():
        return False
    return int(opacity[luma < _LIGHT].sum(dtype=np.int64)) <= _EDGES * int(opacity.sum(dtype=np.int64))
