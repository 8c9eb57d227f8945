"""Checks of images, labels and class names, before they become a data set."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.paths import check_has_ink, check_text
from hdr_bench.exceptions import DatasetError
from hdr_bench.names import visual_key

# Booleans, signed and unsigned integers, floating-point numbers of up to 64 bits.
_PIXEL_KINDS, _MOST_PIXEL_BYTES = "biuf", 8
# Some methods compute in float32.
_LARGEST_PIXEL = float(np.finfo(np.float32).max)
_LONGEST_CLASS_NAME = 255


def check_part(name: str, images: NDArray[np.generic], labels: NDArray[np.generic], what: str, n_classes: int) -> None:
    """Check the images and labels of one part against each other.

    Parameters
    ----------
    name : str
        What errors call the data set.
    images : ndarray
        Of shape (n, height, width).
    labels : ndarray
        Class indices of shape (n,).
    what : str
        What errors call the part, e.g. ``"training"``.
    n_classes : int
        Number of classes.

    Raises
    ------
    DatasetError
        If they do not match.
    """
    for array, which in ((images, "images"), (labels, "labels")):
        if not isinstance(array, np.ndarray):
            raise DatasetError(f"{name}: the {what} {which} must be a NumPy array, got {type(array).__name__}")
    if images.ndim != 3:
        raise DatasetError(
            f"{name}: the {what} images must have three dimensions (n, height, width), got shape {images.shape}"
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DatasetError(
            f"{name}: the {what} labels must be one integer per image, got shape {labels.shape} and type {labels.dtype}"
        )
    if len(images) != len(labels):
        raise DatasetError(f"{name}: {len(images)} {what} images but {len(labels)} labels; give one label per image")
    if images.size == 0:
        raise DatasetError(f"{name}: no {what} images; give at least one of each class")
    check_pixels(f"{name}: the {what} images", images.dtype)
    _check_values(f"{name}: the {what} images", images)
    if labels.min() < 0 or labels.max() >= n_classes:
        raise DatasetError(
            f"{name}: {what} labels range from {labels.min()} to {labels.max()}, but there are {n_classes} class names"
        )


def check_pixels(name: str, dtype: np.dtype[Any]) -> None:
    """Check the type of images.

    Parameters
    ----------
    name : str
        What errors call the images.
    dtype : dtype

    Raises
    ------
    DatasetError
        If it is not a real type of up to 64 bits.
    """
    if dtype.kind not in _PIXEL_KINDS or dtype.itemsize > _MOST_PIXEL_BYTES:
        raise DatasetError(
            f"{name}: type {dtype} is not a real number of up to 64 bits; save them as one, e.g. as uint8 or float32"
        )


def check_class_names(name: str, class_names: Sequence[str]) -> None:
    """Check the name of a data set and the names of its classes.

    Parameters
    ----------
    name : str
    class_names : sequence of str
        In the order of the labels.

    Raises
    ------
    DatasetError
        If a name is not a string, is too long, is blank or cannot be printed, or if two class names look the same.
    """
    check_has_ink(name, "the data set's name")
    for class_name in class_names:
        if not isinstance(class_name, str):
            raise DatasetError(
                f"{name}: the class name {class_name!r} must be a string, got {type(class_name).__name__}"
            )
        if len(class_name) > _LONGEST_CLASS_NAME:
            raise DatasetError(
                f"{name}: the class name {class_name[:20]!r}... has {len(class_name)} characters; at most "
                f"{_LONGEST_CLASS_NAME} are allowed"
            )
        check_text(class_name, f"{name}: the class name")
        check_has_ink(class_name, f"{name}: the class name")
    by_looks: dict[str, str] = {}
    for class_name in class_names:
        if (other := by_looks.get(visual_key(class_name))) is not None:
            raise DatasetError(
                f"{name}: the class names {other!a} and {class_name!a} look the same; rename one, or merge the classes"
            )
        by_looks[visual_key(class_name)] = class_name


def _check_values(name: str, images: NDArray[Any]) -> None:
    if images.dtype.kind != "f":
        return
    low, high = float(images.min()), float(images.max())
    if not np.isfinite([low, high]).all():
        raise DatasetError(f"{name} contain NaN or infinity; repair or remove those images")
    if max(-low, high) > _LARGEST_PIXEL:
        raise DatasetError(
            f"{name} range from {low:g} to {high:g}; absolute values up to {_LARGEST_PIXEL:g} are allowed: scale them"
        )


def as_images(name: str, array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return `array` as images (n, height, width); rows of a square number of pixels become square images.

    Parameters
    ----------
    name : str
        What errors call the array.
    array : ndarray
        Of two to four axes.

    Returns
    -------
    images : ndarray
        Of shape (n, height, width).

    Raises
    ------
    DatasetError
        If it is neither images nor rows of square images.
    """
    if array.ndim == 3:
        return array
    if array.ndim == 4 and 1 in (array.shape[1], array.shape[3]):
        return array.squeeze(axis=1 if array.shape[1] == 1 else 3)
    side = math.isqrt(array.shape[1]) if array.ndim == 2 else 0
    if side and side * side == array.shape[1]:
        return array.reshape(-1, side, side)
    raise DatasetError(
        f"{name}: images of shape {array.shape}; expected (n, height, width), one channel, "
        "or rows of a square number of pixels"
    )
