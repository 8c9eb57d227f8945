"""HDF5 files: ``h5:FILE``, the format of USPS: groups ``train`` and ``test`` with ``data`` and ``target``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.archives import MOST_EXPANSION
from hdr_bench.datasets.array_files import ArrayFormat
from hdr_bench.datasets.digit_reading import settle_labels
from hdr_bench.datasets.memory_room import check_room, check_texts, free_memory
from hdr_bench.datasets.named_arrays import NamedArray
from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError, MissingDependencyError
from hdr_bench.files import describe_file_error
from hdr_bench.names import visible

ENDINGS = frozenset({".h5", ".hdf5", ".hdf", ".he5"})
"""Extensions of HDF5 files."""

_MOST_ARRAYS = 10_000
# Values that were never written take no space in the file.
_MOST_UNWRITTEN = 64 << 20
# Share of the free memory for a block of texts whose lengths are not yet known: HDF5 and h5py each hold a copy.
_SHARE_OF_BLOCK = 1 / 8
_AGAIN = "copy or download it again"


def is_h5(path: Path) -> bool:
    """Whether a path leads to a file with an extension of HDF5.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_h5 : bool
    """
    return path.suffix.lower() in ENDINGS and path.is_file()


@contextmanager
def open_h5(path: Path) -> Iterator[list[NamedArray]]:
    """Open an HDF5 file and yield its arrays, which the block may read.

    Parameters
    ----------
    path : Path

    Yields
    ------
    arrays : list of NamedArray

    Raises
    ------
    MissingDependencyError
        If h5py is not installed.
    DatasetError
        If the file is damaged, or an array is stored outside it or declares more than it holds.
    """
    h5py = _import_h5py(path)
    regular_size(path)
    try:
        with h5py.File(path, "r") as file:
            found: list[NamedArray] = []
            # It follows only hard links: what an external link names is not in this file.
            file.visititems(lambda name, item: _collect(path, found, name, item, h5py.Dataset))
            yield found
    except (DatasetError, MemoryError, PermissionError):
        raise
    except Exception as error:  # damaged files make the HDF5 library raise errors of many kinds
        raise DatasetError(f"{path}: not a readable HDF5 file: {describe_file_error(error)}; {_AGAIN}") from error


def _import_h5py(path: Path) -> Any:
    try:
        import h5py
    except ImportError as error:
        raise MissingDependencyError(
            f"{path}: reading HDF5 needs h5py, which is not installed; run: pip install 'hdr-bench[formats]'"
        ) from error
    return h5py


def _collect(path: Path, found: list[NamedArray], name: str, item: Any, kind: type) -> None:
    if not isinstance(item, kind):
        return
    if len(found) >= _MOST_ARRAYS:
        raise DatasetError(f"{path}: it has more than {_MOST_ARRAYS:,} arrays, too many for a file of images")
    array: Any = item
    if array.shape is not None:
        found.append(NamedArray(name, array.shape, array.dtype, lambda: _read(path, name, array)))


def _read(path: Path, name: str, array: Any) -> Any:
    where = f"{path}: {visible(name)}"
    if array.external or array.is_virtual:
        raise DatasetError(f"{where} is stored in other files; save it into this one")
    if array.dtype.hasobject:
        return _read_texts(path, where, array)
    n_bytes, n_stored = array.size * array.dtype.itemsize, array.id.get_storage_size()
    if n_bytes > max(_MOST_UNWRITTEN, n_stored * MOST_EXPANSION):
        raise DatasetError(
            f"{where} of shape {array.shape} declares {n_bytes:,} bytes, more than its {n_stored:,} stored bytes can "
            f"hold; {_AGAIN}"
        )
    check_room(where, n_bytes)
    return array[()]


def _read_texts(path: Path, where: str, array: Any) -> NDArray[np.object_]:
    """Read texts of any length, block by block: many may share one text in the file, which thus hides their size.

    Raises
    ------
    DatasetError
        If they are not a row or a column of texts, or are too long for labels.
    """
    n_texts = max(array.shape, default=0)
    if array.dtype.kind != "O" or array.size != n_texts:
        raise DatasetError(
            f"{where} of shape {array.shape} holds neither numbers nor one text per image; save images and labels "
            "as numbers, or labels as a column of texts"
        )
    axis = array.shape.index(n_texts)
    texts = np.empty(n_texts, np.object_)
    # The array's own memory: one pointer per text.
    check_texts(where, texts.nbytes)
    # No text is longer than the file.
    n_bytes, step = texts.nbytes, max(1, int(_SHARE_OF_BLOCK * free_memory() / regular_size(path)))
    for start in range(0, n_texts, step):
        block = array[(*[slice(None)] * axis, slice(start, start + step))].reshape(-1)
        n_bytes += sum(map(sys.getsizeof, block))
        check_texts(where, n_bytes)
        texts[start : start + step] = block
    return texts.reshape(array.shape)


FORMAT = ArrayFormat("h5", "an HDF5 file", open_h5, settle_labels)
"""The format ``h5:FILE``."""
