"""Preparation of images for the methods and for the search of nearest images."""

from collections.abc import Sequence

from hdr_bench.records.case import Step

LARGEST_SIDE = 28
"""Longer side of prepared images, in pixels; larger ones take much longer and add little information."""


def working_shape(image_shape: tuple[int, int]) -> tuple[int, int]:
    """Return the height and width of prepared images: unchanged, or reduced to MNIST's size if larger.

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
    """Return transformers for images of a given shape, preceded by one that scales down larger images.

    Parameters
    ----------
    names : sequence of str
        Names of `hdr_bench.estimators.TRANSFORMERS` that preserve the shape.
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
    """Return the parameter for the shape of images; empty for square ones, which are the default.

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
