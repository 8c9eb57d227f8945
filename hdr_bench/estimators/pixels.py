"""Conversion between rows of features and images."""

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hdr_bench.exceptions import shown

Floats = NDArray[np.floating[Any]]
ImageShape = tuple[int, ...]
_MOST_CHANNELS = 4


def image_shape_of(n_features: int, image_shape: Sequence[int] | None) -> ImageShape:
    """Return the image shape of a row of features.

    Parameters
    ----------
    n_features : int
    image_shape : sequence of int or None
        (height, width) or (height, width, channels).

    Returns
    -------
    image_shape : tuple of int
        The given shape; otherwise a square if the number of features is a square number, and a single row if it is not.

    Raises
    ------
    ValueError
        If `image_shape` is invalid, or does not fit the number of features.
    """
    if image_shape is None:
        side = math.isqrt(n_features)
        return (side, side) if side * side == n_features else (1, n_features)
    if not all(is_side(side) for side in image_shape):
        raise ValueError(
            f"image_shape={shown(image_shape)} is not valid: height and width must be integers of at least 1"
        )
    shape = tuple(int(side) for side in image_shape)
    if len(shape) == 3 and shape[2] == 1:
        shape = shape[:2]
    if len(shape) not in {2, 3} or min(shape) < 1:
        raise ValueError(
            f"image_shape={shown(image_shape)} is not valid; give (height, width) or (height, width, channels)"
        )
    if math.prod(shape) != n_features:
        raise ValueError(
            f"image_shape={shown(image_shape)} makes {math.prod(shape)} pixels, but X has {n_features} features; "
            "give the height and width of the images in X"
        )
    return shape


def grey_image_shape_of(n_features: int, image_shape: Sequence[int] | None) -> ImageShape:
    """Return the image shape of a row of features, for methods that do not support channels.

    Parameters
    ----------
    n_features : int
    image_shape : sequence of int or None
        (height, width).

    Returns
    -------
    image_shape : tuple of int
        Height and width, as returned by `image_shape_of`.

    Raises
    ------
    ValueError
        If `image_shape` is invalid, has channels, or does not fit the number of features.
    """
    shape = image_shape_of(n_features, image_shape)
    if len(shape) != 2:
        raise ValueError(f"image_shape={shown(image_shape)} has channels; give only (height, width)")
    return shape


def channels_first(image_shape: ImageShape) -> tuple[int, ...]:
    """Return the shape of an image in torch's order.

    Parameters
    ----------
    image_shape : tuple of int
        (height, width) or (height, width, channels).

    Returns
    -------
    shape : tuple of int
        (channels, height, width).
    """
    height, width, *channels = image_shape
    return (*(channels or [1]), height, width)


def split_channels(rows: NDArray[Any], image_shape: ImageShape) -> list[NDArray[Any]]:
    """Split images into their channels.

    Parameters
    ----------
    rows : ndarray of shape (n, n_features)
        Images whose channels are interleaved pixel by pixel.
    image_shape : tuple of int
        (height, width) or (height, width, channels).

    Returns
    -------
    channels : list of ndarray of shape (n, height, width)
    """
    height, width, *_ = image_shape
    images = rows.reshape(len(rows), height, width, -1)
    return [images[..., number] for number in range(images.shape[3])]


def is_side(value: Any) -> bool:
    """Whether a value can be a height, a width or a number of channels.

    Parameters
    ----------
    value : Any

    Returns
    -------
    is_side : bool
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    is_whole = isinstance(value, Integral) or (isinstance(value, float | np.floating) and float(value).is_integer())
    return is_whole and not isinstance(value, bool) and int(value) >= 1


def as_rows(X: ArrayLike) -> tuple[Any, ImageShape | None]:
    """Flatten images into rows of features; return anything but an array of three or four axes unchanged.

    Parameters
    ----------
    X : array-like
        Images of shape (n, height, width), (n, 1, height, width), (n, height, width, channels) or
        (n, channels, height, width), with up to four channels.

    Returns
    -------
    rows : array-like
        Shape (n, height * width * channels), channels interleaved pixel by pixel.
    image_shape : tuple of int or None
        (height, width), or (height, width, channels) for several channels; None if `X` is returned unchanged.

    Raises
    ------
    ValueError
        If no axis can be that of the channels.
    """
    if getattr(X, "ndim", 0) not in {3, 4}:
        return X, None
    images = np.asarray(X)
    if images.ndim == 4:
        images = _channels_last(images)
    shape = images.shape[1:] if images.shape[3:] != (1,) else images.shape[1:3]
    return images.reshape(len(images), math.prod(shape)), shape


def _channels_last(images: np.ndarray) -> np.ndarray:
    _, first, _, last = images.shape
    if first == 1 and last != 1:
        return np.moveaxis(images, 1, 3)
    if last <= _MOST_CHANNELS:
        return images
    if first <= _MOST_CHANNELS:
        return np.moveaxis(images, 1, 3)
    raise ValueError(
        f"X of shape {images.shape} has no axis of 1 to {_MOST_CHANNELS} channels; give images of shape "
        "(n, height, width), (n, height, width, channels) or (n, channels, height, width)"
    )
