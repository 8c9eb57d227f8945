"""Data sets in one file of named arrays, or in two: what HDF5 and MATLAB files have in common."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.digit_reading import SettledParts
from hdr_bench.datasets.labelled_images import LabelledImages, make_from_parts
from hdr_bench.datasets.named_arrays import NamedArray, choose_pairs, note_unread, read_pair
from hdr_bench.datasets.part_files import find_partner
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.source import ReadOptions, Source, key_of, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError


@dataclass(frozen=True)
class ArrayFormat:
    """A format of files of named arrays.

    Attributes
    ----------
    scheme : str
        By which a data set names a file of it.
    words : str
        What errors call such a file.
    open : callable
        Opens a file; the block gets its arrays.
    settle : callable
        Brings the parts into the order that the format leaves open.
    names_of : callable
        Returns the names of labels that the arrays hold; None if they hold none.
    """

    scheme: str
    words: str
    open: Callable[[Path], AbstractContextManager[Sequence[NamedArray]]]
    settle: Callable[[Sequence[LabelledImages]], SettledParts]
    names_of: Callable[[Sequence[NamedArray]], Mapping[int, str] | None] = lambda _: None


def array_source(file_format: ArrayFormat, place: str, options: ReadOptions) -> Source:
    """Return the source of a file of named arrays, with the file of its test part if that is beside it.

    Parameters
    ----------
    file_format : ArrayFormat
    place : str
        As the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the file does not exist.
    DatasetError
        If it is a folder, or several files may be its test part.
    """
    path, scheme = expand_path(place), file_format.scheme
    if not path.exists():
        raise DatasetNotFoundError(f"{path}: there is no such file; expected {file_format.words}")
    if path.is_dir():
        raise DatasetError(f"{path}: a folder; expected {file_format.words}: {scheme}:{path}/FILE")
    partner = find_partner(path)
    name, paths = f"{scheme}:{path}", [path, *([partner] if partner else [])]
    return Source(
        key=key_of(name, options),
        stamp=stamp_of(paths, path.parent),
        read=lambda: read_array_file(file_format, name, path, options),
    )


def read_array_file(file_format: ArrayFormat, name: str, path: Path, options: ReadOptions) -> Dataset:
    """Read the images and labels of a file, and of the one beside it that is its test part by its name.

    Parameters
    ----------
    file_format : ArrayFormat
    name : str
        What the data set is called.
    path : Path
        The file.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If the file is damaged, or which of its arrays are images and labels is not clear.
    """
    content = _read_content(file_format, path)
    parts, notes = list(content.parts), list(content.notes)
    partner = find_partner(path) if len(parts) == 1 else None
    if partner is not None:
        parts.append(_read_content(file_format, partner).parts[0])
        notes.append(f"the test part is {partner.name} beside it")
    settled = file_format.settle(parts)
    class_names = content.class_names or settled.class_names
    return make_from_parts(name, settled.parts, options, [*notes, *settled.notes], class_names=class_names)


@dataclass(frozen=True)
class _Content:
    parts: tuple[LabelledImages, ...]
    notes: tuple[str, ...]
    class_names: Mapping[int, str] | None


def _read_content(file_format: ArrayFormat, path: Path) -> _Content:
    with file_format.open(path) as arrays:
        pairs = choose_pairs(str(path), arrays)
        read = [read_pair(str(path), pair) for pair in (pairs.train, pairs.test) if pair is not None]
        names = file_format.names_of(arrays)
    notes = dict.fromkeys(note for _, notes in read for note in notes)
    return _Content(tuple(part for part, _ in read), (*notes, *note_unread(pairs.unread)), names)
