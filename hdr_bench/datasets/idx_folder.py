"""A folder of IDX files as a data set: ``idx:DIR``, or one of several sets in it: ``idx:DIR/emnist-digits``."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import add_blank_warnings, assemble_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.emnist import find_mapping, name_classes
from hdr_bench.datasets.idx_files import find_idx_files, locate_idx
from hdr_bench.datasets.idx_sets import IdxSet, Pair, find_set, is_named_set, read_pair
from hdr_bench.datasets.image_arrays import exchange_axes
from hdr_bench.datasets.labels import encode_labels
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.source import ReadOptions, Source, cut_dataset, key_of, refuse_cut, stamp_of

_UPRIGHT = "EMNIST's files hold each image with rows and columns exchanged; the images were transposed"


def idx_source(folder: str, options: ReadOptions) -> Source:
    """Return the source of ``idx:DIR``: one pair of files, or a train and a test pair.

    If the folder holds several sets, as EMNIST's does, the path ends with the name of one.

    Parameters
    ----------
    folder : str
        Path as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the folder, or a pair in it, does not exist.
    DatasetError
        If the folder is a file, or it is unclear which files are meant.
    """
    place = expand_path(folder)
    idx_set = find_set(place)
    mapping = find_mapping(idx_set)
    stamp = stamp_of([*idx_set.files, *([mapping] if mapping else [])], idx_set.folder)
    return Source(
        key=key_of(f"idx:{place}", options),
        stamp=_stamp_upright(stamp) if idx_set.is_emnist else stamp,
        read=lambda: read_idx_folder(f"idx:{place}", place, options),
    )


def read_idx_folder(name: str, place: Path, options: ReadOptions) -> Dataset:
    """Read the pairs of a set; if there is no test pair, split the train pair.

    Parameters
    ----------
    name : str
        Name of the data set.
    place : Path
        The folder, or a path below it that names one of its sets.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If a file is damaged, or images and labels do not match.
    """
    idx_set = find_set(place)
    notes, warnings = _notes(place, idx_set), _warnings(idx_set)
    images, raw_labels = _read(idx_set, idx_set.train)
    if idx_set.test is None:
        labels, values = encode_labels(str(idx_set.train.labels.path), raw_labels)
        class_names = name_classes(idx_set, values)
        return add_blank_warnings(cut_dataset(name, images, labels, class_names, options, notes, warnings))
    refuse_cut(name, options)
    test_images, test_labels = _read(idx_set, idx_set.test)
    labels, values = encode_labels(str(idx_set.folder), np.concatenate([raw_labels, test_labels]))
    parts = (Part(images, labels[: len(images)]), Part(test_images, labels[len(images) :]))
    return add_blank_warnings(assemble_dataset(name, *parts, name_classes(idx_set, values), notes, warnings))


def is_idx_folder(root: Path) -> bool:
    """Whether a path leads to a folder with IDX files of images in it or below it, or names one of its sets.

    Parameters
    ----------
    root : Path

    Returns
    -------
    is_idx : bool

    Raises
    ------
    DatasetError
        If the folder cannot be read, or several folders below it hold IDX files.
    """
    if not root.is_dir():
        return is_named_set(root)
    folder = locate_idx(root)
    return any("images" in name for name in find_idx_files(folder))


def _read(idx_set: IdxSet, pair: Pair) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    images, labels = read_pair(pair)
    return exchange_axes(images) if idx_set.is_emnist else images, labels


def _stamp_upright(stamp: str) -> str:
    """Return a stamp that differs from that of earlier versions, which did not transpose the images."""
    return hashlib.sha256(f"{stamp} upright".encode()).hexdigest()


def _notes(place: Path, idx_set: IdxSet) -> tuple[str, ...]:
    notes = []
    root = place if place.exists() else place.parent
    if root in idx_set.folder.parents:
        notes.append(f"read from the folder {idx_set.folder.relative_to(root).as_posix()} inside it")
    if idx_set.is_emnist:
        notes.append(_UPRIGHT)
    if (mapping := find_mapping(idx_set)) is not None:
        notes.append(f"class names are from {mapping.name}")
    if idx_set.train.has_table:
        notes.append(f"the labels are the first column of the table in {idx_set.train.labels.name}")
    if idx_set.has_only_validation:
        notes.append("the validation part is the test part, since there is no other")
    return tuple(notes)


def _warnings(idx_set: IdxSet) -> tuple[str, ...]:
    if idx_set.left_out is None:
        return ()
    return (
        f"{idx_set.left_out.shape[0]:,} images in {idx_set.left_out.name} left out: there is a test part beside it",
    )
