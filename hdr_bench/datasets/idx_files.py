"""IDX files in a folder, recognized by the names that archives give them, each with its copies.

A file may be compressed, as ``NAME.gz`` or ``NAME.xz``.

torchvision leaves ``NAME`` and ``NAME.gz`` side by side in ``MNIST/raw``; Kaggle's archive has the file
``train-images.idx3-ubyte`` beside a folder ``train-images-idx3-ubyte`` that holds a copy. All copies are read, and must
have the same content.
"""

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.file_kinds import describe_file
from hdr_bench.datasets.folder_scan import PASSED_OVER
from hdr_bench.datasets.idx import decode_idx, has_content, look_at_idx, read_content
from hdr_bench.datasets.paths import is_file, is_folder
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

HOW_NAMED = (
    "name a pair of files like train-images-idx3-ubyte and train-labels-idx1-ubyte (optionally .gz or .xz), those of "
    "the test part with t10k or test in their names"
)
_LEVELS = 2
_COMPRESSED = (".gz", ".xz")


@dataclass(frozen=True)
class IdxFile:
    """An IDX file, and its copies.

    Attributes
    ----------
    copies : tuple of Path
        At least one; uncompressed copies first.
    """

    copies: tuple[Path, ...]

    @property
    def path(self) -> Path:
        """The copy that errors refer to."""
        return self.copies[0]

    @property
    def name(self) -> str:
        """Name of that copy."""
        return self.path.name

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that its header declares.

        Raises
        ------
        DatasetError, OSError
            If the file cannot be read as IDX.
        """
        return look_at_idx(self.path).shape

    def read(self) -> NDArray[np.generic]:
        """Read the file, and verify that its copies have the same content.

        Returns
        -------
        array : ndarray

        Raises
        ------
        DatasetError
            If a copy is damaged, or the copies differ.
        """
        content = read_content(self.path)
        for copy in self.copies[1:]:
            if not has_content(copy, content):
                raise DatasetError(f"{self.path} and {copy} have different contents; remove the wrong one")
        return decode_idx(content, str(self.path))


def locate_idx(root: Path) -> Path:
    """Return the folder that holds the IDX files: `root`, or the only such folder up to two levels below.

    Parameters
    ----------
    root : Path

    Returns
    -------
    folder : Path

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it is a file, cannot be read, or several folders below it hold IDX files.
    """
    level = [root]
    for _ in range(_LEVELS + 1):
        holding = [folder for folder in level if any("images" in name for name in find_idx_files(folder))]
        if len(holding) > 1:
            listed = ", ".join(folder.relative_to(root).as_posix() for folder in holding)
            raise DatasetError(f"{root}: several folders below it hold IDX files: {listed}; give one of them")
        if holding:
            return holding[0]
        level = [Path(entry.path) for folder in level for entry in _entries(folder) if is_folder(entry)]
    return root


def find_idx_files(folder: Path) -> dict[str, IdxFile]:
    """Return the IDX files of images and labels in a folder, by their names in the original archives.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    files : dict of str to IdxFile

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it is a file, or cannot be read.
    """
    copies: defaultdict[str, list[Path]] = defaultdict(list)
    for entry in _entries(folder):
        name = _original_name(entry.name)
        if name is None:
            continue
        if is_file(entry):
            copies[name].append(Path(entry.path))
        elif is_folder(entry):
            copies[name] += _find_named(name, Path(entry.path))
    return {
        name: IdxFile(tuple(sorted(paths, key=lambda path: (path.suffix.lower() in _COMPRESSED, str(path)))))
        for name, paths in sorted(copies.items())
        if paths
    }


def _find_named(name: str, folder: Path) -> list[Path]:
    return [Path(entry.path) for entry in _entries(folder) if is_file(entry) and _original_name(entry.name) == name]


def _original_name(name: str) -> str | None:
    """Return the name in the original archive, e.g. train-images-idx3-ubyte for Train-images.idx3-ubyte.gz."""
    plain = name.lower()
    for ending in _COMPRESSED:
        plain = plain.removesuffix(ending)
    plain = re.sub(r"\.(?=idx\d)", "-", plain)
    return plain if "idx" in plain and ("images" in plain or "labels" in plain) else None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted((entry for entry in scan if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except PermissionError as error:
        raise DatasetError(f"{folder}: no permission to read this folder; change its mode or choose another") from error
    except NotADirectoryError as error:
        raise DatasetError(f"{folder}: {describe_file(folder)}") from error
    except FileNotFoundError as error:
        raise DatasetNotFoundError(f"{folder}: there is no such folder; {HOW_NAMED}") from error
    return [entry for entry in entries if entry.name.casefold() not in PASSED_OVER]
