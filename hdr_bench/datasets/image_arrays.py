"""Conversion of arrays of any shape to images of shape (n, height, width) and labels of shape (n,)."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.checks import check_pixels
from hdr_bench.datasets.memory_room import check_texts
from hdr_bench.exceptions import DatasetError

_COLORS = (3, 4)
_CHANNELS = (1, *_COLORS)
# ITU-R 601, as Pillow computes it for bytes: in 65,536ths, rounded half up.
_LUMA = (19595, 38470, 7471)
_BLOCK = 1_000
_LETTER_BYTES = np.dtype("U1").itemsize

GREY_NOTE = "colour images were converted to grey: luma of ITU-R 601, 0.299 red + 0.587 green + 0.114 blue"


def to_images(name: str, array: NDArray[np.generic], n_images: int) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Return an array as grey images, and notes on how it was converted.

    Parameters
    ----------
    name : str
        What errors call the array.
    array : ndarray
        Of two to four axes: images along the first or the last, and channels, if any, next to or after rows and
        columns. Rows of pixels are square images, of one or three colours.
    n_images : int
        Number of images.

    Returns
    -------
    images : ndarray of shape (n_images, height, width)
    notes : tuple of str

    Raises
    ------
    DatasetError
        If the array has none of these shapes.
    """
    check_pixels(name, array.dtype)
    images = _images_first(name, array, n_images)
    if images.ndim == 2:
        images = _unfold(name, images)
    if images.ndim == 3:
        return images, ()
    channels = _channels_first(name, images)
    if channels.shape[1] == 1:
        return np.ascontiguousarray(channels[:, 0]), ()
    return to_grey(channels), (GREY_NOTE,)


def to_labels(name: str, array: NDArray[np.generic], n_images: int | None = None) -> NDArray[np.generic]:
    """Return an array as labels, from a row or column of labels, or a one-hot encoding.

    Parameters
    ----------
    name : str
        What errors call the array.
    array : ndarray
    n_images : int, optional
        Expected number of labels, if known.

    Returns
    -------
    labels : ndarray of shape (n,)
        Numbers or text.

    Raises
    ------
    DatasetError
        If the array is neither.
    """
    if array.ndim == 1 or (array.ndim == 2 and 1 in array.shape):
        labels = array.reshape(-1)
    elif array.ndim == 2 and _is_one_hot(array):
        labels = array.argmax(axis=1)
    else:
        raise DatasetError(
            f"{name} has shape {array.shape}; expected one label per image, of shape (n,), or one row per image with a "
            "single 1 in the column of its class (one-hot)"
        )
    if n_images is not None and len(labels) != n_images:
        raise DatasetError(
            f"{name} has shape {array.shape}, but there are {n_images:,} images; give one label per image"
        )
    return _as_text(name, labels) if labels.dtype.kind in "OS" else labels


def exchange_axes(images: NDArray[np.generic]) -> NDArray[np.generic]:
    """Transpose images: MATLAB, which also made EMNIST's files, stores columns first.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    images : ndarray of shape (n, width, height)
    """
    return np.ascontiguousarray(images.swapaxes(1, 2))


def narrow_numbers(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return numbers from a text file in a smaller type.

    Parameters
    ----------
    values : ndarray
        Of type float, or already uint8.

    Returns
    -------
    narrowed : ndarray
        uint8 if all are whole numbers in its range, otherwise float32.
    """
    if values.dtype == np.uint8:
        return values
    with np.errstate(invalid="ignore"):
        as_bytes = values.astype(np.uint8)
    return as_bytes if np.array_equal(as_bytes, values) else values.astype(np.float32, copy=False)


def count_labels(shape: tuple[int, ...]) -> int:
    """Return how many labels an array of this shape holds.

    Parameters
    ----------
    shape : tuple of int

    Returns
    -------
    n_labels : int
    """
    if len(shape) == 2 and shape[0] == 1:
        return shape[1]
    return shape[0] if shape else 0


def to_grey(channels: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return the luma of colour images; a fourth channel, opacity, is ignored.

    Parameters
    ----------
    channels : ndarray of shape (n, 3 or 4, height, width)

    Returns
    -------
    grey : ndarray of shape (n, height, width)
        Of the same type; integers are rounded.
    """
    grey = np.empty((len(channels), *channels.shape[2:]), channels.dtype)
    for part in _blocks(len(channels)):
        red, green, blue = (np.asarray(channels[part, color], np.float64) for color in range(3))
        luma = (red * _LUMA[0] + green * _LUMA[1] + blue * _LUMA[2]) / sum(_LUMA)
        grey[part] = luma if channels.dtype.kind == "f" else np.floor(luma + 0.5)
    return grey


def _images_first(name: str, array: NDArray[np.generic], n_images: int) -> NDArray[np.generic]:
    shape = array.shape
    if not 2 <= array.ndim <= 4 or n_images not in (shape[0], shape[-1]):
        raise DatasetError(
            f"{name} has shape {shape}, but there are {n_images:,} labels; expected images along the first or the "
            "last axis, one per label"
        )
    if array.ndim == 2 and shape[0] == shape[1]:
        raise DatasetError(
            f"{name} has shape {shape}, so it is unclear along which axis the {n_images:,} images are; save them with "
            "shape (n, height, width)"
        )
    return array if shape[0] == n_images else np.moveaxis(array, -1, 0)


def _unfold(name: str, rows: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return rows of pixels as images, of shape (n, side, side) or (n, 3, side, side)."""
    n_pixels = rows.shape[1]
    side = math.isqrt(n_pixels)
    if side * side == n_pixels and side > 1:
        return rows.reshape(-1, side, side)
    side = math.isqrt(n_pixels // 3)
    if 3 * side * side == n_pixels and side > 1:
        return rows.reshape(-1, 3, side, side)
    raise DatasetError(
        f"{name}: {n_pixels:,} pixels per image; expected a square number, such as 784 for 28x28, or three times a "
        "square number; save them with shape (n, height, width)"
    )


def _channels_first(name: str, images: NDArray[np.generic]) -> NDArray[np.generic]:
    if images.shape[-1] in _CHANNELS:
        return np.moveaxis(images, -1, 1)
    if images.shape[1] in _CHANNELS:
        return images
    raise DatasetError(
        f"{name} has shape {images.shape}; none of the four axes has 1, 3 or 4 channels; save images with shape "
        "(n, height, width)"
    )


def _is_one_hot(array: NDArray[np.generic]) -> bool:
    if array.dtype.kind not in "biuf":
        return False
    ones = array == 1
    return bool((ones | (array == 0)).all() and (ones.sum(axis=1) == 1).all())


def _as_text(name: str, labels: NDArray[np.generic]) -> NDArray[np.generic]:
    try:
        texts = [label.decode() if isinstance(label, bytes) else str(label) for label in labels.tolist()]
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name}: labels as bytes that are not UTF-8: {error.object[:20]!r}; save text") from error
    # NumPy gives each text the space of the longest.
    check_texts(name, _LETTER_BYTES * len(texts) * max(map(len, texts), default=0))
    return np.array(texts)


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, n, _BLOCK))
