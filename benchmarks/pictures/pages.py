"""Pages of handwritten digits with known truth, made of MNIST's test images.

No photos of digits with a truth are published that an accuracy could be measured on: these pages have real digits, and
everything else of them is drawn at random, from ranges that `config.LEVELS` states.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures.config import LEVELS, PageConfig
from benchmarks.pictures.geometry import bounds, transform
from benchmarks.pictures.rendering import render_scene
from benchmarks.pictures.scene import Mark, Scene, sample_scene
from hdr_bench import load_dataset

SEED = 16


@dataclass(frozen=True)
class TrueMark:
    """A mark of a page as it was drawn.

    Attributes
    ----------
    digit : int or None
        None for a letter or sign.
    line : int
        Number of its line, from the top.
    box : tuple of float
        Left, top, width and height of its ink, in pixels of the picture.
    """

    digit: int | None
    line: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Page:
    """A picture and what it shows.

    Attributes
    ----------
    picture : ndarray of shape (height, width, 3), dtype uint8
    marks : tuple of TrueMark
        In reading order.
    scene : Scene
        How it was drawn.
    """

    picture: NDArray[np.uint8]
    marks: tuple[TrueMark, ...]
    scene: Scene

    @property
    def digits(self) -> tuple[TrueMark, ...]:
        """Its marks that are digits."""
        return tuple(mark for mark in self.marks if mark.digit is not None)


@dataclass(frozen=True, eq=False)
class DigitImages:
    """Digits to write pages with.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), dtype uint8
    labels : ndarray of shape (n,), dtype int64
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def load_test_digits() -> DigitImages:
    """Return MNIST's 10,000 test images, which no model has seen.

    Returns
    -------
    digits : DigitImages

    Raises
    ------
    DatasetNotFoundError
        If MNIST is not there.
    """
    test = load_dataset("mnist").test
    return DigitImages(np.asarray(test.images), np.asarray(test.labels))


def make_page(config: PageConfig, number: int, digits: DigitImages, seed: int = SEED) -> Page:
    """Draw a page.

    Parameters
    ----------
    config : PageConfig
        The ranges that its properties are drawn from.
    number : int
        Of the page: with the same seed and digits, the same page.
    digits : DigitImages
        What it is written with.
    seed : int, default=16

    Returns
    -------
    page : Page
    """
    return draw_page(sample_scene(config, number, digits.images, digits.labels, seed))


def make_pages(level: str, n: int, digits: DigitImages, seed: int = SEED) -> Iterator[Page]:
    """Draw the pages of a level, one after the other.

    Parameters
    ----------
    level : str
        Name in `LEVELS`.
    n : int
        How many.
    digits : DigitImages
    seed : int, default=16

    Yields
    ------
    page : Page
    """
    for number in range(n):
        yield make_page(LEVELS[level], number, digits, seed)


def draw_page(scene: Scene) -> Page:
    """Draw a layout, and say where its marks are in the picture.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    page : Page
    """
    marks = tuple(TrueMark(mark.glyph.digit, mark.line, _box(mark, scene)) for mark in scene.marks)
    return Page(render_scene(scene), marks, scene)


def _box(mark: Mark, scene: Scene) -> tuple[float, float, float, float]:
    left, top, right, bottom = bounds(transform(scene.view @ mark.place, mark.glyph.points))
    # A pixel reaches half a pixel to each side of its centre.
    return left, top, right - left + 1, bottom - top + 1
