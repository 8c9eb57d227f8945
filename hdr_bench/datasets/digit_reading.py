"""Reading of digit images: whether rows and columns are exchanged, and which digit each label means.

File formats leave both open. MATLAB stores columns first, so that rows of pixels may be transposed images; labels from
1 to 10 mean the digits 1 to 9 and 0 in SVHN, and 0 to 9 in LIBSVM's USPS. If possible, the images decide: the mean
image of each class is compared with that of MNIST's digits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.image_arrays import exchange_axes
from hdr_bench.datasets.labelled_images import LabelledImages

_SIDE = 16
# For 200 images of mnist (at 28x28 and 16x16), mnist-5k, digits-8x8 or NIST-15's digits, with each numbering of labels,
# the right reading has at least 0.30 and leads by 0.18 (20 draws each); for 20 images a wrong one had at most 0.10.
_LEAST_SIMILARITY, _LEAST_LEAD = 0.25, 0.15
_FEWEST_IMAGES, _FEWEST_CLASSES = 20, 5
_MOST_IMAGES = 5_000
# Minimum share of the largest value for a row or column to belong to the digits.
_INK = 0.1
_ONE_TO_TEN = tuple(range(1, 11))
TEN_IS_ZERO = {**{label: label for label in range(1, 10)}, 10: 0}
"""The digit of each label from 1 to 10, as numbered in SVHN and many MATLAB files."""

_FROM_ONE = {label: label - 1 for label in _ONE_TO_TEN}
_AS_THEY_ARE = {label: label for label in range(10)}


@dataclass(frozen=True)
class DigitReading:
    """How to read images and labels.

    Attributes
    ----------
    is_exchanged : bool
        Whether rows and columns are exchanged.
    digits : mapping of int to int
        The digit of each label.
    """

    is_exchanged: bool
    digits: Mapping[int, int]


@dataclass(frozen=True, eq=False)
class SettledParts:
    """Parts of a data set, ready to use.

    Attributes
    ----------
    parts : tuple of LabelledImages
        Upright, as far as known.
    class_names : mapping of int to str or None
        The name of each label; None if the labels are their own names.
    notes : tuple of str
    """

    parts: tuple[LabelledImages, ...]
    class_names: Mapping[int, str] | None = None
    notes: tuple[str, ...] = ()


def settle_labels(parts: Sequence[LabelledImages]) -> SettledParts:
    """Name the digits of labels from 1 to 10, if the images show them; images are unchanged.

    Parameters
    ----------
    parts : sequence of LabelledImages

    Returns
    -------
    settled : SettledParts
    """
    if _label_values(parts) != _ONE_TO_TEN:
        return SettledParts(tuple(parts))
    reading = find_reading(parts)
    if reading is None or reading.is_exchanged:
        note = (
            "labels range from 1 to 10, and the images do not show which digits they mean: classes keep these numbers"
        )
        return SettledParts(tuple(parts), notes=(note,))
    return SettledParts(tuple(parts), _names(reading.digits), (_describe_labels(reading.digits),))


def settle_all(
    parts: Sequence[LabelledImages], exchanging_format: str, digits: Mapping[int, int] | None = None
) -> SettledParts:
    """Transpose images whose rows and columns are exchanged, and name the digits of labels from 1 to 10.

    Parameters
    ----------
    parts : sequence of LabelledImages
    exchanging_format : str
        Name of the format, which by its documentation exchanges rows and columns in rows of pixels; this decides if the
        images do not.
    digits : mapping of int to int, optional
        The digit of each label by the format's documentation; this decides if the images do not.

    Returns
    -------
    settled : SettledParts
    """
    values = _label_values(parts)
    reading = find_reading(parts)
    by_format = exchanging_format if parts[0].were_rows else ""
    is_exchanged = bool(by_format) if reading is None else reading.is_exchanged
    notes = [_describe_exchange(is_exchanged, by_format, reading)]
    known = reading.digits if reading is not None else digits
    is_renamed = values == _ONE_TO_TEN and known is not None
    if is_renamed and known is not None:
        notes.append(_describe_labels(known))
    elif values == _ONE_TO_TEN:
        notes.append("labels range from 1 to 10, and the images do not show which digits they mean")
    upright = tuple(exchange(part) for part in parts) if is_exchanged else tuple(parts)
    names = _names(known) if is_renamed and known is not None else None
    return SettledParts(upright, names, tuple(note for note in notes if note))


def find_reading(parts: Sequence[LabelledImages]) -> DigitReading | None:
    """Determine how to read images of digits.

    Parameters
    ----------
    parts : sequence of LabelledImages

    Returns
    -------
    reading : DigitReading or None
        None if the labels are not those of digits, or the reading is unclear.
    """
    images, labels = parts[0].images, parts[0].labels
    values = _label_values(parts)
    meanings = [_FROM_ONE, TEN_IS_ZERO] if values == _ONE_TO_TEN else [_AS_THEY_ARE]
    if not values or not set(values) <= set(meanings[0]) or len(images) < _FEWEST_IMAGES:
        return None
    # A stride rather than the first images, which may be sorted by label.
    chosen = slice(None, None, max(1, len(images) // _MOST_IMAGES))
    means = _class_means(images[chosen], labels[chosen].astype(np.int64))
    if len(means) < _FEWEST_CLASSES or images.shape[1] != images.shape[2]:
        return None
    scores = sorted(_score_readings(means, meanings), key=lambda pair: -pair[0])
    (best, reading), (second, _) = scores[:2]
    return reading if best >= _LEAST_SIMILARITY and best - second >= _LEAST_LEAD else None


def exchange(part: LabelledImages) -> LabelledImages:
    """Return images with rows and columns exchanged.

    Parameters
    ----------
    part : LabelledImages

    Returns
    -------
    exchanged : LabelledImages
    """
    return replace(part, images=exchange_axes(part.images))


def _score_readings(
    means: Mapping[int, NDArray[np.float64]], meanings: Sequence[Mapping[int, int]]
) -> Iterator[tuple[float, DigitReading]]:
    """Yield each reading with the correlation of its class means, minus their mean, with those of MNIST."""
    for meaning in meanings:
        digits = [meaning[label] for label in means]
        known = _contrasts(np.stack([_mnist_means()[digit] for digit in digits]))
        for is_exchanged in (False, True):
            seen = np.stack([mean.T if is_exchanged else mean for mean in means.values()])
            # Dark ink on light paper is equally good.
            score = abs(float((known * _contrasts(_fit(seen))).sum()))
            yield score, DigitReading(is_exchanged, meaning)


@cache
def _mnist_means() -> dict[int, NDArray[np.float64]]:
    """Return the mean images of the digits of `mnist-5k`, cropped to where classes differ."""
    from hdr_bench.datasets.embedded import mnist_5k_source
    from hdr_bench.datasets.read_source import open_source
    from hdr_bench.datasets.source import ReadOptions

    train = open_source(mnist_5k_source(ReadOptions())).train
    means = _class_means(train.images, train.labels)
    return dict(zip(means, _fit(np.stack(list(means.values()))), strict=True))


def _class_means(images: NDArray[Any], labels: NDArray[np.int64]) -> dict[int, NDArray[np.float64]]:
    return {int(label): images[labels == label].mean(axis=0, dtype=np.float64) for label in np.unique(labels)}


def _fit(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mean images cropped to where classes differ, and resized to a common size."""
    from PIL import Image

    spread = means.std(axis=0)
    rows, columns = (np.flatnonzero(spread.max(axis=axis) > _INK * spread.max()) for axis in (1, 0))
    if not len(rows):
        return np.zeros((len(means), _SIDE, _SIDE))
    cropped = means[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    size, bilinear = (_SIDE, _SIDE), Image.Resampling.BILINEAR
    return np.stack([np.asarray(Image.fromarray(mean).resize(size, bilinear), np.float64) for mean in cropped])


def _contrasts(means: NDArray[np.float64]) -> NDArray[np.float64]:
    contrasts = means - means.mean(axis=0)
    norm = float(np.linalg.norm(contrasts))
    return contrasts / norm if norm else contrasts


def _label_values(parts: Sequence[LabelledImages]) -> tuple[int, ...]:
    """Return the distinct labels of all parts; empty if they are not whole numbers, or too many for digits."""
    labels = np.concatenate([part.labels for part in parts])
    if labels.dtype.kind not in "iuf" or not len(labels):
        return ()
    values = np.unique(labels)
    if len(values) > len(_ONE_TO_TEN) or not np.isfinite(values).all() or not (values == np.floor(values)).all():
        return ()
    return tuple(int(value) for value in values)


def _names(digits: Mapping[int, int]) -> dict[int, str]:
    return {label: str(digit) for label, digit in digits.items()}


def _describe_labels(digits: Mapping[int, int]) -> str:
    if digits == TEN_IS_ZERO:
        return "labels range from 1 to 10; 10 means the digit 0: classes are named after the digits"
    return "labels range from 1 to 10; each means the digit one below: classes are named after the digits"


def _describe_exchange(is_exchanged: bool, exchanging_format: str, reading: DigitReading | None) -> str:
    if is_exchanged:
        reason = "as its digits show" if reading is not None else f"as {exchanging_format} does"
        return f"the images were transposed: the file holds them with rows and columns exchanged, {reason}"
    if exchanging_format:
        return (
            f"the images were not transposed: {exchanging_format} exchanges rows and columns, but the digits in this "
            "file are upright"
        )
    return ""
