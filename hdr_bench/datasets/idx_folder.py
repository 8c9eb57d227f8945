"""A folder of IDX files: pairs of images and labels, as MNIST's and EMNIST's are named."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import add_blank_warnings, assemble_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.folder_scan import scan_folder
from hdr_bench.datasets.idx_files import HOW_NAMED, IdxFile, find_idx_files, locate_idx
from hdr_bench.datasets.labels import encode_labels
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.source import ReadOptions, Source, cut_dataset, key_of, refuse_cut, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.records.text import pluralize

_TEST_WORDS = frozenset({"t10k", "test"})
_PART_WORDS = frozenset({"t10k", "test", "train", "images"})
_EMNIST = (
    "EMNIST's files hold each image with rows and columns exchanged; they are read as they are, so that the characters "
    "are mirrored and lie on their side"
)


@dataclass(frozen=True)
class Pair:
    """A file of images and the file of their labels.

    Attributes
    ----------
    images : IdxFile
        The images.
    labels : IdxFile
        Their labels.
    """

    images: IdxFile
    labels: IdxFile

    @property
    def files(self) -> tuple[Path, ...]:
        """All files, copies among them."""
        return (*self.images.copies, *self.labels.copies)


def idx_source(folder: str, options: ReadOptions) -> Source:
    """Return the source of ``idx:DIR``: one pair of files, or a train and a test pair.

    Parameters
    ----------
    folder : str
        The place, as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the folder, or a pair in it, does not exist.
    DatasetError
        If the folder is a file, or which files are meant is not clear.
    """
    root = expand_path(folder)
    pairs = find_pairs(root)
    return Source(
        key=key_of(f"idx:{root}", options),
        stamp=stamp_of([file for pair in pairs.values() for file in pair.files], root),
        read=lambda: read_idx_folder(f"idx:{root}", root, options),
    )


def read_idx_folder(name: str, root: Path, options: ReadOptions) -> Dataset:
    """Read the pairs of a folder; if there is no test pair, cut the train pair.

    Parameters
    ----------
    name : str
        What the data set is called.
    root : Path
        The folder.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If a file is damaged, or images and labels do not fit each other.
    """
    pairs = find_pairs(root)
    train = pairs["train"]
    notes = _notes(root)
    warnings = (_EMNIST,) if train.images.name.startswith("emnist") else ()
    images, raw_labels = read_pair(train)
    if "test" not in pairs:
        labels, class_names = encode_labels(str(train.labels.path), raw_labels)
        return add_blank_warnings(cut_dataset(name, images, labels, class_names, options, notes, warnings))
    refuse_cut(name, options)
    test_images, test_labels = read_pair(pairs["test"])
    labels, class_names = encode_labels(str(root), np.concatenate([raw_labels, test_labels]))
    parts = (Part(images, labels[: len(images)]), Part(test_images, labels[len(images) :]))
    return add_blank_warnings(assemble_dataset(name, *parts, class_names, notes, warnings))


def find_pairs(root: Path) -> dict[str, Pair]:
    """Return the pairs of a folder, under ``"train"`` and, if there is one, ``"test"``.

    The files may also be in a folder below, such as torchvision's ``MNIST/raw``, if only one has any.

    Parameters
    ----------
    root : Path

    Returns
    -------
    pairs : dict of str to Pair

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist, or holds no pair.
    DatasetError
        If it holds two pairs for one part, or half a pair.
    """
    folder = locate_idx(root)
    files = find_idx_files(folder)
    pairs: dict[str, Pair] = {}
    for name, images in files.items():
        if "images" not in name:
            continue
        part = "test" if _TEST_WORDS & _words(name) else "train"
        if part in pairs:
            raise DatasetError(_describe_ambiguity(folder, part, pairs[part].images, images, files))
        pairs[part] = Pair(images, _labels_of(folder, name, files))
    if "train" not in pairs:
        raise DatasetNotFoundError(f"{root}: no IDX files to train on{_picture_hint(root)}; {HOW_NAMED}")
    return pairs


def is_idx_folder(root: Path) -> bool:
    """Whether a path leads to a folder which, or one below which, holds IDX files of images.

    Parameters
    ----------
    root : Path

    Returns
    -------
    is_idx : bool

    Raises
    ------
    DatasetError
        If the folder may not be read, or several folders below it hold IDX files.
    """
    if not root.is_dir():
        return False
    folder = locate_idx(root)
    return any("images" in name for name in find_idx_files(folder))


def read_pair(pair: Pair) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Read images of shape (n, height, width) and labels of shape (n,); their headers are compared before any is read.

    Parameters
    ----------
    pair : Pair

    Returns
    -------
    images_and_labels : tuple of ndarray

    Raises
    ------
    DatasetError
        If a file is damaged, has another rank, differs from its copy, or their counts differ.
    """
    images, labels = pair.images.shape, pair.labels.shape
    if len(images) != 3:
        raise DatasetError(
            f"{pair.images.path}: {len(images)} dimensions; images need three (n, height, width): give a file of images"
        )
    if len(labels) != 1:
        raise DatasetError(f"{pair.labels.path}: {len(labels)} dimensions; labels need one: give a file of labels")
    if images[0] != labels[0]:
        raise DatasetError(
            f"{pair.images.path} holds {images[0]} images, but {pair.labels.path} {labels[0]} labels; give the two "
            "files of one set"
        )
    return pair.images.read(), pair.labels.read()


def _words(name: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", name.lower()))


def _set_of(name: str) -> str:
    """Return what the files of one set have in common, e.g. emnist-digits."""
    words = name.partition("-idx")[0].split("-")
    return "-".join(word for word in words if word not in _PART_WORDS) or "the files without a prefix"


def _describe_ambiguity(folder: Path, part: str, first: IdxFile, second: IdxFile, files: dict[str, IdxFile]) -> str:
    sets = sorted({_set_of(name) for name in files if "images" in name})
    return (
        f"{folder}: both {first.name} and {second.name} are {part} images; one set is read at a time, of "
        f"{', '.join(sets)}: put its files alone into a folder, and give that"
    )


def _labels_of(folder: Path, name: str, files: dict[str, IdxFile]) -> IdxFile:
    wanted = name.replace("images", "labels").replace("idx3", "idx1")
    if wanted in files:
        return files[wanted]
    qmnist = wanted.replace("idx1-ubyte", "idx2-int")
    if qmnist in files:
        raise DatasetError(
            f"{files[qmnist].path}: QMNIST's labels, a table of 8 columns, are not read; write its first column, the "
            f"class, as {wanted}: from hdr_bench.datasets.idx import read_idx, write_idx; "
            f"write_idx({wanted!r}, read_idx({files[qmnist].name!r})[:, 0].astype('uint8'))"
        )
    raise DatasetError(f"{folder}: {files[name].name} has no labels beside it; {wanted} or {wanted}.gz is needed")


def _notes(root: Path) -> tuple[str, ...]:
    below = locate_idx(root).relative_to(root)
    return () if below == Path() else (f"read from the folder {below.as_posix()} in it",)


def _picture_hint(root: Path) -> str:
    """Return what a folder without IDX files holds, if that are pictures."""
    try:
        n_pictures = len(scan_folder(root, HOW_NAMED).all_pictures())
    except DatasetError:
        return ""
    return f", but {pluralize(n_pictures, 'picture')}, which folder:{root} reads" if n_pictures else ""
