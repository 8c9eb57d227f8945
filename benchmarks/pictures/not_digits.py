"""Marks that are not digits, in MNIST's form: what a reader of pictures meets beside digits, and should reject.

Letters and signs, pairs and halves of digits, scribbles, blots, frames and textures. What a model learns from is of
other fonts, digits and seeds than what a report is made of.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from benchmarks.pictures.characters import SIGNS, letters, pen_letters
from benchmarks.pictures.drawing import PAGE, Floats, Images, repeated
from hdr_bench.pictures.normalize import to_mnist

_PAPER, _DARK = 0.85, 0.15


@repeated
def pairs(generator: np.random.Generator, digits: Images) -> Floats:
    """Put two digits side by side that touch."""
    left, right = (_crop(digits[index]) for index in generator.integers(len(digits), size=2))
    overlap = min(int(generator.integers(1, 4)), right.shape[1] - 1)
    page = np.zeros((28, left.shape[1] + right.shape[1] - overlap))
    page[: left.shape[0], : left.shape[1]] = left
    below = int(generator.integers(0, 28 - right.shape[0] + 1))
    there = page[below : below + right.shape[0], left.shape[1] - overlap :]
    np.maximum(there, right[:, -there.shape[1] :], out=there)
    return page


@repeated
def halves(generator: np.random.Generator, digits: Images) -> Floats:
    """Cut digits in two, across or down, and keep one half."""
    whole = _crop(digits[generator.integers(len(digits))])
    for axis in generator.permutation(2):
        side = whole.shape[axis]
        if side >= 10:
            cut = round(side * generator.uniform(0.4, 0.6))
            return np.split(whole, [cut], axis=int(axis))[generator.integers(2)]
    return whole[: whole.shape[0] // 2]


@repeated
def scribbles(generator: np.random.Generator) -> Floats:
    """Draw smooth random strokes, one to three, with a pen of random width."""
    page, pen = _blank_page()
    width = int(generator.integers(4, 14))
    for _ in range(generator.integers(1, 4)):
        knots = generator.uniform(12, PAGE - 12, size=(int(generator.integers(4, 8)), 2))
        points = [tuple(point) for point in _curve(knots)]
        pen.line(points, fill=255, width=width, joint="curve")
    return np.asarray(page) / 255


@repeated
def frames(generator: np.random.Generator) -> Floats:
    """Draw straight lines that meet: crosses, corners, ladders, boxes of forms, remains of ruled paper."""
    page, pen = _blank_page()
    width = int(generator.integers(2, 12))
    places = generator.permutation([14, 38, 58, 82])
    for number, place in enumerate(places[: generator.integers(1, 4)]):
        start, end = generator.uniform(8, 40), generator.uniform(56, 88)
        across = number == 1 or (number != 0 and generator.random() < 0.5)
        ends = [(start, place), (end, place)] if across else [(place, start), (place, end)]
        pen.line([(float(x), float(y)) for x, y in ends], fill=255, width=width)
    pen.line([(14.0, 50.0), (82.0, 50.0)], fill=255, width=width)
    return np.asarray(page.rotate(generator.uniform(-15, 15), Image.Resampling.BILINEAR)) / 255


@repeated
def blots(generator: np.random.Generator) -> Floats:
    """Make round and ragged blots."""
    grain = _grain(generator.normal(size=(PAGE, PAGE)), generator.uniform(4, 16))
    down, across = np.mgrid[-1 : 1 : PAGE * 1j, -1 : 1 : PAGE * 1j]
    slope = np.hypot(down * generator.uniform(1, 2.2), across * generator.uniform(1, 2.2))
    height = grain * generator.uniform(0.05, 0.3) - slope + 0.75
    return np.clip(height * 20, 0, 1)


@repeated
def textures(generator: np.random.Generator) -> Floats:
    """Cut crops out of binarised grain, as of paper, cloth or a shadow's edge."""
    widths = generator.uniform(1, 9, size=2)
    grain = _grain(generator.normal(size=(PAGE, PAGE)), widths)
    return np.clip((grain - generator.uniform(0, 1.2)) * 4, 0, 1)


def fit_all(images: NDArray[np.uint8]) -> Images:
    """Bring dark characters on white into MNIST's form.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), uint8
        As NIST-15 has them.

    Returns
    -------
    images : ndarray of shape (n, 28, 28), uint8
    """
    # The paper of NIST-15 is not everywhere quite white.
    return np.stack([to_mnist(np.clip((_PAPER - image / 255) / (_PAPER - _DARK), 0, 1)) for image in images])


def training_marks(digits: Images, seed: int) -> Images:
    """Return marks of all kinds but halves of digits and letters like digits, which many a digit looks like.

    Parameters
    ----------
    digits : ndarray of shape (m, 28, 28), uint8
        Training images, for pairs.
    seed : int

    Returns
    -------
    images : ndarray of shape (10_600, 28, 28), uint8
    """
    return np.concatenate(
        [
            letters(1200, "training", seed),
            pen_letters(2400, "training", seed + 1),
            letters(600, "training", seed + 2, SIGNS),
            pen_letters(800, "training", seed + 3, SIGNS),
            pairs(1600, digits, seed + 4),
            scribbles(1600, seed + 5),
            frames(1200, seed + 6),
            blots(600, seed + 7),
            textures(600, seed + 8),
        ]
    )


def _blank_page() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("L", (PAGE, PAGE))
    return page, ImageDraw.Draw(page)


def _grain(noise: Floats, width: float | Floats) -> Floats:
    smooth = gaussian_filter(noise, width)
    return smooth / smooth.std()


def _crop(digit: NDArray[np.uint8]) -> Floats:
    rows, columns = np.nonzero(digit > 50)
    return digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] / 255


def _curve(knots: Floats) -> Floats:
    """Return points of a smooth curve through the knots (Catmull and Rom's spline)."""
    ends = np.concatenate([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, 12, endpoint=False)[:, None]
    parts = []
    for before, start, end, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        parts.append(
            start
            + t * (end - before) / 2
            + t**2 * (before - 2.5 * start + 2 * end - after / 2)
            + t**3 * (1.5 * (start - end) + (after - before) / 2)
        )
    return np.concatenate([*parts, knots[-1:]])
