"""Row of the table of corruptions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.floating[Any]]
"""Images of shape (n, height, width), light ink on dark ground, from 0 to 1; float32 or float64."""

STEPS = (1, 2, 3, 4, 5)
"""Steps of a corruption's scale, from the mildest on."""

MNIST_C = "mnist-c"
"""Severity of MNIST-C's published files."""


@dataclass(frozen=True)
class CorruptionEntry:
    """Row of `CORRUPTIONS`.

    Attributes
    ----------
    title : str
        What tables and figures call it.
    description : str
        What it does, in a line.
    apply : callable
        Function of images (`Pixels`, which it leaves as they are), a generator of random numbers, and the parameters by
        their names, that returns corrupted images. It takes from the generator once, an array whose rows are the
        images, and of each image as many numbers whatever its content: so an image's numbers do not depend on how many
        images follow, nor on how they are divided into blocks.
    parameters : mapping of str to tuple of float
        Values of each parameter at the five steps. Lengths are in pixels of an image of 28 pixels, and grow with the
        image.
    origin : str
        Where the corruption and the values of its parameters come from.
    cites : tuple of str
        Keys of its papers in ``references.bib``.
    mnist_c : int or None
        Step whose parameters are those of MNIST-C's published files; None if MNIST-C lacks it.
    """

    title: str
    description: str
    apply: Callable[..., Pixels]
    parameters: Mapping[str, tuple[float, ...]]
    origin: str
    cites: tuple[str, ...]
    mnist_c: int | None = None

    def at(self, step: int) -> dict[str, float]:
        """Return the parameters of a step, by their names.

        Parameters
        ----------
        step : int
            1 to 5.

        Returns
        -------
        parameters : dict of str to float
        """
        return {name: values[step - 1] for name, values in self.parameters.items()}
