"""Conversion of images and labels from files to a data set, by the same rules for all formats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import add_blank_warnings, assemble_dataset
from hdr_bench.datasets.checks import check_pixels
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.labels import encode_labels
from hdr_bench.datasets.source import ReadOptions, cut_dataset, refuse_cut
from hdr_bench.exceptions import DatasetError

_BYTE, _WORD = 2**8, 2**16
# Maximum number of characters of a text that may be a 64-bit number, including spaces around it. NumPy needs 280 bytes
# per character to find that a longer text is not a number.
_LONGEST_NUMBER = 100


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """One part of a data set, as a file holds it.

    Attributes
    ----------
    name : str
        Name for errors: the file, and the array in it.
    images : ndarray of shape (n, height, width)
    labels : ndarray of shape (n,)
        Numbers or text, as in the file.
    were_rows : bool
        Whether the file holds each image as a row of pixels, whose order depends on the file's format.
    """

    name: str
    images: NDArray[np.generic]
    labels: NDArray[np.generic]
    were_rows: bool = False


def make_from_parts(
    name: str,
    parts: Sequence[LabelledImages],
    options: ReadOptions,
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
    class_names: Mapping[int, str] | None = None,
) -> Dataset:
    """Make a data set from a train and a test part, or from one part that is split.

    Parameters
    ----------
    name : str
        Name of the data set.
    parts : sequence of LabelledImages
        The train part, and the test part if there is one.
    options : ReadOptions
    notes, warnings : sequence of str, default=()
        What readers of results must know about these data.
    class_names : mapping of int to str, optional
        The name of each numeric label; by default the number itself.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If images and labels, or the two parts, do not match.
    """
    for part in parts:
        _check_counts(part)
        check_pixels(part.name, part.images.dtype)
    first = parts[0]
    images = narrow_alike([part.images for part in parts])
    where = " and ".join(part.name for part in parts)
    labels, names = encode_any_labels(where, np.concatenate([part.labels for part in parts]), class_names)
    if len(parts) == 1:
        return add_blank_warnings(cut_dataset(name, images[0], labels, names, options, tuple(notes), tuple(warnings)))
    refuse_cut(name, options)
    n = len(first.labels)
    both = (Part(images[0], labels[:n]), Part(images[1], labels[n:]))
    return add_blank_warnings(assemble_dataset(name, *both, names, notes, warnings))


def encode_any_labels(
    name: str, labels: NDArray[np.generic], class_names: Mapping[int, str] | None = None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Encode labels as 0 to k-1, and return the name of each class; text with only whole numbers counts as numbers.

    Parameters
    ----------
    name : str
        What errors call the labels.
    labels : ndarray of shape (n,)
        Numbers or text.
    class_names : mapping of int to str, optional
        The name of each number.

    Returns
    -------
    labels_and_names : tuple of ndarray or tuple of str
        Classes of the same name are merged; they are sorted by name, with numeric names first, by value.

    Raises
    ------
    DatasetError
        If a label is neither text nor a whole number.
    """
    numbers = _as_numbers(labels)
    if numbers is None:
        texts, encoded = np.unique(np.char.strip(labels.astype(str)), return_inverse=True)
        return encoded.reshape(-1).astype(np.int64), tuple(texts.tolist())
    encoded, values = encode_labels(name, numbers)
    if class_names is None:
        return encoded, values
    unknown = [value for value in values if int(value) not in class_names]
    if unknown:
        raise DatasetError(
            f"{name}: labels without a name among the {len(class_names):,} names in the file: "
            f"{', '.join(unknown[:5])}; expected a name for each label"
        )
    named = [class_names[int(value)] for value in values]
    ordered = sorted(set(named), key=lambda text: (not text.isdecimal(), int(text) if text.isdecimal() else 0, text))
    places = np.array([ordered.index(text) for text in named], dtype=np.int64)
    return places[encoded], tuple(ordered)


def narrow_alike(images: Sequence[NDArray[np.generic]]) -> list[NDArray[np.generic]]:
    """Convert arrays to the smallest common type that holds all their pixels exactly.

    Parameters
    ----------
    images : sequence of ndarray
        Numeric arrays.

    Returns
    -------
    narrowed : list of ndarray
        uint8 or uint16 if all pixels are whole numbers in its range; otherwise their common type.
    """
    if all(array.dtype == np.uint8 for array in images):
        return list(images)
    narrow = [_narrowest(array) for array in images]
    common = np.result_type(*narrow)
    return [array.astype(common, copy=False) for array in images]


def _narrowest(array: NDArray[np.generic]) -> np.dtype[np.generic]:
    if array.dtype.kind == "b":
        return np.dtype(np.uint8)
    low, high = (array.min(), array.max()) if array.size else (0, 0)
    if not (low >= 0 and high < _WORD) or (array.dtype.kind == "f" and not _are_whole(array)):
        return array.dtype
    return np.dtype(np.uint8) if high < _BYTE else np.dtype(np.uint16)


def _are_whole(array: NDArray[np.generic]) -> bool:
    # Image by image, since a copy of all images might fill the memory.
    return all(bool((image == np.floor(image)).all()) for image in array)


def _as_numbers(labels: NDArray[np.generic]) -> NDArray[np.generic] | None:
    """Return labels that are numbers, or numbers as text; None for other text."""
    if labels.dtype.kind not in "OUS":
        return labels
    texts = labels.astype(str)
    if texts.dtype.itemsize > _LONGEST_NUMBER * np.dtype("U1").itemsize:
        return None
    try:
        return texts.astype(np.int64)
    except (ValueError, OverflowError):
        return None


def _check_counts(part: LabelledImages) -> None:
    if len(part.images) != len(part.labels):
        raise DatasetError(
            f"{part.name}: {len(part.images):,} images, but {len(part.labels):,} labels; give one label per image"
        )
    if not len(part.labels):
        raise DatasetError(f"{part.name}: no images; expected at least one of each class")
