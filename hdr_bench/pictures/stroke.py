"""Stroke width of a digit: measuring it, and bringing it close to MNIST's."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.normalize import BOX

# Quartiles of the stroke width in pixels of MNIST's 20x20 box, for its first 1,500 training images, enlarged four
# times: 5 % are below 1.5, or above 4.0.
THIN, THICK = 1.9, 2.8
WORKING_SIDE = 100
"""Height or width, in pixels, to which a digit is reduced before its strokes are changed."""
# Fraction of the stroke's half width that may be removed, so that its thin places do not break.
_MOST_THINNED = 0.6


def stroke_width(ink: NDArray[np.floating]) -> float:
    """Return the mean width of the strokes.

    Parameters
    ----------
    ink : ndarray of shape (height, width), float
        From 0 (paper) to 1 (ink).

    Returns
    -------
    width : float
        In pixels: twice the mean distance of the skeleton from the strokes' edges; 0 if there is no ink.

    Examples
    --------
    >>> bar = np.zeros((40, 20))
    >>> bar[5:35, 8:13] = 1
    >>> round(stroke_width(bar), 1)
    4.8
    """
    mask = np.pad(np.asarray(ink) > 0.5, 1)
    if not mask.any():
        return 0.0
    return 2 * _mean_skeleton_distance(mask) - 1


def match_stroke_width(ink: NDArray[np.floating], working_side: int = WORKING_SIDE) -> NDArray[np.float64]:
    """Thicken thin strokes and thin out thick ones to the width of most of MNIST's.

    A digit that fills MNIST's 20x20 box then has strokes of 1.9 to 2.8 pixels, the quartiles of MNIST's; strokes that
    are already within this range are not changed. Edges stay smooth, and strokes stay connected.

    Parameters
    ----------
    ink : ndarray of shape (height, width), float
        From 0 (paper) to 1 (ink), cut out around one digit.
    working_side : int, default=100
        Longest side, in pixels, while the width is measured.

    Returns
    -------
    ink : ndarray of shape (new_height, new_width), float
        Reduced if it was large, with a margin around it.
    """
    from scipy import ndimage

    small = _reduce(np.asarray(ink, np.float64), working_side)
    side = max(small.shape)
    width = stroke_width(small)
    target = np.clip(width, THIN * side / BOX, THICK * side / BOX)
    growth = max((target - width) / 2, -_MOST_THINNED * width / 2)
    margin = int(np.ceil(max(growth, 0))) + 2
    padded = np.pad(small, margin)
    if width == 0 or growth == 0:
        return padded
    mask = padded > 0.5
    inside, outside = (ndimage.distance_transform_edt(each) for each in (mask, ~mask))
    # Depth of each pixel within the ink, 0 at its edge.
    depth = np.where(mask, inside - 0.5, 0.5 - outside)
    changed = np.clip(depth + growth + 0.5, 0, 1)
    return changed if growth > 0 else np.maximum(changed, _core(mask, target))


def _reduce(ink: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    from skimage.transform import resize

    scale = side / max(ink.shape)
    if 0.8 < scale < 1.25:
        return ink
    shape = [max(1, round(length * scale)) for length in ink.shape]
    return np.clip(resize(ink, shape, order=1, anti_aliasing=scale < 1, preserve_range=True), 0, 1)


def _mean_skeleton_distance(mask: NDArray[np.bool_]) -> float:
    from scipy import ndimage
    from skimage.morphology import skeletonize

    return float(ndimage.distance_transform_edt(mask)[skeletonize(mask)].mean())


def _core(mask: NDArray[np.bool_], width: float) -> NDArray[np.float64]:
    """Return the middle of the strokes, half as wide as `width`, which thinning always preserves."""
    from scipy import ndimage
    from skimage.morphology import skeletonize

    distance = ndimage.distance_transform_edt(~skeletonize(mask))
    return np.clip(width / 4 - distance + 0.5, 0, 1)
