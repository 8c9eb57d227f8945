"""Strokes of a pen that trace the image of a digit."""

import numpy as np
from skimage.measure import label
from skimage.morphology import skeletonize

_ENLARGED = 8
# Of the enlarged skeleton's pixels, every so many become a point.
_EVERY = 12


def trace(image):
    """Return strokes, lists of points from 0 to 1: the pen goes along the skeleton, and back where it branches."""
    ink = np.kron(image > 127, np.ones((_ENLARGED, _ENLARGED), bool))
    parts = label(skeletonize(ink), connectivity=2)
    return [_walk(parts == number, ink.shape) for number in range(1, parts.max() + 1)]


def _walk(skeleton, shape):
    pixels = set(map(tuple, np.argwhere(skeleton)))
    start = min([pixel for pixel in pixels if len(_beside(pixel, pixels)) == 1] or pixels)
    path, way, length = [start], [start], 1
    pixels.remove(start)
    while way:
        following = _beside(way[-1], pixels)
        if following:
            pixels.remove(following[0])
            way.append(following[0])
        else:
            way.pop()
        path += way[-1:]
        # The way back after the last new pixel is not drawn.
        length = len(path) if following else length
    points = [*path[:length:_EVERY], path[length - 1]]
    return [((column + 0.5) / shape[1], (row + 0.5) / shape[0]) for row, column in points]


def _beside(pixel, pixels):
    row, column = pixel
    around = [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
    # Straight on before across: a corner is not cut off and left for later.
    return sorted(
        (each for each in around if each in pixels), key=lambda each: abs(each[0] - row) + abs(each[1] - column)
    )
