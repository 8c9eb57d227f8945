"""Images and labels among the arrays of an HDF5 or MATLAB file, found by their names."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.image_arrays import count_labels, to_images, to_labels
from hdr_bench.datasets.labelled_images import LabelledImages
from hdr_bench.datasets.part_files import PART_OF_WORD
from hdr_bench.exceptions import DatasetError
from hdr_bench.names import visible
from hdr_bench.records.text import list_first

IMAGE_WORDS = frozenset(
    {"x", "images", "image", "imgs", "img", "data", "features", "fea", "pixels", "input", "inputs", "samples"}
)
LABEL_WORDS = frozenset({"y", "labels", "label", "target", "targets", "gnd", "classes", "class", "output", "outputs"})
_WORD = re.compile(r"[a-z]+")
_SHOWN_ARRAYS = 20
_NEEDED = (
    "expected images and labels, named e.g. train/data and train/target, x_train and y_train, X and y, or images and "
    "labels"
)


@dataclass(frozen=True, eq=False)
class NamedArray:
    """An array of a file, before it is read.

    Attributes
    ----------
    name : str
        Name with its groups, such as ``train/data``.
    shape : tuple of int
    dtype : dtype
    read : callable
        Returns its values.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    read: Callable[[], NDArray[np.generic]]


@dataclass(frozen=True)
class Pair:
    """Images and their labels.

    Attributes
    ----------
    images, labels : NamedArray
    """

    images: NamedArray
    labels: NamedArray


@dataclass(frozen=True)
class Pairs:
    """Parts of a data set in a file.

    Attributes
    ----------
    train : Pair
        The training part, or all data.
    test : Pair or None
    unread : tuple of NamedArray
        The other arrays.
    """

    train: Pair
    test: Pair | None
    unread: tuple[NamedArray, ...]


def choose_pairs(file: str, arrays: Sequence[NamedArray]) -> Pairs:
    """Determine which arrays of a file are images and labels, and of which part.

    Parameters
    ----------
    file : str
        What errors call it.
    arrays : sequence of NamedArray

    Returns
    -------
    pairs : Pairs

    Raises
    ------
    DatasetError
        If there are none, or several for one part.
    """
    by_part: dict[str | None, list[NamedArray]] = {}
    for array in arrays:
        by_part.setdefault(_part_of(array.name), []).append(array)
    pairs = {part: _choose_pair(file, held) for part, held in by_part.items()}
    train = pairs.get("train") or pairs.get(None) or (pairs.get("test") if len(by_part) == 1 else None)
    if train is None:
        raise DatasetError(f"{file}: it holds {describe_arrays(arrays)}; {_NEEDED}")
    test = pairs.get("test") or pairs.get("valid")
    test = None if test is train else test
    used = {id(array) for pair in (train, test) if pair for array in (pair.images, pair.labels)}
    return Pairs(train, test, tuple(array for array in arrays if id(array) not in used))


def read_pair(file: str, pair: Pair) -> tuple[LabelledImages, tuple[str, ...]]:
    """Read images and their labels, after comparing their shapes.

    Parameters
    ----------
    file : str
        What errors call it.
    pair : Pair

    Returns
    -------
    part : LabelledImages
    notes : tuple of str

    Raises
    ------
    DatasetError
        If they do not match, or are not images and labels.
    """
    images_name, labels_name = (f"{file}: {visible(array.name)}" for array in (pair.images, pair.labels))
    n_labels = count_labels(pair.labels.shape)
    if n_labels not in (*pair.images.shape[:1], *pair.images.shape[-1:]):
        raise DatasetError(
            f"{images_name} has shape {pair.images.shape}, but {visible(pair.labels.name)} {pair.labels.shape}; give "
            "one label per image"
        )
    labels = to_labels(labels_name, pair.labels.read())
    images, notes = to_images(images_name, pair.images.read(), len(labels))
    return LabelledImages(images_name, images, labels, were_rows=len(pair.images.shape) == 2), notes


def note_unread(unread: Sequence[NamedArray]) -> tuple[str, ...]:
    """Return a note on the arrays that are not read, if there are any.

    Parameters
    ----------
    unread : sequence of NamedArray

    Returns
    -------
    notes : tuple of str
    """
    return (f"arrays that were not read: {describe_arrays(unread)}",) if unread else ()


def describe_arrays(arrays: Sequence[NamedArray]) -> str:
    """Return the names and shapes of arrays.

    Parameters
    ----------
    arrays : sequence of NamedArray

    Returns
    -------
    words : str
    """
    return list_first(arrays, lambda array: f"{visible(array.name)} {array.shape}", _SHOWN_ARRAYS) or "no array"


def _choose_pair(file: str, arrays: Sequence[NamedArray]) -> Pair | None:
    roles: Mapping[str, list[NamedArray]] = {"images": [], "labels": []}
    for array in arrays:
        role = _role_of(array)
        if role is not None:
            roles[role].append(array)
    if not roles["images"] or not roles["labels"]:
        return None
    for role, held in roles.items():
        if len(held) > 1:
            raise DatasetError(
                f"{file}: it is unclear which arrays are the {role}: {describe_arrays(held)}; keep one of them"
            )
    return Pair(roles["images"][0], roles["labels"][0])


def _role_of(array: NamedArray) -> str | None:
    # The array's own name comes first: in train/data/labels, the groups say nothing about the role.
    for name in (array.name.rpartition("/")[2], array.name):
        words = set(_words(name))
        if words & LABEL_WORDS:
            return "labels" if 1 <= len(array.shape) <= 2 else None
        if words & IMAGE_WORDS:
            return "images" if 2 <= len(array.shape) <= 4 else None
    return None


def _part_of(name: str) -> str | None:
    parts = [PART_OF_WORD[word] for word in _words(name) if word in PART_OF_WORD]
    return parts[0] if parts else None


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return _WORD.findall(spaced)
