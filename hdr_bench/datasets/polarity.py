"""Polarity of images: light ink on a dark background, as in MNIST, or dark ink on light paper, as in most pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Polarity = Literal["light-on-dark", "dark-on-light"]
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)
LIGHT_ON_DARK, DARK_ON_LIGHT = POLARITIES

# Share of an image's border that must be background. No image of mnist, mnist-5k, digits-8x8 or nist15 has less than
# 0.67, including the tightly cropped 8x8 digits.
_CLEAR_SHARE = 0.6
# Images with a contrast below this share of the contrast of all images are taken as blank with noise.
_FAINT = 1 / 8
# Up to this share of images may differ: a single odd image among thousands is not a mixture.
_FEW = 0.01
_BLOCK = 2000


@dataclass(frozen=True)
class PolarityCounts:
    """Number of images by polarity.

    Attributes
    ----------
    light_on_dark, dark_on_light : int
        Images that are clearly one or the other.
    unclear : int
        Blank images, and those whose border is half ink.
    """

    light_on_dark: int
    dark_on_light: int
    unclear: int = 0

    @property
    def polarity(self) -> Polarity | None:
        """The polarity of most images; None if most are unclear, or both are equally frequent."""
        most, fewest = max(self.light_on_dark, self.dark_on_light), min(self.light_on_dark, self.dark_on_light)
        if most == fewest or most + fewest < self.unclear:
            return None
        return LIGHT_ON_DARK if self.light_on_dark > self.dark_on_light else DARK_ON_LIGHT

    @property
    def is_mixed(self) -> bool:
        """Whether more than one in a hundred of the clear images has the less frequent polarity."""
        clear = self.light_on_dark + self.dark_on_light
        return min(self.light_on_dark, self.dark_on_light) > _FEW * clear


def border_mask(height: int, width: int) -> NDArray[np.bool_]:
    """Return which pixels are at the edge of an image, of shape (height, width).

    Parameters
    ----------
    height : int
        In pixels.
    width : int
        In pixels.

    Returns
    -------
    mask : ndarray
    """
    mask = np.ones((height, width), np.bool_)
    mask[1:-1, 1:-1] = False
    return mask


def image_polarities(images: NDArray[Any]) -> NDArray[np.int8]:
    """Return the polarity of each image: 1 for light on dark, -1 for dark on light, 0 if unclear.

    The border shows the background: the polarity is clear if 60 % of an image's border pixels are closer to one end of
    its range of values than to the other.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Pixels of any numeric type.

    Returns
    -------
    polarities : ndarray of shape (n,), int8
    """
    if images.size == 0:
        return np.zeros(len(images), np.int8)
    lows, highs = images.min(axis=(1, 2)).astype(np.float64), images.max(axis=(1, 2)).astype(np.float64)
    faint = highs - lows <= _FAINT * (highs.max() - lows.min())
    polarities = np.concatenate(
        [_border_polarities(images[part], (lows[part] + highs[part]) / 2) for part in _blocks(len(images))]
    )
    polarities[faint] = 0
    return polarities


def count_polarities(images: NDArray[Any]) -> PolarityCounts:
    """Count images by polarity.

    Parameters
    ----------
    images : ndarray
        Of shape (n, height, width).

    Returns
    -------
    counts : PolarityCounts

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> count_polarities(load_dataset("digits-8x8").test.images)
    PolarityCounts(light_on_dark=360, dark_on_light=0, unclear=0)
    """
    return _count(image_polarities(images))


def invert(images: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """Return ``low + high - images`` in the type of `images`, exact for integers.

    Parameters
    ----------
    images : ndarray
        Pixels between `low` and `high`.
    low, high : float
        The ends of the range of values, which are exchanged: 0 and 255 for most pictures.

    Returns
    -------
    inverted : ndarray
        Of the same shape and type.
    """
    if images.dtype == np.bool_:
        return ~images
    kind = images.dtype.type
    inverted: NDArray[Any] = kind(high) - images
    inverted += kind(low)
    return inverted


def to_polarity(images: NDArray[Any], polarity: Polarity, low: float, high: float) -> tuple[NDArray[Any], int]:
    """Return images in the given polarity, and how many of them were inverted.

    Each image is treated separately, so that pictures of mixed polarity become alike; an unclear one is treated like
    most of the images.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        They are not modified.
    polarity : {"light-on-dark", "dark-on-light"}
        Polarity of the result.
    low, high : float
        As for `invert`.

    Returns
    -------
    images : ndarray of shape (n, height, width)
        The same array if none was inverted.
    n_inverted : int

    Raises
    ------
    ValueError
        If the polarity of most images is unclear.
    """
    polarities = image_polarities(images)
    wanted = 1 if polarity == LIGHT_ON_DARK else -1
    most = _count(polarities).polarity
    if most is None:
        raise ValueError(
            "the polarity of most images is unclear: their borders are neither mostly light nor mostly dark"
        )
    polarities[polarities == 0] = 1 if most == LIGHT_ON_DARK else -1
    others = polarities != wanted
    if not others.any():
        return images, 0
    brought = np.array(images)
    brought[others] = invert(brought[others], low, high)
    return brought, int(others.sum())


def _count(polarities: NDArray[np.int8]) -> PolarityCounts:
    return PolarityCounts(*(int((polarities == code).sum()) for code in (1, -1, 0)))


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, n, _BLOCK))


def _border_polarities(images: NDArray[Any], middles: NDArray[np.float64]) -> NDArray[np.int8]:
    border = images[:, border_mask(images.shape[1], images.shape[2])]
    dark = (border < middles[:, None]).mean(axis=1) >= _CLEAR_SHARE
    light = (border > middles[:, None]).mean(axis=1) >= _CLEAR_SHARE
    return dark.astype(np.int8) - light.astype(np.int8)
