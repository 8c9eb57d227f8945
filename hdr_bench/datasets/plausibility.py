"""Doubts about the parts of a data set: differences in polarity, range or orientation."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.polarity import PolarityCounts, count_polarities
from hdr_bench.exceptions import DatasetWarning

Images = NDArray[Any]
Labels = NDArray[np.int64]

# Ratio of the contrasts of the parts: dim pictures are within 3, pixels up to 16 or 1 beside pixels up to 255 are not.
_LARGEST_RATIO = 8
# Distance of the midpoints of both ranges, relative to the larger contrast: 0.5 for 0 to 1 beside -0.5 to 0.5, 0.1 for
# scans.
_LARGEST_OFFSET = 0.4
# With 30 test images of mnist, mnist-5k, digits-8x8 or nist15, the right orientation leads by at least 0.15 (40 draws).
_FEWEST_IMAGES, _FEWEST_CLASSES = 30, 3
_MOST_CLASSES = 100
_LEAST_SIMILARITY, _LEAST_LEAD = 0.5, 0.2

_ORIENTATIONS: dict[str, Callable[[Images], Images]] = {
    "mirrored left to right": lambda images: images[:, :, ::-1],
    "mirrored top to bottom": lambda images: images[:, ::-1],
    "rotated by 180 degrees": lambda images: images[:, ::-1, ::-1],
    "transposed (rows and columns exchanged)": lambda images: images.swapaxes(1, 2),
    "rotated by 90 degrees to the left": lambda images: np.rot90(images, 1, (1, 2)),
    "rotated by 90 degrees to the right": lambda images: np.rot90(images, -1, (1, 2)),
    "transposed and rotated by 180 degrees": lambda images: images[:, ::-1, ::-1].swapaxes(1, 2),
}
"""Orientations of test images, each with the function that converts upright images to it."""


def find_doubts(train: tuple[Images, Labels], test: tuple[Images, Labels]) -> tuple[str, ...]:
    """Return a sentence with counts and a remedy for each doubt about the two parts of a data set.

    Parameters
    ----------
    train, test : tuple of ndarray
        Images of shape (n, height, width), and labels of shape (n,).

    Returns
    -------
    doubts : tuple of str
        Empty if there are none.
    """
    counts = count_polarities(train[0]), count_polarities(test[0])
    is_opposite = None not in (counts[0].polarity, counts[1].polarity) and counts[0].polarity != counts[1].polarity
    return (
        *_mixture("training", counts[0]),
        *_mixture("test", counts[1]),
        *(_opposition(*counts) if is_opposite else ()),
        *_range_difference(train[0], test[0]),
        *_orientation_difference(train, test, -1 if is_opposite else 1),
    )


def issue_warnings(name: str, doubts: Iterable[str]) -> None:
    """Issue warnings about the data set `name`, attributed to the caller of the function that calls this one.

    Parameters
    ----------
    name : str
    doubts : iterable of str
        One sentence each.

    Warns
    -----
    DatasetWarning
        One per doubt.
    """
    for doubt in doubts:
        warnings.warn(f"{name}: {doubt}", DatasetWarning, stacklevel=3)


def orientation_of(train: tuple[Images, Labels], test: tuple[Images, Labels], sign: int = 1) -> str | None:
    """Return the orientation of the test images relative to the training images; None if equal or unclear.

    The mean image of each class, minus that of all classes, is compared between the parts: the correlation in each of
    the eight orientations of a square (four if the images are not square).

    Parameters
    ----------
    train, test : tuple of ndarray
        Images of shape (n, height, width), and labels of shape (n,).
    sign : int, default=1
        -1 if the parts are of opposite polarity.

    Returns
    -------
    orientation : str or None
        Description, e.g. ``"mirrored left to right"``.
    """
    # A hundred classes suffice; the mean images of thousands would fill the memory.
    classes = np.intersect1d(train[1], test[1])[:_MOST_CLASSES]
    if len(test[0]) < _FEWEST_IMAGES or len(classes) < _FEWEST_CLASSES:
        return None
    learnt, asked = _class_contrasts(*train, classes), sign * _class_contrasts(*test, classes)
    similarities = {name: _similarity(turn(learnt), asked) for name, turn in _ORIENTATIONS.items()}
    best = max(similarities, key=lambda name: similarities[name])
    is_clear = similarities[best] - _similarity(learnt, asked) >= _LEAST_LEAD
    return best if is_clear and similarities[best] >= _LEAST_SIMILARITY else None


def _mixture(part: str, counts: PolarityCounts) -> Iterator[str]:
    if counts.polarity is not None and counts.is_mixed:
        yield (
            f"the {part} images are of mixed polarity: {counts.light_on_dark:,} are light on dark, "
            f"{counts.dark_on_light:,} dark on light and {counts.unclear:,} unclear; load them with "
            'polarity="light-on-dark", which inverts the others'
        )


def _opposition(train: PolarityCounts, test: PolarityCounts) -> Iterator[str]:
    yield (
        f"training and test images are of opposite polarity: {train.light_on_dark:,} of the training images are light "
        f"on dark and {train.dark_on_light:,} dark on light, of the test images {test.light_on_dark:,} and "
        f'{test.dark_on_light:,}; load them with polarity="light-on-dark", which inverts the others'
    )


def _range_difference(train: Images, test: Images) -> Iterator[str]:
    (low, high), (test_low, test_high) = _ends(train), _ends(test)
    contrasts = high - low, test_high - test_low
    if min(contrasts) == 0:
        return
    offset = abs((high + low) - (test_high + test_low)) / 2
    if max(contrasts) / min(contrasts) >= _LARGEST_RATIO or offset > _LARGEST_OFFSET * max(contrasts):
        yield (
            f"the pixels of the {len(train):,} training images run from {low:g} to {high:g}, those of the "
            f"{len(test):,} test images from {test_low:g} to {test_high:g}; scale both to the same range"
        )


def _orientation_difference(train: tuple[Images, Labels], test: tuple[Images, Labels], sign: int) -> Iterator[str]:
    orientation = orientation_of(train, test, sign)
    if orientation is not None:
        yield (
            f"the {len(test[0]):,} test images seem to be {orientation} against the {len(train[0]):,} training images; "
            "turn one of the parts"
        )


def _ends(images: Images) -> tuple[float, float]:
    return float(images.min()), float(images.max())


def _class_contrasts(images: Images, labels: Labels, classes: Labels) -> NDArray[np.float64]:
    means = np.stack([images[labels == label].mean(axis=0, dtype=np.float64) for label in classes])
    contrasts: NDArray[np.float64] = means - means.mean(axis=0)
    return contrasts


def _similarity(turned: NDArray[np.float64], asked: NDArray[np.float64]) -> float:
    """Return the correlation of two stacks of class contrasts; 0 if their shapes differ, or one is without contrast."""
    if turned.shape != asked.shape:
        return 0.0
    norms = float(np.linalg.norm(turned) * np.linalg.norm(asked))
    return float((turned * asked).sum()) / norms if norms else 0.0
