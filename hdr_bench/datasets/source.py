"""Sources of data sets: what to read, how to split it, and how to notice changes."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import assemble_dataset
from hdr_bench.datasets.checks import check_part
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.fitting import Fit
from hdr_bench.datasets.labels import stratified_split
from hdr_bench.exceptions import DatasetError

DEFAULT_TEST_SIZE = 0.2
READER = "3"
"""Version of the readers; raise it if files are read differently, or with other notes, to prepare data sets again."""


@dataclass(frozen=True)
class ReadOptions:
    """Options for a source, beside the name.

    Attributes
    ----------
    resize : tuple of int or None
        Height and width, in pixels, to which every picture of a folder is resized; None leaves them unchanged.
    test_size : float or None
        Share of the test part if the data have none; None uses the data set's own rule, by default a stratified fifth.
    random_state : int
        Seed of that split.
    fit : {"mnist"} or None
        Form to which each picture of a folder is converted while it is read; None leaves them unchanged.
    """

    resize: tuple[int, int] | None = None
    test_size: float | None = None
    random_state: int = 0
    # Data prepared without it keep the key from before this option existed.
    fit: Fit | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Source:
    """A data set before it is read.

    Attributes
    ----------
    key : str
        Name of its folder among the prepared data sets.
    read : callable
        Reads and verifies everything; slow.
    stamp : str or None
        Current state of the files; None if there are no files: then a prepared data set is always current.
    """

    key: str
    read: Callable[[], Dataset]
    stamp: str | None = None


def stamp_of(paths: Iterable[Path], root: Path) -> str:
    """Return a digest of the names, sizes and times of files, and of the version of the readers; no file is opened.

    Both times count: that of the content, which programs can set back, and that of the inode, which they cannot. So a
    file that was altered and then given its old time is read again; so is one of which only the mode changed.

    Parameters
    ----------
    paths : iterable of Path
        The files.
    root : Path
        A folder that holds them; names are relative to it.

    Returns
    -------
    digest : str
        SHA-256, as hexadecimal digits.
    """
    digest = hashlib.sha256(READER.encode())
    # Strings, not paths: a folder may hold a hundred thousand pictures.
    for path in sorted(map(str, paths)):
        seen = os.stat(path)  # noqa: PTH116
        line = f"{path[len(str(root)) :]}\0{seen.st_size}\0{seen.st_mtime_ns}\0{seen.st_ctime_ns}\n"
        # Names need not be UTF-8.
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


def key_of(name: str, options: ReadOptions) -> str:
    """Return a readable and unique folder name for a data set and its options.

    Parameters
    ----------
    name : str
    options : ReadOptions

    Returns
    -------
    key : str
    """
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.")[-40:]
    if readable == name and options == ReadOptions():
        return name
    decides = (name, options) if options.fit is None else (name, options, options.fit)
    digest = hashlib.sha256(repr(decides).encode()).hexdigest()
    return f"{readable}-{digest[:12]}"


def refuse_cut(name: str, options: ReadOptions) -> None:
    """Check that `test_size` is not given for data that have a test part.

    Parameters
    ----------
    name : str
        What errors call them.
    options : ReadOptions

    Raises
    ------
    DatasetError
        If `test_size` is given.
    """
    if options.test_size is not None:
        raise DatasetError(f"{name} has its own test part; omit test_size")


def cut_dataset(
    name: str,
    images: NDArray[np.generic],
    labels: NDArray[np.int64],
    class_names: tuple[str, ...],
    options: ReadOptions,
    notes: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Dataset:
    """Split images and labels into a stratified train and test part.

    Parameters
    ----------
    name : str
        Name of the data set.
    images : ndarray of shape (n, height, width)
    labels : ndarray of shape (n,)
        Indices into `class_names`.
    class_names : tuple of str
    options : ReadOptions
        Its `test_size`, by default a fifth, and the seed of the split.
    notes, warnings : tuple of str
        Notes and warnings so far; a note about the split is added.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If the arrays do not match, or a class is too small to be in both parts.
    """
    all_images = Part(images, labels)
    check_part(name, images, labels, "given", len(class_names))
    test_size = DEFAULT_TEST_SIZE if options.test_size is None else options.test_size
    train, test = stratified_split(name, labels, class_names, test_size, options.random_state)
    note = f"split by the library: a stratified fraction of {test_size:g} for testing, seed {options.random_state}"
    dataset = assemble_dataset(
        name, all_images.take(train), all_images.take(test), class_names, (*notes, note), warnings
    )
    return replace(dataset, cut_note=note)
