"""Sets of IDX files in a folder: pairs of images and labels, named as in MNIST, EMNIST and QMNIST.

EMNIST's folder holds six sets, with names such as ``emnist-digits-train-images-idx3-ubyte``; a path below the folder
names one of them, as in ``idx:DIR/emnist-digits``.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.folder_scan import scan_folder
from hdr_bench.datasets.idx_files import HOW_NAMED, IdxFile, find_idx_files, locate_idx
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, suggestion
from hdr_bench.records.text import pluralize

# QMNIST's test part also comes as test10k and test50k.
_PARTS = {"test": re.compile(r"t10k|test(ing)?(\d+k)?"), "valid": re.compile(r"val(id)?(ation)?")}
_PART_WORD = re.compile("|".join(["train(ing)?", "images", *(words.pattern for words in _PARTS.values())]))
# Where the files of a named set are: in the parent of the path that names it, or below that, as in torchvision's folder
# and EMNIST's archive.
_PLACES = ("", "raw", "gzip")
# QMNIST's labels: the class, then seven numbers that identify the NIST image.
_TABLE_COLUMNS = 8


@dataclass(frozen=True)
class Pair:
    """A file of images and the file of their labels.

    Attributes
    ----------
    images : IdxFile
        The images.
    labels : IdxFile
        Their labels, or QMNIST's table, whose first column they are.
    """

    images: IdxFile
    labels: IdxFile

    @property
    def files(self) -> tuple[Path, ...]:
        """All files, including copies."""
        return (*self.images.copies, *self.labels.copies)

    @property
    def has_table(self) -> bool:
        """Whether the labels are in a table, as QMNIST's are."""
        return "idx2" in self.labels.name.lower()


@dataclass(frozen=True)
class IdxSet:
    """A set of IDX files: one pair, or a train and a test pair.

    Attributes
    ----------
    folder : Path
        The folder that holds its files.
    name : str
        Common prefix of its file names, e.g. ``emnist-digits``; empty if they have no prefix.
    train : Pair
    test : Pair or None
        The validation part if there is no other.
    left_out : IdxFile or None
        Images of a validation part beside a test part.
    """

    folder: Path
    name: str
    train: Pair
    test: Pair | None = None
    left_out: IdxFile | None = None

    @property
    def is_emnist(self) -> bool:
        """Whether it is a set from EMNIST, by its name."""
        return self.name.startswith("emnist")

    @property
    def has_only_validation(self) -> bool:
        """Whether a validation part replaces the test part."""
        return self.test is not None and part_of(self.test.images.name) == "valid"

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that are read, including copies."""
        return (*self.train.files, *(self.test.files if self.test is not None else ()))


def find_set(place: Path) -> IdxSet:
    """Return the set of IDX files in a folder, or named by a path below a folder that holds several.

    The files may also be in a folder below, such as torchvision's ``MNIST/raw``, if no other folder has any.

    Parameters
    ----------
    place : Path

    Returns
    -------
    idx_set : IdxSet

    Raises
    ------
    DatasetNotFoundError
        If there is no such folder or set, or it has no training part.
    DatasetError
        If the folder holds several sets, two pairs for one part, or an incomplete pair.
    """
    named = _folder_of_named(place)
    folder = _locate(place) if named is None else named
    files = find_idx_files(folder)
    sets = _group_images(folder, files)
    if len(sets) > 1 and named is None:
        raise DatasetError(_describe_ambiguity(folder, sorted(sets)))
    chosen = next(iter(sets), None) if named is None else _match(place.name, files)
    if chosen is None or "train" not in sets[chosen]:
        raise DatasetNotFoundError(f"{place}: no IDX files to train on{_picture_hint(folder)}; {HOW_NAMED}")
    pairs = {part: Pair(files[name], _labels_of(folder, name, files)) for part, name in sets[chosen].items()}
    test, valid = pairs.get("test"), pairs.get("valid")
    left_out = valid.images if test is not None and valid is not None else None
    return IdxSet(folder, chosen, pairs["train"], test or valid, left_out)


def _group_images(folder: Path, files: Mapping[str, IdxFile]) -> dict[str, dict[str, str]]:
    """Return the names of the files of images, by their set and their part; raise if a set has two for one part."""
    sets: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name in (name for name in files if "images" in name):
        parts, part = sets[set_name(name)], part_of(name)
        if part in parts:
            both = f"both {files[parts[part]].name} and {files[name].name} are {part} images"
            raise DatasetError(f"{folder}: {both}; keep one of them")
        parts[part] = name
    return sets


def is_named_set(place: Path) -> bool:
    """Whether a path names a set in its parent folder, and does not exist itself.

    Parameters
    ----------
    place : Path

    Returns
    -------
    is_named_set : bool

    Raises
    ------
    DatasetError
        If the folder cannot be read.
    """
    return _folder_of_named(place) is not None


def set_name(name: str) -> str:
    """Return the name of the set that a file belongs to: the common prefix of its file names.

    Parameters
    ----------
    name : str
        Name of a file.

    Returns
    -------
    name : str

    Examples
    --------
    >>> set_name("emnist-digits-train-images-idx3-ubyte"), set_name("t10k-images-idx3-ubyte")
    ('emnist-digits', '')
    """
    words = re.split(r"[-_.]", re.split(r"[-_.]idx", name.lower())[0])
    return "-".join(word for word in words if not _PART_WORD.fullmatch(word))


def part_of(name: str) -> str:
    """Return the part that a file belongs to, by its name.

    Parameters
    ----------
    name : str
        Name of a file.

    Returns
    -------
    part : {"train", "test", "valid"}
    """
    words = re.split(r"[^a-z0-9]+", name.lower())
    return next((part for part, known in _PARTS.items() if any(map(known.fullmatch, words))), "train")


def read_pair(pair: Pair) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Read images of shape (n, height, width) and labels of shape (n,), after comparing their headers.

    Parameters
    ----------
    pair : Pair

    Returns
    -------
    images_and_labels : tuple of ndarray

    Raises
    ------
    DatasetError
        If a file is damaged, has the wrong rank or differs from its copy, or if their counts differ.
    """
    images, labels = pair.images.shape, pair.labels.shape
    if len(images) != 3:
        raise DatasetError(
            f"{pair.images.path}: {len(images)} dimensions; images need three (n, height, width): give a file of images"
        )
    if pair.has_table and labels[1:] != (_TABLE_COLUMNS,):
        raise DatasetError(
            f"{pair.labels.path}: its header declares the shape {labels}; QMNIST's labels are a table of "
            f"{_TABLE_COLUMNS} columns, of shape (n, {_TABLE_COLUMNS}): give a file of labels"
        )
    if not pair.has_table and len(labels) != 1:
        raise DatasetError(f"{pair.labels.path}: {len(labels)} dimensions; labels need one: give a file of labels")
    if images[0] != labels[0]:
        raise DatasetError(
            f"{pair.images.path} holds {images[0]} images, but {pair.labels.path} {labels[0]} labels; give two files "
            "of the same set"
        )
    read = pair.labels.read()
    return pair.images.read(), read[:, 0] if pair.has_table else read


def _locate(place: Path) -> Path:
    """Return the folder that holds the IDX files of a path.

    Raises
    ------
    DatasetNotFoundError
        If there is none, including a path whose parent folder has sets, but none of this name.
    """
    try:
        return locate_idx(place)
    except DatasetNotFoundError as error:
        names = _set_names(find_idx_files(place.parent)) if place.parent.is_dir() else []
        if not names:
            raise
        raise DatasetNotFoundError(
            f"{place}: there is no such folder, nor a set of this name among the IDX files in {place.parent}."
            f"{suggestion(place.name, names)} Its sets: {', '.join(names)}"
        ) from error


def _folder_of_named(place: Path) -> Path | None:
    if place.exists():
        return None
    folders = (folder for folder in (place.parent / below for below in _PLACES) if folder.is_dir())
    return next((folder for folder in folders if _match(place.name, find_idx_files(folder)) is not None), None)


def _match(wanted: str, files: Mapping[str, IdxFile]) -> str | None:
    """Return the set that is meant, by its full name or, as in EMNIST's papers, without ``emnist-``."""
    names, wanted = _set_names(files), set_name(wanted)
    meant = [name for name in names if wanted in {name, name.removeprefix("emnist-")}]
    return meant[0] if len(meant) == 1 else None


def _set_names(files: Mapping[str, IdxFile]) -> list[str]:
    return sorted({set_name(name) for name in files if "images" in name} - {""})


def _describe_ambiguity(folder: Path, names: list[str]) -> str:
    listed = ", ".join(name or "the files without a prefix" for name in names)
    advice = f"name one of them, as in idx:{folder / next(filter(None, names))}"
    others = "" if names[0] else ", or put the others into their own folder"
    return f"{folder}: it holds {len(names)} sets of IDX files: {listed}; {advice}{others}"


def _labels_of(folder: Path, name: str, files: Mapping[str, IdxFile]) -> IdxFile:
    wanted = name.replace("images", "labels").replace("idx3", "idx1")
    for labels in (wanted, wanted.replace("idx1-ubyte", "idx2-int")):
        if labels in files:
            return files[labels]
    raise DatasetError(f"{folder}: {files[name].name} has no labels beside it; expected {wanted} or {wanted}.gz")


def _picture_hint(root: Path) -> str:
    """Describe the pictures in a folder without IDX files, if there are any."""
    try:
        n_pictures = len(scan_folder(root, HOW_NAMED).all_pictures())
    except DatasetError:
        return ""
    return f", but {pluralize(n_pictures, 'picture')}, which folder:{root} reads" if n_pictures else ""
