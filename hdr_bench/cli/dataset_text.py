"""Data sets as text and pictures: examples of each class, counts, range, polarity, and single images as numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hdr_bench.cli.image_text import as_ink, count_in_row, draw_row, write_pixels
from hdr_bench.exceptions import DatasetError
from hdr_bench.records.text import list_first

if TYPE_CHECKING:
    from hdr_bench.datasets import Dataset, Part

_MOST_CLASSES = 62
"""Largest number of classes with examples: the digits and all letters."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Example images of some classes, equally many of each where possible.

    Attributes
    ----------
    indices : ndarray of shape (n,)
        Positions in the part, class by class.
    inks : ndarray of shape (n, height, width)
        The images, from 0 (paper) to 1 (ink).
    names : tuple of str
        The class of each image.
    """

    indices: NDArray[np.intp]
    inks: NDArray[np.float64]
    names: tuple[str, ...]


def choose_examples(part: "Part", class_names: tuple[str, ...], per_class: int) -> Examples:
    """Choose example images of each class, spread over the part.

    Parameters
    ----------
    part : Part
    class_names : tuple of str
    per_class : int
        Largest number per class.

    Returns
    -------
    examples : Examples
        Examples of the first 62 classes in the part.
    """
    from hdr_bench.datasets.polarity import DARK_ON_LIGHT, count_polarities

    present = np.unique(part.labels)[:_MOST_CLASSES].tolist()
    chosen = [_spread(np.flatnonzero(part.labels == label), per_class) for label in present]
    indices = np.concatenate(chosen)
    images = np.asarray(part.images[indices])
    is_dark_ink = count_polarities(images).polarity == DARK_ON_LIGHT
    inks = as_ink(images, is_dark_ink, float(images.min()), float(images.max()))
    return Examples(indices, inks, tuple(class_names[label] for label in part.labels[indices].tolist()))


def describe_gaps(part: "Part", class_names: tuple[str, ...], part_name: str) -> Iterator[str]:
    """Yield a line on the classes for which `choose_examples` has no image.

    Parameters
    ----------
    part : Part
    class_names : tuple of str
    part_name : str
        Name of the part.

    Yields
    ------
    line : str
    """
    present = np.unique(part.labels).tolist()
    absent = [name for label, name in enumerate(class_names) if label not in present]
    if absent:
        yield f"not shown, as they have no {part_name} image: {list_first(absent, str, _MOST_CLASSES)}"
    if len(present) > _MOST_CLASSES:
        yield f"showing the first {_MOST_CLASSES} of {len(present):,} classes"


def describe_gallery(examples: Examples, columns: int, encoding: str) -> Iterator[str]:
    """Yield the lines of examples drawn with characters.

    Parameters
    ----------
    examples : Examples
    columns : int
        Width of the terminal.
    encoding : str
        Encoding of the stream that they are printed on.

    Yields
    ------
    line : str
    """
    height, width = examples.inks.shape[1:]
    step = count_in_row((height, width), columns)
    captions = [f"{name}  [{index}]" for name, index in zip(examples.names, examples.indices, strict=True)]
    for start in range(0, len(captions), step):
        yield from draw_row(list(examples.inks[start : start + step]), captions[start : start + step], encoding)
        yield ""


def describe_content(dataset: "Dataset") -> Iterator[str]:
    """Yield the lines that describe a data set's content.

    Parameters
    ----------
    dataset : Dataset

    Yields
    ------
    line : str
    """
    from hdr_bench.datasets.polarity import count_polarities

    height, width = dataset.image_shape
    yield (
        f"{dataset.name}: {len(dataset.train):,} training and {len(dataset.test):,} test images of {height}x{width} "
        f"pixels ({dataset.train.images.dtype}), {len(dataset.class_names)} classes"
    )
    for words, part in (("training", dataset.train), ("test", dataset.test)):
        counts = count_polarities(part.images)
        low, high = part.images.min(), part.images.max()
        yield (
            f"{words} images: pixels from {low:g} to {high:g}; {counts.light_on_dark:,} light on dark, "
            f"{counts.dark_on_light:,} dark on light, {counts.unclear:,} unclear"
        )
    yield from _count_classes(dataset)
    yield from (f"note: {note}" for note in dataset.notes)


def describe_image(dataset: "Dataset", part_name: str, index: int) -> Iterator[str]:
    """Yield the lines of one image as numbers.

    Parameters
    ----------
    dataset : Dataset
    part_name : {"train", "test"}
    index : int
        Position in the part, from 0.

    Yields
    ------
    line : str

    Raises
    ------
    DatasetError
        If the image does not exist.
    """
    part: Part = getattr(dataset, part_name)
    if index >= len(part):
        raise DatasetError(
            f"{dataset.name}: no image {index} in the {part_name} part; choose one from 0 to {len(part) - 1}"
        )
    yield f"{part_name} image {index} of {dataset.name}, class {dataset.class_names[part.labels[index]]!r}:"
    yield from write_pixels(np.asarray(part.images[index]))


def _count_classes(dataset: "Dataset") -> Iterator[str]:
    n_classes = len(dataset.class_names)
    counts = [np.bincount(part.labels, minlength=n_classes) for part in (dataset.train, dataset.test)]
    rows = [("class", "training", "test")]
    rows += [(name, f"{counts[0][label]:,}", f"{counts[1][label]:,}") for label, name in enumerate(dataset.class_names)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for name, *numbers in rows:
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
        yield "  ".join([name.ljust(widths[0]), *cells])


def _spread(places: NDArray[np.intp], n_chosen: int) -> NDArray[np.intp]:
    """Return evenly spaced positions: the first ones may all be by one writer."""
    steps = np.linspace(0, len(places), min(n_chosen, len(places)), endpoint=False).astype(np.intp)
    return places[steps]
