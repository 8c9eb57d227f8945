"""Arrays in NumPy's files: ``npz:FILE``."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.array_parts import ImagesAndLabels, find_parts
from hdr_bench.datasets.assembly import add_blank_warnings, assemble_dataset
from hdr_bench.datasets.checks import as_images, check_pixels
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.file_kinds import describe_file
from hdr_bench.datasets.labels import as_texts, encode_labels, is_one_hot
from hdr_bench.datasets.luma import to_luma
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.source import ReadOptions, Source, cut_dataset, key_of, refuse_cut, stamp_of
from hdr_bench.datasets.stored_arrays import ARRAY_FILES, StoredArray
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

_Arrays = tuple[NDArray[np.generic], NDArray[np.generic]]
_GREY = "the images are in colour; they became grey values (ITU-R 601)"


def npz_source(file: str, options: ReadOptions) -> Source:
    """Return the source of ``npz:FILE``.

    Parameters
    ----------
    file : str
        The place, as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the file does not exist.
    DatasetError
        If it is a folder, or a file of another kind, or damaged.
    """
    path = expand_path(file)
    if not path.exists():
        raise DatasetNotFoundError(f"{path}: there is no such file")
    if path.is_dir():
        raise DatasetError(
            f"{path}: a folder, not a file of NumPy arrays; pictures in it: folder:{path}, IDX files: idx:{path}"
        )
    if path.suffix.lower() not in ARRAY_FILES:
        raise DatasetError(f"{path}: {describe_file(path)}")
    return Source(
        key=key_of(f"npz:{path}", options),
        stamp=stamp_of(find_parts(path).files, path.parent),
        read=lambda: read_npz(f"npz:{path}", path, options),
    )


def is_npz_file(path: Path) -> bool:
    """Whether a path leads to a file that is named as NumPy's are.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_npz : bool
    """
    return path.suffix.lower() in ARRAY_FILES and path.is_file()


def read_npz(name: str, path: Path, options: ReadOptions) -> Dataset:
    """Read the arrays of a file, or of those that belong to it: a train and a test part, or one whole that is cut.

    Labels may be numbers, text, or one-hot; images in colour become grey. Other arrays are not read.

    Parameters
    ----------
    name : str
        What the data set is called.
    path : Path
        The file.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If the file is damaged, its arrays have other names, or they do not fit each other.
    """
    parts = find_parts(path)
    images, raw_labels = _read(parts.train)
    notes = (*parts.notes, *_describe_conversions(parts.train))
    if parts.test is None:
        labels, class_names = encode_labels(parts.train.labels.where, raw_labels)
        return add_blank_warnings(cut_dataset(name, images, labels, class_names, options, notes, parts.warnings))
    refuse_cut(name, options)
    test_images, test_labels = _read(parts.test)
    n = len(raw_labels)
    labels, class_names = encode_labels(parts.train.labels.where, np.concatenate([raw_labels, test_labels]))
    both = (Part(images, labels[:n]), Part(test_images, labels[n:]))
    return add_blank_warnings(assemble_dataset(name, *both, class_names, notes, parts.warnings))


def _read(pair: ImagesAndLabels) -> _Arrays:
    """Return images of shape (n, height, width) and labels of shape (n,); their shapes are compared before any is read.

    Raises
    ------
    DatasetError
        If the arrays are neither, or do not fit each other.
    """
    images, labels = pair.images, pair.labels
    n_labels = _count_labels(labels, images.shape)
    _check_first_axis(images, n_labels)
    for array in (images, labels):
        array.check()
    check_pixels(images.where, images.dtype)
    raw_labels = _flatten(labels, labels.read(), n_labels)
    pixels = images.read()
    return to_luma(_channels_last(pixels)) if _is_colour(images.shape) else as_images(images.where, pixels), raw_labels


def _flatten(labels: StoredArray, values: NDArray[np.generic], n_labels: int) -> NDArray[np.generic]:
    """Return one label per image: the column of the 1 of one-hot labels.

    Raises
    ------
    DatasetError
        If there are several numbers per image, which are not one-hot.
    """
    if values.size == n_labels:
        return as_texts(labels.where, values.reshape(-1)) if values.dtype.kind in "US" else values.reshape(-1)
    if not is_one_hot(values):
        raise DatasetError(
            f"{labels.where} has shape {labels.shape}, but one label per image is needed, shape (n,); rows with a "
            "single 1, in the column of the class (one-hot), are read too, but these are not so"
        )
    column: NDArray[np.generic] = values.argmax(axis=1)
    return column


def _describe_conversions(pair: ImagesAndLabels) -> tuple[str, ...]:
    notes = []
    if _is_colour(pair.images.shape):
        notes.append(_GREY)
    if len(pair.labels.shape) == 2 and min(pair.labels.shape) > 1:
        notes.append(f"the labels were one-hot: classes are named by the columns of {pair.labels.name}, from 0")
    return tuple(notes)


def _is_colour(shape: tuple[int, ...]) -> bool:
    return len(shape) == 4 and 1 not in (shape[1], shape[3]) and 3 in (shape[1], shape[3])


def _channels_last(images: NDArray[np.generic]) -> NDArray[np.generic]:
    return images if images.shape[3] == 3 else np.moveaxis(images, 1, 3)


def _check_first_axis(images: StoredArray, n_labels: int) -> None:
    shape, name = images.shape, images.name
    is_last = len(shape) > 2 and shape[-1] == n_labels
    if is_last and shape[0] != n_labels:
        raise DatasetError(
            f"{images.where} has shape {shape}, with its {n_labels} images along the last axis; save it with the "
            f"images first: numpy.moveaxis({name}, -1, 0)"
        )
    if is_last and len(set(shape)) == 1:
        raise DatasetError(
            f"{images.where} has shape {shape}, so that it is not clear along which axis the images are; save them as "
            f"rows of shape {(n_labels, shape[1] * shape[2])}"
        )
    if not shape or shape[0] != n_labels:
        raise DatasetError(
            f"{images.where} has shape {shape}, but there are {n_labels} labels; one label per image is needed"
        )


def _count_labels(labels: StoredArray, images: tuple[int, ...]) -> int:
    """Return how many labels there are, of shape (n,), (n, 1), (1, n) as MATLAB has them, or (n, n_classes).

    Raises
    ------
    DatasetError
        If they are of another shape.
    """
    shape = labels.shape
    if len(shape) == 1:
        return shape[0]
    if len(shape) == 2:
        return shape[1] if shape[0] == 1 and images[:1] != (1,) else shape[0]
    raise DatasetError(f"{labels.where} has shape {shape}, but one label per image is needed, shape (n,)")
