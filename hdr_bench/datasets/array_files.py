"""Data sets in one or two files of named arrays: what HDF5 and MATLAB files have in common."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.digit_reading import SettledParts
from hdr_bench.datasets.file_format import FileFormat
from hdr_bench.datasets.labelled_images import LabelledImages, make_from_parts
from hdr_bench.datasets.named_arrays import NamedArray, choose_pairs, note_unread, read_pair
from hdr_bench.datasets.part_files import find_partner
from hdr_bench.datasets.source import ReadOptions


@dataclass(frozen=True)
class ArrayFormat(FileFormat):
    """A format of files of named arrays.

    Attributes
    ----------
    open : callable
        Context manager that opens a file and returns its arrays.
    settle : callable
        Resolves what the format leaves open in the parts, such as the order of rows and columns.
    names_of : callable
        Returns the names of labels that the arrays hold; None if they hold no names.
    """

    open: Callable[[Path], AbstractContextManager[Sequence[NamedArray]]]
    settle: Callable[[Sequence[LabelledImages]], SettledParts]
    names_of: Callable[[Sequence[NamedArray]], Mapping[int, str] | None] = lambda _: None

    def read(self, name: str, path: Path, options: ReadOptions) -> Dataset:  # noqa: D102  # documented there
        content = _read_content(self, path)
        parts, notes = list(content.parts), list(content.notes)
        partner = find_partner(path) if len(parts) == 1 else None
        if partner is not None:
            parts.append(_read_content(self, partner).parts[0])
            notes.append(f"the test part is {partner.name} beside it")
        settled = self.settle(parts)
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
