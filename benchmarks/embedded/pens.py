"""Training digits written again with other pens: their skeletons, drawn with strokes from thin to thick.

MNIST was written with one kind of pen by people in the USA. Pens are thinner and markers thicker, and elsewhere a 1 has
an upstroke and a 7 a bar: a share of the ones and sevens gets them.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt
from skimage.draw import line
from skimage.morphology import skeletonize

from hdr_bench.pictures.normalize import to_mnist

Points = tuple[float, float]
_SCALE = 4  # a skeleton of MNIST's own pixels has corners that nobody draws
_MARGIN = 20
_INK = 100
# Half of the stroke's width, in pixels of MNIST, from a fine pen to a thick marker in small writing.
_THINNEST, _THICKEST = 0.35, 2.4
_SHARE_OF_UPSTROKES, _SHARE_OF_FEET, _SHARE_OF_BARS = 0.4, 0.15, 0.4


def redraw_all(images: NDArray[np.uint8], labels: NDArray[np.integer], seed: int) -> NDArray[np.uint8]:
    """Redraw digits, each with a pen of random width.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,)
        0 to 9.
    seed : int

    Returns
    -------
    redrawn : ndarray of shape (n, 28, 28), uint8
        In MNIST's form.
    """
    generator = np.random.default_rng(seed)
    return np.stack([redraw(image, int(label), generator) for image, label in zip(images, labels, strict=True)])


def redraw(image: NDArray[np.uint8], label: int, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Redraw a digit with a pen of random width.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
    label : int
        What it is; a 1 may get an upstroke and a foot, a 7 a bar.
    generator : numpy.random.Generator

    Returns
    -------
    redrawn : ndarray of shape (28, 28), uint8
        In MNIST's form.
    """
    height, width = image.shape
    large = Image.fromarray(image).resize((width * _SCALE, height * _SCALE), Image.Resampling.BICUBIC)
    path = skeletonize(np.pad(np.asarray(large), _MARGIN) > _INK)
    if not path.any():
        return image
    if label == 1:
        _add_upstroke(path, generator)
    elif label == 7 and generator.random() < _SHARE_OF_BARS:
        _add_bar(path, generator)
    return to_mnist(ink_of_path(path, _SCALE * draw_radius(generator)))


def draw_radius(generator: np.random.Generator) -> float:
    """Return half of the width of a pen's stroke, in pixels of a digit that fills MNIST's box.

    Parameters
    ----------
    generator : numpy.random.Generator

    Returns
    -------
    radius : float
        Its logarithm is evenly distributed.
    """
    return float(np.exp(generator.uniform(np.log(_THINNEST), np.log(_THICKEST))))


def ink_of_path(path: NDArray[np.bool_], radius: float) -> NDArray[np.floating]:
    """Draw along a path with a round pen.

    Parameters
    ----------
    path : ndarray of shape (height, width), bool
    radius : float
        Half of the stroke's width, in pixels.

    Returns
    -------
    ink : ndarray of shape (height, width), float
        0 to 1, edges smooth.
    """
    return np.clip(radius + 0.5 - distance_transform_edt(~path), 0, 1)


def _add_upstroke(path: NDArray[np.bool_], generator: np.random.Generator) -> None:
    """Give a 1 the upstroke that it has in much of Europe, and sometimes a foot."""
    rows, columns = np.nonzero(path)
    top, bottom = rows.min(), rows.max()
    height = bottom - top
    if generator.random() < _SHARE_OF_UPSTROKES:
        start = top, float(columns[rows == top].mean())
        length, angle = height * generator.uniform(0.25, 0.65), np.radians(generator.uniform(25, 60))
        _draw(path, start, (top + length * np.cos(angle), start[1] - length * np.sin(angle)))
        if generator.random() < _SHARE_OF_FEET / _SHARE_OF_UPSTROKES:
            middle, half = float(columns[rows == bottom].mean()), height * generator.uniform(0.15, 0.35)
            _draw(path, (bottom, middle - half), (bottom, middle + half))


def _add_bar(path: NDArray[np.bool_], generator: np.random.Generator) -> None:
    """Cross the stem of a 7."""
    rows, columns = np.nonzero(path)
    height = rows.max() - rows.min()
    row = int(rows.min() + height * generator.uniform(0.4, 0.65))
    if not (rows == row).any():
        return
    middle, half = float(columns[rows == row].mean()), height * generator.uniform(0.14, 0.3)
    rise = half * np.tan(np.radians(generator.uniform(-12, 25)))
    _draw(path, (row + rise, middle - half), (row - rise, middle + half))


def _draw(path: NDArray[np.bool_], start: Points, end: Points) -> None:
    limits = np.array(path.shape) - 1
    ends = [np.clip(np.round(point), 0, limits).astype(int) for point in (start, end)]
    path[line(*ends[0], *ends[1])] = True
