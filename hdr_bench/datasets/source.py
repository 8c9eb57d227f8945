"""Where a data set comes from: what to read, and how to notice that it changed."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.datasets.cut import ReadOptions
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.exceptions import DatasetError


@dataclass(frozen=True)
class Source:
    """A data set before it is read.

    Attributes
    ----------
    key : str
        The name of its folder among the prepared data sets.
    read : callable
        Reads and verifies everything; slow.
    stamp : str or None
        What the files look like now; None if there are no files to look at: then what was prepared once is current.
    """

    key: str
    read: Callable[[], Dataset]
    stamp: str | None = None


def stamp_of(paths: Iterable[Path], root: Path) -> str:
    """Return a digest of the names below `root`, sizes and times of change of `paths`: it opens none of them.

    Two times are taken: that of the content, which programs can set back, and that of the inode, which they cannot.
    So a file that was altered, and then given its old time, is read again; so is one that only changed its mode.
    """
    digest = hashlib.sha256()
    # Strings, not paths: a folder may hold a hundred thousand pictures.
    for path in sorted(map(str, paths)):
        seen = os.stat(path)  # noqa: PTH116
        line = f"{path[len(str(root)) :]}\0{seen.st_size}\0{seen.st_mtime_ns}\0{seen.st_ctime_ns}\n"
        # Names need not be UTF-8.
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


def key_of(name: str, options: ReadOptions) -> str:
    """Return a folder name for `name` and what it is read with: readable, and apart from all others."""
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.")[-40:]
    if readable == name and options == ReadOptions():
        return name
    digest = hashlib.sha256(repr((name, options)).encode()).hexdigest()
    return f"{readable}-{digest[:12]}"


def refuse_cut(name: str, options: ReadOptions) -> None:
    """Refuse to cut data that have a test part.

    Raises
    ------
    DatasetError
        If `test_size` is given.
    """
    if options.test_size is not None:
        raise DatasetError(f"{name} comes with its own test part; leave test_size out")
