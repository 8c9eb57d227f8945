"""MATLAB files: ``mat:FILE``, the format of EMNIST, SVHN and many collections by MATLAB users."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.array_files import ArrayFormat
from hdr_bench.datasets.digit_reading import TEN_IS_ZERO, SettledParts, settle_all
from hdr_bench.datasets.hdf5 import open_h5
from hdr_bench.datasets.labelled_images import LabelledImages
from hdr_bench.datasets.mat5 import Value, read_mat5
from hdr_bench.datasets.named_arrays import NamedArray
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import describe_file_error

ENDING = ".mat"
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HDF5_STARTS = (0, 512)
_AGAIN = "copy or download it again, or save it in MATLAB with save('FILE.mat', 'X', 'y', '-v7')"
# Sam Roweis's mnist_all.mat has an array per part and digit: train0 to train9, test0 to test9.
_OF_A_DIGIT = re.compile(r"(train|test)([0-9])")
_N_DIGITS = 10
# Printable ASCII characters, without the space.
_FIRST_LETTER, _LAST_LETTER = 33, 126


def is_mat(path: Path) -> bool:
    """Whether a path leads to a file with the extension of MATLAB.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_mat : bool
    """
    return path.suffix.lower() == ENDING and path.is_file()


@contextmanager
def open_mat(path: Path) -> Iterator[list[NamedArray]]:
    """Open a MATLAB file and yield its arrays.

    Parameters
    ----------
    path : Path

    Yields
    ------
    arrays : list of NamedArray

    Raises
    ------
    MissingDependencyError
        If the file is from MATLAB 7.3 and h5py is not installed.
    DatasetError
        If the file is damaged, or decompresses to more than fits into memory.
    """
    if _is_hdf5(path):
        with open_h5(path) as arrays:
            # In HDF5 files, MATLAB's axes are reversed.
            yield _join_digits([_turned(array) for array in arrays if not array.name.startswith("#refs#")])
        return
    try:
        variables = read_mat5(path)
    except (ValueError, OverflowError, zlib.error) as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"{path}: not a readable MATLAB file: {describe_file_error(error)}; {_AGAIN}") from error
    yield _join_digits(list(_flatten(variables)))


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(max(_HDF5_STARTS) + len(_HDF5))
    return any(head[start:].startswith(_HDF5) for start in _HDF5_STARTS)


def _turned(array: NamedArray) -> NamedArray:
    return replace(array, shape=array.shape[::-1], read=lambda: array.read().T)


def _flatten(values: Mapping[str, Value], group: str = "") -> Iterator[NamedArray]:
    """Yield the arrays of nested structures; their names are joined with ``/``."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{group}{name}/")
        else:
            yield _as_named(f"{group}{name}", value)


def _as_named(name: str, values: NDArray[Any]) -> NamedArray:
    return NamedArray(name, values.shape, values.dtype, lambda: values)


def _join_digits(arrays: list[NamedArray]) -> list[NamedArray]:
    """Join arrays that hold one digit each into a single array with labels."""
    by_part: dict[str, dict[int, NamedArray]] = {}
    for array in arrays:
        if of_digit := _OF_A_DIGIT.fullmatch(array.name):
            by_part.setdefault(of_digit[1], {})[int(of_digit[2])] = array
    if any(len(held) == _N_DIGITS for held in by_part.values()):
        return [joined for part, held in by_part.items() for joined in _join(part, held)]
    planes = [array for array in arrays if len(array.shape) == 3 and array.shape[2] == _N_DIGITS]
    if len(arrays) == 1 and planes:
        return _join_planes(planes[0])
    return arrays


def _join(part: str, by_digit: Mapping[int, NamedArray]) -> list[NamedArray]:
    rows = [by_digit[digit].read() for digit in sorted(by_digit)]
    labels = np.repeat(np.array(sorted(by_digit)), [len(each) for each in rows])
    images = np.concatenate(rows)
    return [_as_named(f"{part}/images", images), _as_named(f"{part}/labels", labels)]


def _join_planes(array: NamedArray) -> list[NamedArray]:
    """Convert usps_all.mat's array (pixels x images x digits) to images and labels, numbered from 1 like its planes."""
    values = array.read()
    n_pixels, n_images, _ = values.shape
    images = values.transpose(2, 1, 0).reshape(-1, n_pixels)
    return [_as_named("images", images), _as_named("labels", np.repeat(np.arange(1, _N_DIGITS + 1), n_images))]


def _names_in_mapping(arrays: Sequence[NamedArray]) -> dict[int, str] | None:
    """Return the characters of EMNIST's labels; a row of its mapping is a label and the codes of up to two letters."""
    for array in arrays:
        is_mapping = array.name.rpartition("/")[2] == "mapping" and len(array.shape) == 2 and array.shape[1] >= 2
        if is_mapping and array.dtype.kind in "iuf":
            rows = array.read()[:, :2].astype(np.int64).tolist()
            if all(_FIRST_LETTER <= code <= _LAST_LETTER for _, code in rows):
                return {label: chr(code) for label, code in rows}
    return None


def _settle(parts: Sequence[LabelledImages]) -> SettledParts:
    return settle_all(parts, "MATLAB", TEN_IS_ZERO)


FORMAT = ArrayFormat("mat", "a MATLAB file", open_mat, _settle, _names_in_mapping)
"""The format ``mat:FILE``: rows of pixels are column by column, as in MATLAB, unless the digits show another order."""
