"""Conversion of a colour picture to grey: the channel in which the ink stands out most, dark ink on light paper."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.light import even_light, ink_contrast
from hdr_bench.pictures.panels import invert_panels

# Luma weights of ITU-R 601.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# Longest side, in pixels, of the copy on which channels are compared.
_COMPARED_SIDE = 800
# A single channel has more noise, from the sensor and from JPEG's chroma, so it must be better by this factor.
_ADVANTAGE = 1.25
# Added to a channel's noise, so that drawings without any noise can be compared.
_LEAST_NOISE = 0.02
# Sizes of the median filters against which darker and lighter strokes are detected, as fractions of the longest side:
# more than twice the stroke width of a digit that fills its canvas, since otherwise a stroke would be its own
# background.
_SURROUNDINGS = (0.12, 0.25)


@dataclass(frozen=True, eq=False)
class Grey:
    """Grey values of a picture, and how they were computed.

    Attributes
    ----------
    values : ndarray of shape (height, width), float32
        From 0 (ink) to 1 (paper).
    channel : str
        Channel of the colours: ``"luma"``, ``"red"``, ``"green"`` or ``"blue"``.
    was_light_on_dark : bool
        Whether the values were inverted because the ink was lighter than the paper.
    n_panels : int
        Number of rectangles of the opposite polarity, which were inverted.
    """

    values: NDArray[np.float32]
    channel: str
    was_light_on_dark: bool
    n_panels: int = 0


def to_grey(color: NDArray[np.uint8]) -> Grey:
    """Return the channel with the most contrast between ink and paper, as dark ink on light paper.

    Parameters
    ----------
    color : ndarray of shape (height, width, 3), uint8

    Returns
    -------
    grey : Grey
    """
    step = max(1, round(max(color.shape) / _COMPARED_SIDE))
    small = color[::step, ::step].astype(np.float32) / np.float32(255)
    luma = color.astype(np.float32) @ (_LUMA / np.float32(255))
    is_light_on_dark = _has_light_ink(_block_mean(luma, step))
    name = _best_channel(1 - small if is_light_on_dark else small)
    values = _channels(color)[name]() / np.float32(255)
    values, n_panels = invert_panels(1 - values if is_light_on_dark else values)
    return Grey(values, name, is_light_on_dark, n_panels)


def _channels(color: NDArray[np.generic]) -> dict[str, Callable[[], NDArray[np.float32]]]:
    def single(index: int) -> Callable[[], NDArray[np.float32]]:
        return lambda: color[..., index].astype(np.float32)

    return {"luma": lambda: color.astype(np.float32) @ _LUMA, "red": single(0), "green": single(1), "blue": single(2)}


def _best_channel(small: NDArray[np.float32]) -> str:
    if np.ptp(small, axis=2).max() < 0.02:
        return "luma"
    scores = {name: _distinctness(channel()) for name, channel in _channels(small).items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > _ADVANTAGE * scores["luma"] else "luma"


def _distinctness(grey: NDArray[np.float32]) -> float:
    """Return the contrast of the ink relative to the paper's noise."""
    even = even_light(grey)
    noise = 1.4826 * float(np.median(np.abs(np.diff(even, axis=1))))
    return ink_contrast(even) / (noise + _LEAST_NOISE)


def _has_light_ink(grey: NDArray[np.float32]) -> bool:
    """Return whether the strokes are lighter than their surroundings, and the border is dark."""
    skews = sum(_skew_of_strokes(grey, share) for share in _SURROUNDINGS)
    return skews - _lightness_of_border(grey) > 0


def _skew_of_strokes(grey: NDArray[np.float32], share: float) -> float:
    """Return -1 if everything that differs from its surroundings is darker, 1 if it is lighter."""
    from scipy import ndimage

    # A strip may be lower than one step.
    step = max(1, min(int(share * max(grey.shape) / 11), *grey.shape))
    small = ndimage.uniform_filter(grey, step)[step // 2 :: step, step // 2 :: step]
    around = _enlarge(ndimage.median_filter(small, 11, mode="nearest"), step, grey.shape)
    cubes = (grey - around) ** 3
    total = float(np.abs(cubes).sum())
    return float(cubes.sum()) / total if total > 0 else 0.0


def _lightness_of_border(grey: NDArray[np.float32]) -> float:
    """Return -1 if the border is as dark as anything in the picture, 1 if it is as light.

    The result is 0 if less than half of the picture is like the border: then it belongs to a desk or a window, not to
    the paper.
    """
    width = max(1, round(0.02 * min(grey.shape)))
    border = np.concatenate([part.ravel() for part in (grey[:width], grey[-width:], grey[:, :width], grey[:, -width:])])
    dark, light = np.percentile(grey, [1, 99])
    if light - dark < 0.02:
        return 0.0
    lightness = float(np.clip((2 * np.median(border) - light - dark) / (light - dark), -1, 1))
    is_alike = (grey > (light + dark) / 2) == (lightness > 0)
    return lightness if is_alike.mean() >= 0.5 else 0.0


def _block_mean(grey: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    from skimage.measure import block_reduce

    return grey if step == 1 else block_reduce(grey, step, np.mean, cval=float(grey.mean())).astype(np.float32)


def _enlarge(small: NDArray[np.float32], step: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    from skimage.transform import resize

    return small if step == 1 else resize(small, shape, order=1, mode="edge", preserve_range=True)
