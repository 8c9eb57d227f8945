"""Labelled picture folders: one folder a class, or the label in each file's name."""

import os
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.cut import ReadOptions, cut_dataset
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.pictures import EXTENSIONS, read_picture
from hdr_bench.datasets.source import Source, key_of, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

_NAMED = re.compile(r".+_(?P<label>[^_]+)_\d+")
_LAYOUTS = (
    "either one folder a class with the pictures in it, or files named PREFIX_LABEL_NUMBER.ext; "
    f"pictures are files that end in {', '.join(sorted(EXTENSIONS))}"
)


def folder_source(folder: str, options: ReadOptions) -> Source:
    """Return the source of ``folder:DIR``.

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it holds no picture, or may not be read.
    """
    root = Path(folder).expanduser().absolute()
    pictures = find_pictures(root)
    return Source(
        key=key_of(f"folder:{root}", options),
        stamp=stamp_of(pictures, root),
        read=lambda: read_folder(f"folder:{folder}", root, options),
    )


def read_folder(name: str, root: Path, options: ReadOptions) -> Dataset:
    """Read every picture below `root`, and cut them.

    Raises
    ------
    DatasetError
        If a picture cannot be read, or differs from the others in size or type, or there is one class only.
    """
    label_of = find_pictures(root)
    class_names = _in_order(set(label_of.values()))
    if len(class_names) < 2:
        raise DatasetError(f"{root}: all pictures are of one class, {class_names[0]!r}; at least two are needed")
    images = _stacked(list(label_of), options)
    labels = np.array([class_names.index(label) for label in label_of.values()], dtype=np.int64)
    return cut_dataset(name, images, labels, class_names, options)


def find_pictures(root: Path) -> dict[Path, str]:
    """Return the picture files below `root` and the label of each; files of other kinds are passed over.

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it holds no picture, mixes both layouts, may not be read, or a file's name has no label.
    """
    files, folders = _entries(root)
    pictures = {path: _label_in(path) for path in files}
    nested = {path: folder.name for folder in folders for path in _entries(folder)[0]}
    if pictures and nested:
        raise DatasetError(f"{root}: pictures both beside and inside folders; {_LAYOUTS}")
    filled = set(nested.values())
    empty = [folder.name for folder in folders if folder.name not in filled]
    if nested and empty:
        raise DatasetError(f"{root}: no picture in the class folder {empty[0]!r}; fill it or remove it")
    if not pictures and not nested:
        raise DatasetError(f"{root}: an empty folder, no picture in it; {_LAYOUTS}")
    return pictures or nested


def _entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the pictures and the folders in `folder`, hidden ones left out."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted((entry for entry in scan if not entry.name.startswith(".")), key=lambda entry: entry.name)
            files = [Path(entry.path) for entry in entries if entry.is_file() and _is_picture(entry.name)]
            return files, [Path(entry.path) for entry in entries if entry.is_dir()]
    except PermissionError as error:
        raise DatasetError(f"{folder}: no permission to read this folder; change its mode or choose another") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DatasetNotFoundError(f"{folder}: there is no such folder; needed is {_LAYOUTS}") from error


def _is_picture(name: str) -> bool:
    # A name, not a path: there may be a hundred thousand, and a path costs ten times as much to make.
    return os.path.splitext(name)[1].lower() in EXTENSIONS  # noqa: PTH122


def _label_in(path: Path) -> str:
    named = _NAMED.fullmatch(path.stem)
    if named is None:
        raise DatasetError(f"{path}: no label in the file's name; {_LAYOUTS}")
    return named["label"]


def _in_order(labels: set[str]) -> tuple[str, ...]:
    if all(label.isdecimal() for label in labels):
        return tuple(sorted(labels, key=lambda label: (int(label), label)))
    return tuple(sorted(labels))


def _stacked(paths: list[Path], options: ReadOptions) -> NDArray[np.generic]:
    first = read_picture(paths[0], options.resize)
    images = np.empty((len(paths), *first.shape), first.dtype)
    for index, path in enumerate(paths):
        picture = read_picture(path, options.resize)
        if picture.shape != first.shape:
            raise DatasetError(
                f"{path}: {_size(picture)} pixels, but {paths[0].name} has {_size(first)}; "
                "bring them to one size with resize, e.g. resize=(28, 28)"
            )
        if picture.dtype != first.dtype:
            raise DatasetError(f"{path}: {picture.dtype} pixels, but {paths[0].name} has {first.dtype}; save all alike")
        images[index] = picture
    return images


def _size(picture: NDArray[np.generic]) -> str:
    return f"{picture.shape[0]}x{picture.shape[1]}"
