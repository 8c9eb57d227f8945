"""NIST-15: 73,055 characters of 64x64 pixels, the ten digits and A to E, from NIST Special Database 19.

It is the set that Burke and Devery (2019) trained on, and is not distributed with the library. The folder ``Dataset``
of their repository holds it as pictures; the library also reads it as a pair of IDX files.

MNIST was made from the same database. Of 1,000 digits of the test part other than 1, converted to MNIST's form, 332 are
closer to one of MNIST's training images than any of 1,000 of MNIST's own test digits is (Euclidean distance below 600):
they are the same characters, resampled.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import assemble_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.home import missing_home, original_folder
from hdr_bench.datasets.idx_files import find_idx_files, locate_idx
from hdr_bench.datasets.idx_sets import find_set, read_pair
from hdr_bench.datasets.mnist import check_idx
from hdr_bench.datasets.nist15_pictures import COUNTS, REMEDY, REPOSITORY, find_pictures, read_characters
from hdr_bench.datasets.source import ReadOptions, Source, key_of, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

CLASS_NAMES = tuple(COUNTS)
IMAGES_SHA256 = "960757813e78460bc3be015375ba3fdabaa719cee6aad149f6f329f66e648f67"
LABELS_SHA256 = "d56a5a7057e7069eac415b6f59cdc9b0cf603aa0625861bd7787979a4aacdbb0"
TEST_SIZE = 0.15
_SHARED = (
    "at least a third of its digits are the same characters as in MNIST's training images: the measured error of "
    "models trained on MNIST is too low here"
)
_HOW_TO_GET = (
    "The characters, from NIST Special Database 19, are in the folder Dataset of its source's repository. Download it, "
    f"e.g. with git clone --depth 1 {REPOSITORY}, then run: hdr-bench data add nist15 DigitRecognition/Dataset. Or use "
    'EMNIST, made from the same database: dataset = "openml:EMNIST_Balanced"'
)


def nist15_source(options: ReadOptions) -> Source:
    """Return the source of ``nist15``, split at random: by default 62,096 training and 10,959 test images.

    Parameters
    ----------
    options : ReadOptions
        How to split it.

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the files are not in the data home, with instructions for building them.
    DatasetError
        If `HDR_BENCH_DATA` names a file.
    """
    folder = original_folder("nist15")
    stamp = stamp_of(find_set(folder).train.files, folder) if folder.exists() and _holds_idx(folder) else None
    return Source(key_of("nist15", options), lambda: read_nist15_folder("nist15", folder, options), stamp)


def read_nist15_folder(name: str, folder: Path, options: ReadOptions) -> Dataset:
    """Read and verify the pictures or the two IDX files in a folder, and split them.

    The split is random, not stratified, as in the source: 62,096 and 10,959 (15 %, rounded up).

    Parameters
    ----------
    name : str
        Name of the data set.
    folder : Path
    options : ReadOptions
        Its `test_size`, by default 15 %, and the seed of the split.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetNotFoundError
        If there are no such files.
    DatasetError
        If some are missing or damaged, or they are not the original.
    """
    images, labels = _read_arrays(name, folder)
    test_size = TEST_SIZE if options.test_size is None else options.test_size
    n_test = int(np.ceil(len(images) * test_size))
    order = np.random.default_rng(options.random_state).permutation(len(images))
    all_images = Part(images, labels.astype(np.int64))
    note = f"split at random by the library: {n_test:,} of {len(images):,} for testing, seed {options.random_state}"
    train, test = np.sort(order[n_test:]), np.sort(order[:n_test])
    dataset = assemble_dataset(name, all_images.take(train), all_images.take(test), CLASS_NAMES, (note, _SHARED))
    return replace(dataset, cut_note=note)


def _read_arrays(name: str, folder: Path) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    if folder.exists() and _holds_idx(folder):
        pair = find_set(folder).train
        images, labels = read_pair(pair)
        check_idx(images, IMAGES_SHA256, str(pair.images.path))
        check_idx(labels, LABELS_SHA256, str(pair.labels.path))
        return images, labels
    pictures = find_pictures(folder)
    if pictures is None:
        raise DatasetNotFoundError(f"{_what_is_missing(name, folder)}. {_HOW_TO_GET}")
    return _read_pictures(pictures)


def _what_is_missing(name: str, folder: Path) -> str:
    if folder.exists():
        return f"{folder}: neither pictures named PREFIX_LABEL_NUMBER.png nor the two IDX files of {name}"
    return missing_home() or f"{name} is not in {folder}"


def _holds_idx(folder: Path) -> bool:
    return any("images" in name for name in find_idx_files(locate_idx(folder)))


def _read_pictures(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    images, labels = read_characters(folder)
    try:
        check_idx(images, IMAGES_SHA256, f"{folder}: the pixels of the pictures")
        check_idx(labels, LABELS_SHA256, f"{folder}: the labels of the pictures")
    except DatasetError as error:
        raise DatasetError(f"{error}; {REMEDY}") from error
    return images, labels
