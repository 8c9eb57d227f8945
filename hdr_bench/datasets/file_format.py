"""Formats of data sets in one or two files: the test part may be in a file beside the first, recognized by name."""

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
    """A file format of data sets.

    Attributes
    ----------
    scheme : str
        Scheme of the names of such data sets.
    words : str
        Description of the format, for errors.
    """

    scheme: str
    words: str

    def source(self, place: str, options: ReadOptions) -> Source:
        """Return the source of a file, with the file of its test part if there is one beside it.

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
            If the file does not exist.
        DatasetError
            If it is a folder, or several files may be its test part.
        """
        path = expand_path(place)
        if not path.exists():
            raise DatasetNotFoundError(f"{path}: there is no such file; expected {self.words}")
        if path.is_dir():
            raise DatasetError(
                f"{path}: it is a folder; name a file in it: {self.scheme}:{path}/FILE. Expected {self.words}"
            )
        partner = find_partner(path)
        name, paths = f"{self.scheme}:{path}", [path, *([partner] if partner else [])]
        return Source(
            key=key_of(name, options),
            stamp=stamp_of(paths, path.parent),
            read=lambda: self.read(name, path, options),
        )

    @abstractmethod
    def read(self, name: str, path: Path, options: ReadOptions) -> Dataset:
        """Read the images and labels of a file, and of the file beside it that is its test part by name.

        Parameters
        ----------
        name : str
            Name of the data set.
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
            If the file is damaged, or it is unclear which of its contents are images and labels.
        """
