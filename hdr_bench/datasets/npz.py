"""Arrays in a NumPy ``.npz`` file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.cut import ReadOptions, cut_dataset
from hdr_bench.datasets.dataset import Dataset, Part, encode_labels, make_dataset
from hdr_bench.datasets.rows import as_images
from hdr_bench.datasets.source import Source, key_of, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.files import read_arrays

SPLIT_NAMES = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
)
WHOLE_NAMES = (("images", "labels"), ("x", "y"))


def npz_source(file: str, options: ReadOptions) -> Source:
    """Return the source of ``npz:FILE``.

    Raises
    ------
    DatasetNotFoundError
        If the file does not exist.
    """
    path = Path(file).expanduser().absolute()
    if not path.is_file():
        raise DatasetNotFoundError(f"{path}: there is no such file")
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
            return _split(name, path, [arrays[key] for key in names], options)
    for images, labels in WHOLE_NAMES:
        if {images, labels} <= arrays.keys():
            encoded, class_names = encode_labels(str(path), arrays[labels].reshape(-1))
            return cut_dataset(name, as_images(str(path), arrays[images]), encoded, class_names, options)
    allowed = " or ".join("/".join(names) for names in (*SPLIT_NAMES, *WHOLE_NAMES))
    raise DatasetError(f"{path}: it holds {', '.join(sorted(arrays)) or 'nothing'}; needed are the arrays {allowed}")


def _split(name: str, path: Path, arrays: list[NDArray[np.generic]], options: ReadOptions) -> Dataset:
    if options.test_size is not None:
        raise DatasetError(f"{name} comes with its own test part; leave test_size out")
    train_images, train_labels, test_images, test_labels = arrays
    whole = np.concatenate([train_labels.reshape(-1), test_labels.reshape(-1)])
    labels, class_names = encode_labels(str(path), whole)
    train = Part(as_images(str(path), train_images), labels[: train_labels.size])
    return make_dataset(name, train, Part(as_images(str(path), test_images), labels[train_labels.size :]), class_names)


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        return {name.lower(): array for name, array in read_arrays(path).items()}
    except ValueError as error:
        raise DatasetError(f"{path}: not a readable .npz file: {error}") from error
