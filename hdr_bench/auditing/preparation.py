"""What is done to images before methods judge them and before their nearest ones are searched."""

from collections.abc import Sequence

from hdr_bench.records.case import Step

LARGEST_SIDE = 28
"""Pixels of the longer side of images that methods judge: larger ones take many times as long, and tell little more."""


def working_shape(image_shape: tuple[int, int]) -> tuple[int, int]:
    """Return height and width to which images are scaled down: as they are, or as MNIST's if they are larger.

    Parameters
    ----------
    image_shape : tuple of int
        Height and width.

    Returns
    -------
    shape : tuple of int
        Height and width.

    Examples
    --------
    >>> working_shape((28, 20)), working_shape((64, 64)), working_shape((40, 80))
    ((28, 20), (28, 28), (14, 28))
    """
    factor = LARGEST_SIDE / max(image_shape)
    if factor >= 1:
        return image_shape
    height, width = (max(round(factor * side), 1) for side in image_shape)
    return height, width


def steps_of(names: Sequence[str], image_shape: tuple[int, int]) -> tuple[Step, ...]:
    """Return transformers for images of a shape, after that which scales larger ones down.

    Parameters
    ----------
    names : sequence of str
        Names of `hdr_bench.estimators.TRANSFORMERS` that keep the shape.
    image_shape : tuple of int
        Height and width of the images.

    Returns
    -------
    steps : tuple of Step
    """
    shape = working_shape(image_shape)
    steps = [Step(name=name, params=shape_params(shape)) for name in names]
    if shape == image_shape:
        return tuple(steps)
    return Step(name="resize", params={"size": list(shape), **shape_params(image_shape)}), *steps


def shape_params(image_shape: tuple[int, int]) -> dict[str, list[int]]:
    """Return the parameter that says the shape of images; none for square ones, which rows of pixels are taken for.

    Parameters
    ----------
    image_shape : tuple of int
        Height and width.

    Returns
    -------
    params : dict
    """
    height, width = image_shape
    return {} if height == width else {"image_shape": [height, width]}
