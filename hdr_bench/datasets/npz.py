"""Arrays in NumPy files: ``npz:FILE``."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.array_parts import ImagesAndLabels, find_parts
from hdr_bench.datasets.assembly import add_blank_warnings, assemble_dataset
from hdr_bench.datasets.checks import check_pixels
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.file_kinds import describe_file
from hdr_bench.datasets.image_arrays import count_labels, to_images, to_labels
from hdr_bench.datasets.labelled_images import encode_any_labels
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.source import ReadOptions, Source, cut_dataset, key_of, refuse_cut, stamp_of
from hdr_bench.datasets.stored_arrays import ARRAY_FILES, StoredArray
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

_Arrays = tuple[NDArray[np.generic], NDArray[np.generic], tuple[str, ...]]


def npz_source(file: str, options: ReadOptions) -> Source:
    """Return the source of ``npz:FILE``.

    Parameters
    ----------
    file : str
        Path as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the file does not exist.
    DatasetError
        If it is a folder, a file of another kind, or damaged.
    """
    path = expand_path(file)
    if not path.exists():
        raise DatasetNotFoundError(f"{path}: there is no such file")
    if path.is_dir():
        raise DatasetError(
            f"{path}: a folder, not a file of NumPy arrays; for pictures in it use folder:{path}, for IDX files "
            f"idx:{path}"
        )
    if path.suffix.lower() not in ARRAY_FILES:
        raise DatasetError(f"{path}: {describe_file(path)}")
    return Source(
        key=key_of(f"npz:{path}", options),
        stamp=stamp_of(find_parts(path).files, path.parent),
        read=lambda: read_npz(f"npz:{path}", path, options),
    )


def is_npz_file(path: Path) -> bool:
    """Whether a path leads to a file with an extension of NumPy.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_npz : bool
    """
    return path.suffix.lower() in ARRAY_FILES and path.is_file()


def read_npz(name: str, path: Path, options: ReadOptions) -> Dataset:
    """Read the arrays of a file and its companions: a train and a test part, or one part that is split.

    Labels may be numbers, text, or one-hot; colour images become grey. Other arrays are not read.

    Parameters
    ----------
    name : str
        Name of the data set.
    path : Path
        The file.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If the file is damaged, its arrays have other names, or they do not match.
    """
    parts = find_parts(path)
    images, raw_labels, conversions = _read(parts.train)
    notes = (*parts.notes, *conversions)
    if parts.test is None:
        labels, class_names = encode_any_labels(parts.train.labels.where, raw_labels)
        return add_blank_warnings(cut_dataset(name, images, labels, class_names, options, notes, parts.warnings))
    refuse_cut(name, options)
    test_images, test_labels, _ = _read(parts.test)
    n = len(raw_labels)
    labels, class_names = encode_any_labels(parts.train.labels.where, np.concatenate([raw_labels, test_labels]))
    both = (Part(images, labels[:n]), Part(test_images, labels[n:]))
    return add_blank_warnings(assemble_dataset(name, *both, class_names, notes, parts.warnings))


def _read(pair: ImagesAndLabels) -> _Arrays:
    """Return images of shape (n, height, width), labels of shape (n,) and notes; nothing is read unless they match.

    Raises
    ------
    DatasetError
        If the arrays are not images and labels, or do not match.
    """
    images, labels = pair.images, pair.labels
    _check_shapes(images, labels, count_labels(labels.shape))
    for array in (images, labels):
        array.check()
    check_pixels(images.where, images.dtype)
    raw_labels = to_labels(labels.where, labels.read())
    pixels, notes = to_images(images.where, images.read(), len(raw_labels))
    if len(labels.shape) == 2 and min(labels.shape) > 1:
        notes += (f"the labels were one-hot: classes are named after the columns of {labels.name}, from 0",)
    return pixels, raw_labels, notes


def _check_shapes(images: StoredArray, labels: StoredArray, n_labels: int) -> None:
    """Check that there is one label per image.

    Raises
    ------
    DatasetError
        If there is not, or it is unclear along which axis the images are.
    """
    if len(labels.shape) not in {1, 2}:
        raise DatasetError(f"{labels.where} must have one label per image, shape (n,), got shape {labels.shape}")
    shape = images.shape
    if not shape or n_labels not in {shape[0], shape[-1]}:
        raise DatasetError(
            f"{images.where} has shape {shape}, but there are {n_labels} labels; give one label per image"
        )
    if len(shape) > 2 and len(set(shape)) == 1:
        raise DatasetError(
            f"{images.where} has shape {shape}, so it is unclear along which axis the images are; save them as "
            f"rows of shape {(n_labels, shape[1] * shape[2])}"
        )
