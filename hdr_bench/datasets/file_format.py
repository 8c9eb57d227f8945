"""Formats of data sets that are one file, or two: the test part may be in a file beside it, known by its name."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.part_files import find_partner
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.source import ReadOptions, Source, key_of, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError


@dataclass(frozen=True)
class FileFormat(ABC):
    """A format of files that are data sets.

    Attributes
    ----------
    scheme : str
        By which a data set names a file of it.
    words : str
        What errors say was expected.
    """

    scheme: str
    words: str

    def source(self, place: str, options: ReadOptions) -> Source:
        """Return the source of a file, with the file of its test part if that is beside it.

        Parameters
        ----------
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
        path = expand_path(place)
        if not path.exists():
            raise DatasetNotFoundError(f"{path}: there is no such file; expected {self.words}")
        if path.is_dir():
            raise DatasetError(f"{path}: a folder; name a file in it: {self.scheme}:{path}/FILE. Expected {self.words}")
        partner = find_partner(path)
        name, paths = f"{self.scheme}:{path}", [path, *([partner] if partner else [])]
        return Source(
            key=key_of(name, options),
            stamp=stamp_of(paths, path.parent),
            read=lambda: self.read(name, path, options),
        )

    @abstractmethod
    def read(self, name: str, path: Path, options: ReadOptions) -> Dataset:
        """Read the images and labels of a file, and of the one beside it that is its test part by its name.

        Parameters
        ----------
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
        MissingDependencyError
            If the library that reads such files is not installed.
        DatasetError
            If the file is damaged, or which of its contents are images and labels is not clear.
        """
