"""Parquet files as Hugging Face writes them: ``parquet:FILE`` or ``parquet:DIR``, pictures with their labels."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.archives import Limit
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.image_arrays import GREY_NOTE, to_images, to_labels
from hdr_bench.datasets.labelled_images import LabelledImages, make_from_parts
from hdr_bench.datasets.memory_room import check_room
from hdr_bench.datasets.parquet_columns import NEEDED, Columns, choose_columns
from hdr_bench.datasets.parquet_files import ENDING, find_shards, holds_parquet
from hdr_bench.datasets.paths import expand_path, regular_size
from hdr_bench.datasets.pictures import decode_picture
from hdr_bench.datasets.source import ReadOptions, Source, key_of, stamp_of
from hdr_bench.exceptions import DatasetError, MissingDependencyError
from hdr_bench.files import describe_file_error
from hdr_bench.records.text import list_first

_BATCH_ROWS = 500
# Encoded pictures hardly compress; rows of pixels compress to a tenth.
_LIMIT = Limit(256 << 20, 100)
_AGAIN = "copy or download it again"
_COLOR_MODES = frozenset({"RGB", "RGBA", "P", "CMYK", "YCbCr", "LAB", "HSV"})
# Placeholder of Hugging Face's library for unpublished labels.
_NO_LABEL = -1


def parquet_source(place: str, options: ReadOptions) -> Source:
    """Return the source of ``parquet:FILE``; FILE may also be a folder that holds the shards of a data set.

    Parameters
    ----------
    place : str
        Path as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If there is no such file.
    DatasetError
        If a shard is missing, or it is unclear which files are meant.
    """
    path = expand_path(place)
    shards = find_shards(path)
    name, files = f"parquet:{path}", (*shards.train, *shards.test)
    return Source(
        key=key_of(name, options),
        stamp=stamp_of(files, shards.train[0].parent),
        read=lambda: read_parquet(name, path, options),
    )


def is_parquet(path: Path) -> bool:
    """Whether a path leads to a file with the extension of Parquet, or a folder of such files.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_parquet : bool
    """
    if path.is_dir():
        with suppress(PermissionError):
            return holds_parquet(path)
    return path.suffix.lower() == ENDING and path.is_file()


def read_parquet(name: str, path: Path, options: ReadOptions) -> Dataset:
    """Read pictures and labels of all shards.

    Parameters
    ----------
    name : str
        Name of the data set.
    path : Path
        A file, or a folder of files.
    options : ReadOptions
        With `resize`, each picture is resized.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    MissingDependencyError
        If pyarrow is not installed.
    DatasetError
        If a file is damaged or lacks these columns, or if pictures differ in size.
    """
    shards = find_shards(path)
    parts: list[LabelledImages] = []
    notes: list[str] = []
    class_names = None
    for files in (shards.train, shards.test):
        if not files:
            continue
        contents = [_read_file(file, options) for file in files]
        if parts and all((labels == _NO_LABEL).all() for _, labels, _ in contents):
            notes.append(f"{files[0].name} has no labels (all are {_NO_LABEL}) and is not used as the test part")
            continue
        shapes = {images.shape[1:] for images, _, _ in contents}
        if len(shapes) > 1:
            raise DatasetError(
                f"{files[0]}: its shards hold pictures of different sizes; bring them to the same size with resize"
            )
        class_names = class_names or contents[0][2].class_names
        images, labels = (np.concatenate([content[place] for content in contents]) for place in (0, 1))
        parts.append(LabelledImages(str(files[0]), images, labels))
    if len(parts) > 1 and not path.is_dir():
        notes.append(f"the test part is {shards.test[0].name} beside it")
    if shards.left_out:
        notes.append(f"files that were not read: {list_first(shards.left_out, lambda file: file.name)}")
    notes += _note_color(shards.train[0])
    return make_from_parts(name, parts, options, notes, class_names=class_names)


def _read_file(path: Path, options: ReadOptions) -> tuple[NDArray[np.generic], NDArray[np.generic], Columns]:
    with _open(path) as file:
        columns = choose_columns(path, file.schema_arrow)
        _check_size(path, file.metadata)
        images: list[NDArray[np.generic]] = []
        labels: list[Any] = []
        for batch in file.iter_batches(_BATCH_ROWS, columns=[*columns.images, columns.label]):
            start = len(labels)
            images.append(_images_of(path, start, [batch.column(name) for name in columns.images], options))
            labels += batch.column(columns.label).to_pylist()
            check_room(str(path), sum(array.nbytes for array in images) // len(labels) * file.metadata.num_rows)
            if images[-1].shape[1:] != images[0].shape[1:]:
                raise DatasetError(
                    f"{path}: row {start:,} differs in size from the first; bring all to the same size with resize"
                )
        if not labels:
            raise DatasetError(f"{path}: it has no rows; {NEEDED}")
        if any(label is None or isinstance(label, list | dict) for label in labels):
            raise DatasetError(f"{path}: the column {columns.label!r} does not hold one label per row; {NEEDED}")
        named = to_labels(f"{path}: {columns.label}", np.array(labels))
        return np.concatenate(images), named, columns


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    """Open a Parquet file.

    Raises
    ------
    MissingDependencyError
        If pyarrow is not installed.
    DatasetError
        If the file is damaged, or the block finds damage.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise MissingDependencyError(
            f"{path}: reading Parquet needs pyarrow, which is not installed; run: pip install 'hdr-bench[formats]'"
        ) from error
    regular_size(path)
    try:
        # Not memory-mapped: a file that another program truncates would crash this one.
        with pyarrow.parquet.ParquetFile(path, memory_map=False) as file:
            yield file
    except (DatasetError, MemoryError, PermissionError):
        raise
    except Exception as error:  # damaged files make pyarrow raise errors of many kinds
        raise DatasetError(f"{path}: not a readable Parquet file: {describe_file_error(error)}; {_AGAIN}") from error


def _check_size(path: Path, metadata: Any) -> None:
    declared = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    size = regular_size(path)
    if not _LIMIT.allows(max(declared, metadata.num_rows), size):
        raise DatasetError(
            f"{path}: its {size:,} bytes declare {metadata.num_rows:,} rows of {declared:,} bytes, far more than "
            f"expected of a file of this size; {_AGAIN}"
        )
    check_room(str(path), declared)


def _images_of(path: Path, start: int, columns: Sequence[Any], options: ReadOptions) -> NDArray[np.generic]:
    if len(columns) > 1:
        rows = np.column_stack([column.to_numpy(zero_copy_only=False) for column in columns])
        return to_images(str(path), rows, len(rows))[0]
    values = columns[0].to_pylist()
    if any(value is None for value in values):
        raise DatasetError(f"{path}: row {start + values.index(None):,} has no picture; {NEEDED}")
    if values and not isinstance(values[0], dict | bytes):
        return _lists_as_images(path, values)
    pictures = [_decode(path, start + place, value, options) for place, value in enumerate(values)]
    alike = {(picture.shape, picture.dtype.str) for picture in pictures}
    if len(alike) > 1:
        sizes = list_first(sorted({f"{height}x{width}" for (height, width), _ in alike}))
        raise DatasetError(
            f"{path}: pictures of {sizes} pixels between rows {start:,} and {start + len(values) - 1:,}; bring them to "
            "the same size with resize, e.g. resize=(28, 28)"
        )
    return np.stack(pictures)


def _decode(path: Path, row: int, value: Any, options: ReadOptions) -> NDArray[np.generic]:
    content = value.get("bytes") if isinstance(value, dict) else value
    if not isinstance(content, bytes):
        raise DatasetError(
            f"{path}: row {row:,} refers to a picture but does not hold it; save the data set with embedded pictures"
        )
    return decode_picture(Path(f"{path}: row {row:,}"), io.BytesIO(content), options.resize).values


def _lists_as_images(path: Path, values: Sequence[Any]) -> NDArray[np.generic]:
    try:
        array = np.array(values)
    except ValueError as error:
        raise DatasetError(f"{path}: lists of pixels have different lengths; expected equal lengths") from error
    images, _ = to_images(str(path), array, len(values))
    return images


def _note_color(path: Path) -> tuple[str, ...]:
    """Return a note if the first picture of a file, which has been read before, is in colour."""
    from PIL import Image

    with _open(path) as file:
        columns = choose_columns(path, file.schema_arrow)
        value = next(file.iter_batches(1, columns=[columns.images[0]])).column(0)[0].as_py()
    if isinstance(value, list):
        return to_images(str(path), np.array([value]), 1)[1]
    content = value.get("bytes") if isinstance(value, dict) else value
    if not isinstance(content, bytes):
        return ()
    with Image.open(io.BytesIO(content)) as picture:
        return (GREY_NOTE,) if picture.mode in _COLOR_MODES else ()
