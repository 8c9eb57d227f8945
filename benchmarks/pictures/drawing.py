"""Drawings brought into MNIST's form, one after the other, by a seed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.normalize import to_mnist

Images = NDArray[np.uint8]
Floats = NDArray[np.floating]
Drawing = Callable[[np.random.Generator], Floats]
PAGE = 96
"""Height and width of a drawing, in pixels."""


def repeated(draw: Callable[..., Floats]) -> Callable[..., Images]:
    """Make of a drawing a function of how many there are to be, what the drawing is made of, and the seed.

    Parameters
    ----------
    draw : callable
        As `draw_all` takes it; what it is made of, such as digits, follows the generator.

    Returns
    -------
    draw_many : callable
        Takes the number, then the same, then the seed; returns images of shape (n, 28, 28), uint8.
    """

    def draw_many(n: int, *made_of_and_seed: Any) -> Images:
        *made_of, seed = made_of_and_seed
        return draw_all(lambda generator: draw(generator, *made_of), n, seed)

    draw_many.__name__, draw_many.__doc__ = draw.__name__, draw.__doc__
    return draw_many


def draw_all(draw: Drawing, n: int, seed: int) -> Images:
    """Draw marks until there are enough.

    Parameters
    ----------
    draw : callable
        Returns ink from 0 to 1, of any height and width, drawn with a generator; what has no ink is left out.
    n : int
    seed : int

    Returns
    -------
    images : ndarray of shape (n, 28, 28), uint8
    """
    generator = np.random.default_rng(seed)
    drawn: list[NDArray[np.uint8]] = []
    while len(drawn) < n:
        ink = draw(generator)
        if ink.max() > 0.5:
            drawn.append(to_mnist(ink))
    return np.stack(drawn)
