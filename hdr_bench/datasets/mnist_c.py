"""MNIST-C: MNIST under each of fifteen corruptions, as published (Mu and Gilmer, 2019).

The archive ``mnist_c.zip`` has a folder per corruption, with arrays of 60,000 training and 10,000 test images. No
checksums are known to this library, so that only the files' format, shapes, and number of images per class are checked.
`hdr_bench.robustness` makes such images from any others.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import add_blank_warnings, assemble_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.embedded import DIGITS
from hdr_bench.datasets.home import missing_home, original_folder
from hdr_bench.datasets.source import ReadOptions, Source, key_of, refuse_cut, stamp_of
from hdr_bench.datasets.stored_arrays import StoredArray, list_arrays
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, UnknownNameError

FOLDERS = ("mnist-c", "mnist_c")
"""Possible names of the archive's folder in the data home: its own name, or with a hyphen."""

CORRUPTION_NAMES = (
    "shot_noise",
    "impulse_noise",
    "glass_blur",
    "motion_blur",
    "shear",
    "scale",
    "rotate",
    "brightness",
    "translate",
    "stripe",
    "fog",
    "spatter",
    "dotted_line",
    "zigzag",
    "canny_edges",
    "identity",
)
"""Folders of the archive; the last one holds MNIST's original images."""

PER_CLASS = {
    "train": (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    "test": (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
}
"""Number of images per class, as in MNIST."""

_SIDE = 28
_NOTES = (
    "MNIST's training and test images, corrupted: models trained on MNIST have seen the original training images",
    "no checksum is known: only the files' format, shapes, and number of images per class were checked",
)
_HOW_TO_GET = (
    "Download mnist_c.zip (235 MiB) from https://zenodo.org/record/3239543 and unpack it in the data home, which "
    "HDR_BENCH_DATA names. hdr_bench.robustness.corrupt makes such images without it"
)


def mnist_c_source(corruption: str, options: ReadOptions) -> Source:
    """Return the source of ``mnist-c:CORRUPTION``, such as ``mnist-c:fog``.

    Parameters
    ----------
    corruption : str
        A folder of the archive.
    options : ReadOptions
        Without a `test_size`.

    Returns
    -------
    source : Source

    Raises
    ------
    UnknownNameError
        If the archive has no such folder.
    DatasetNotFoundError
        If it is not in the data home, with instructions for getting it.
    DatasetError
        If there are only some of the four files, or `test_size` is given.
    """
    name = f"mnist-c:{corruption}"
    if corruption not in CORRUPTION_NAMES:
        raise UnknownNameError("corruption of mnist-c", corruption, CORRUPTION_NAMES)
    refuse_cut(name, options)
    folder = _find_folder(name, corruption)
    files = _find_files(folder)
    return Source(key_of(name, options), lambda: _read(name, files), stamp_of(files.values(), folder))


def _find_folder(name: str, corruption: str) -> Path:
    for folder in map(original_folder, FOLDERS):
        if (folder / corruption).is_dir():
            return folder / corruption
    where = missing_home() or f"{name} is not in {original_folder(FOLDERS[0]) / corruption}"
    raise DatasetNotFoundError(f"{where}. {_HOW_TO_GET}")


def _find_files(folder: Path) -> dict[str, Path]:
    files = {
        f"{part} {role}": folder / f"{part}_{role}.npy" for part in ("train", "test") for role in ("images", "labels")
    }
    missing = ", ".join(path.name for path in files.values() if not path.is_file())
    if missing:
        raise DatasetError(f"{folder}: MNIST-C is incomplete, missing: {missing}; unpack mnist_c.zip again")
    return files


def _read(name: str, files: dict[str, Path]) -> Dataset:
    arrays = {what: list_arrays(path)[0] for what, path in files.items()}
    for part, counts in PER_CLASS.items():
        _check_images(arrays[f"{part} images"], sum(counts))
        _check_labels(arrays[f"{part} labels"], sum(counts))
    train, test = (_read_part(arrays, part) for part in PER_CLASS)
    dataset = assemble_dataset(name, train, test, DIGITS, _NOTES, _warn_of_counts({"train": train, "test": test}))
    return add_blank_warnings(dataset)


def _read_part(arrays: dict[str, StoredArray], part: str) -> Part:
    images: NDArray[Any] = arrays[f"{part} images"].read()
    labels = arrays[f"{part} labels"].read().astype(np.int64)
    if labels.min() < 0 or labels.max() >= len(DIGITS):
        raise DatasetError(
            f"{arrays[f'{part} labels'].where}: labels from {labels.min()} to {labels.max()}, expected 0 to 9; unpack "
            "mnist_c.zip again"
        )
    return Part(images.reshape(len(labels), _SIDE, _SIDE), labels)


def _check_images(array: StoredArray, n: int) -> None:
    shapes = ((n, _SIDE, _SIDE, 1), (n, _SIDE, _SIDE))
    if array.shape not in shapes or array.dtype != np.uint8:
        raise DatasetError(
            f"{array.where} has shape {array.shape} and type {array.dtype}, expected {shapes[0]} and uint8, as "
            "MNIST-C's are; unpack mnist_c.zip again"
        )


def _check_labels(array: StoredArray, n: int) -> None:
    if array.shape != (n,) or array.dtype.kind not in "iu":
        raise DatasetError(
            f"{array.where} has shape {array.shape} and type {array.dtype}, expected {(n,)} and whole numbers, as "
            "MNIST-C's are; unpack mnist_c.zip again"
        )


def _warn_of_counts(parts: dict[str, Part]) -> tuple[str, ...]:
    others = [part for part, images in parts.items() if tuple(np.bincount(images.labels).tolist()) != PER_CLASS[part]]
    return tuple(f"{part} part: the numbers of images per class differ from those of MNIST" for part in others)
