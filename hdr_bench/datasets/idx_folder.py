"""A folder of IDX files: pairs of images and labels, as MNIST's and EMNIST's are named."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.cut import ReadOptions, cut_dataset
from hdr_bench.datasets.dataset import Dataset, Part, encode_labels, make_dataset
from hdr_bench.datasets.idx import read_idx
from hdr_bench.datasets.source import Source, key_of, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

_TEST_WORDS = ("t10k", "test")
_HOW_NAMED = (
    "a pair of files is named like train-images-idx3-ubyte and train-labels-idx1-ubyte (.gz or not), "
    "the test part's with t10k or test in their names"
)


def idx_source(folder: str, options: ReadOptions) -> Source:
    """Return the source of ``idx:DIR``: one pair of files, or a train and a test pair.

    Raises
    ------
    DatasetNotFoundError
        If the folder, or a pair in it, does not exist.
    """
    root = Path(folder).expanduser().absolute()
    pairs = find_pairs(root)
    return Source(
        key=key_of(f"idx:{root}", options),
        stamp=stamp_of([file for pair in pairs.values() for file in pair], root),
        read=lambda: read_idx_folder(f"idx:{folder}", root, options),
    )


def read_idx_folder(name: str, root: Path, options: ReadOptions) -> Dataset:
    """Read the pairs of a folder; where there is no test pair, cut the train pair.

    Raises
    ------
    DatasetError
        If a file is damaged, or images and labels do not fit each other.
    """
    pairs = find_pairs(root)
    images, raw_labels = read_pair(*pairs["train"])
    if "test" not in pairs:
        labels, class_names = encode_labels(str(pairs["train"][1]), raw_labels)
        return cut_dataset(name, images, labels, class_names, options)
    if options.test_size is not None:
        raise DatasetError(f"{name} comes with its own test part; leave test_size out")
    test_images, test_labels = read_pair(*pairs["test"])
    labels, class_names = encode_labels(str(root), np.concatenate([raw_labels, test_labels]))
    train = Part(images, labels[: len(images)])
    return make_dataset(name, train, Part(test_images, labels[len(images) :]), class_names)


def find_pairs(root: Path) -> dict[str, tuple[Path, Path]]:
    """Return the pairs (images, labels) of a folder, under ``"train"`` and, where there is one, ``"test"``.

    Raises
    ------
    DatasetNotFoundError
        If the folder is not there, or holds no pair.
    DatasetError
        If it holds two pairs for one part, or half a pair.
    """
    pairs: dict[str, tuple[Path, Path]] = {}
    for images in image_files(root):
        labels = _labels_of(images)
        part = "test" if any(word in images.name for word in _TEST_WORDS) else "train"
        if part in pairs:
            raise DatasetError(f"{root}: both {pairs[part][0].name} and {images.name} are {part} images; keep one")
        pairs[part] = (images, labels)
    if "train" not in pairs:
        raise DatasetNotFoundError(f"{root}: no IDX files to train on; {_HOW_NAMED}")
    return pairs


def image_files(root: Path) -> list[Path]:
    """Return the files of a folder that are named as IDX images are.

    Raises
    ------
    DatasetNotFoundError
        If the folder is not there.
    DatasetError
        If it may not be read.
    """
    try:
        return sorted(path for path in root.iterdir() if "images" in path.name and "idx" in path.name)
    except PermissionError as error:
        raise DatasetError(f"{root}: no permission to read this folder; change its mode or choose another") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DatasetNotFoundError(f"{root}: there is no such folder; {_HOW_NAMED}") from error


def read_pair(image_file: Path, label_file: Path) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Read images of shape (n, height, width) and labels of shape (n,).

    Raises
    ------
    DatasetError
        If a file is damaged, has another rank, or their counts differ.
    """
    images, labels = read_idx(image_file), read_idx(label_file)
    if images.ndim != 3:
        raise DatasetError(f"{image_file}: {images.ndim} dimensions; images need three (n, height, width)")
    if labels.ndim != 1:
        raise DatasetError(f"{label_file}: {labels.ndim} dimensions; labels need one")
    if len(images) != len(labels):
        raise DatasetError(f"{image_file} holds {len(images)} images, but {label_file} {len(labels)} labels")
    return images, labels


def _labels_of(images: Path) -> Path:
    stem = images.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
    for name in (stem, f"{stem}.gz"):
        if images.with_name(name).exists():
            return images.with_name(name)
    raise DatasetError(f"{images.parent}: {images.name} has no labels beside it; {stem} or {stem}.gz is needed")
