"""Entry of the table of corruptions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.floating[Any]]
"""Images of shape (n, height, width), light ink on a dark background, from 0 to 1; float32 or float64."""

STEPS = (1, 2, 3, 4, 5)
"""Steps of a corruption's scale, the mildest first."""

MNIST_C = "mnist-c"
"""Severity of MNIST-C's published files."""


@dataclass(frozen=True)
class CorruptionEntry:
    """Entry of `CORRUPTIONS`.

    Attributes
    ----------
    title : str
        Name in tables and figures.
    description : str
        What it does, in one line.
    apply : callable
        Function of images (`Pixels`, which it does not modify), a random generator, and the parameters by name, that
        returns corrupted images. It draws from the generator once, an array with one row per image, with the same
        number of values whatever the image's content: so the random numbers of an image do not depend on how many
        images follow, nor on how they are divided into blocks.
    parameters : mapping of str to tuple of float
        Values of each parameter at the five steps. Lengths are in pixels of a 28x28 image, and scale with the image
        size.
    origin : str
        Origin of the corruption and of its parameter values.
    cites : tuple of str
        Keys of its papers in ``references.bib``.
    mnist_c : int or None
        Step with the parameters of MNIST-C's published files; None if MNIST-C does not have the corruption.
    """

    title: str
    description: str
    apply: Callable[..., Pixels]
    parameters: Mapping[str, tuple[float, ...]]
    origin: str
    cites: tuple[str, ...]
    mnist_c: int | None = None

    def at(self, step: int) -> dict[str, float]:
        """Return the parameters of a step, by name.

        Parameters
        ----------
        step : int
            1 to 5.

        Returns
        -------
        parameters : dict of str to float
        """
        return {name: values[step - 1] for name, values in self.parameters.items()}
