"""Arrays in a NumPy ``.npz`` file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.cut import ReadOptions, cut_dataset
from hdr_bench.datasets.dataset import Dataset, Part, assemble_dataset, with_blanks_noted
from hdr_bench.datasets.file_kinds import describe_file
from hdr_bench.datasets.labels import encode_labels
from hdr_bench.datasets.rows import as_images
from hdr_bench.datasets.source import Source, key_of, refuse_cut, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.files import read_arrays

SPLIT_NAMES = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
)
WHOLE_NAMES = (("images", "labels"), ("x", "y"))
_PART_WORDS = ("train", "test", "val", "extra")
_Arrays = dict[str, NDArray[np.generic]]


def npz_source(file: str, options: ReadOptions) -> Source:
    """Return the source of ``npz:FILE``.

    Raises
    ------
    DatasetNotFoundError
        If the file does not exist.
    DatasetError
        If it is a folder, or a file of another kind.
    """
    path = Path(file).expanduser().absolute()
    if not path.exists():
        raise DatasetNotFoundError(f"{path}: there is no such file")
    if path.is_dir():
        raise DatasetError(f"{path}: a folder, not an .npz file; pictures in it: folder:{path}, IDX files: idx:{path}")
    if path.suffix.lower() != ".npz":
        raise DatasetError(f"{path}: {describe_file(path)}")
    return Source(
        key=key_of(f"npz:{path}", options),
        stamp=stamp_of([path], path.parent),
        read=lambda: read_npz(f"npz:{file}", path, options),
    )


def read_npz(name: str, path: Path, options: ReadOptions) -> Dataset:
    """Read the arrays of a file: train and test (Keras's or MedMNIST's names), or one whole that is cut.

    Raises
    ------
    DatasetError
        If the file is damaged, its arrays have other names, or they do not fit each other.
    """
    arrays = _arrays(path)
    for names in SPLIT_NAMES:
        if set(names) <= arrays.keys():
            refuse_cut(name, options)
            return with_blanks_noted(_split(name, path, arrays, names))
    for images_name, labels_name in WHOLE_NAMES:
        if {images_name, labels_name} <= arrays.keys():
            images, raw_labels = _images_and_labels(path, arrays, images_name, labels_name)
            labels, class_names = encode_labels(f"{path}: {labels_name}", raw_labels)
            unread = _unread(arrays, (images_name, labels_name))
            return with_blanks_noted(cut_dataset(name, images, labels, class_names, options, *unread))
    allowed = " or ".join("/".join(names) for names in (*SPLIT_NAMES, *WHOLE_NAMES))
    held = ", ".join(f"{key} {array.shape}" for key, array in sorted(arrays.items())) or "nothing"
    raise DatasetError(
        f"{path}: it holds {held}; needed are the arrays {allowed}; save images and labels together in one file, "
        "under such names"
    )


def _split(name: str, path: Path, arrays: _Arrays, names: tuple[str, str, str, str]) -> Dataset:
    train_images, train_labels = _images_and_labels(path, arrays, names[0], names[1])
    test_images, test_labels = _images_and_labels(path, arrays, names[2], names[3])
    n = len(train_labels)
    labels, class_names = encode_labels(f"{path}: {names[1]}", np.concatenate([train_labels, test_labels]))
    parts = (Part(train_images, labels[:n]), Part(test_images, labels[n:]))
    return assemble_dataset(name, *parts, class_names, *_unread(arrays, names))


def _images_and_labels(
    path: Path, arrays: _Arrays, images_name: str, labels_name: str
) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Return images of shape (n, height, width) and labels of shape (n,).

    Raises
    ------
    DatasetError
        If the arrays are neither, or do not fit each other.
    """
    labels = _label_column(f"{path}: {labels_name}", arrays[labels_name])
    images = arrays[images_name]
    is_last = images.ndim > 2 and images.shape[-1] == len(labels)
    if is_last and images.shape[0] != len(labels):
        raise DatasetError(
            f"{path}: {images_name} has shape {images.shape}, with its {len(labels)} images along the last axis; save "
            f"it with the images first: numpy.moveaxis({images_name}, -1, 0)"
        )
    if is_last and len(set(images.shape)) == 1:
        raise DatasetError(
            f"{path}: {images_name} has shape {images.shape}, so that it is not clear along which axis the images are; "
            f"save them as rows of shape {(len(labels), images.shape[1] * images.shape[2])}"
        )
    return as_images(f"{path}: {images_name}", images), labels


def _label_column(name: str, labels: NDArray[np.generic]) -> NDArray[np.generic]:
    if labels.ndim == 1 or (labels.ndim == 2 and labels.shape[1] == 1):
        return labels.reshape(-1)
    raise DatasetError(
        f"{name} has shape {labels.shape}, but one label per image is needed, shape (n,); if each row has a 1 in the "
        "column of its class (one-hot), save labels.argmax(axis=1)"
    )


def _unread(arrays: _Arrays, names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return notes and warnings of the arrays that are not read; those of a part of the data are warned of."""
    rest = [key for key in sorted(arrays) if key not in names]
    parts = [key for key in rest if any(word in key for word in _PART_WORDS)]
    others = [key for key in rest if key not in parts]
    notes = (f"arrays that were not read: {_listed(arrays, others)}",) if others else ()
    warnings = (f"arrays of a part that was left out: {_listed(arrays, parts)}",) if parts else ()
    return notes, warnings


def _listed(arrays: _Arrays, keys: Sequence[str]) -> str:
    return ", ".join(f"{key} {arrays[key].shape}" for key in keys)


def _arrays(path: Path) -> _Arrays:
    try:
        arrays = read_arrays(path)
    except ValueError as error:
        raise DatasetError(f"{path}: not a readable .npz file: {error}") from error
    lowered = {name.lower(): array for name, array in arrays.items()}
    if len(lowered) < len(arrays):
        raise DatasetError(
            f"{path}: arrays whose names differ in capitals only: {', '.join(sorted(arrays))}; keep one of each"
        )
    return lowered
