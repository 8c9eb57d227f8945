"""Checks that data fit into memory, before any of it is allocated."""

from pathlib import Path

import psutil

from hdr_bench.exceptions import DatasetError

# Splitting into a training and a test part makes a second copy.
_COPIES = 2
# Limits of containers and services (cgroup v2 and v1); `max`, or a number beyond the machine's memory, means no limit.
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_GB = 1e9
# A million labels of 64 letters, at NumPy's four bytes per letter; EMNIST has 814,255 labels of one letter.
_MOST_TEXT_BYTES = 256_000_000


def check_room(name: str, n_bytes: int) -> None:
    """Check that arrays of `n_bytes` fit into memory.

    Parameters
    ----------
    name : str
        What errors call the source of the arrays.
    n_bytes : int
        Size of the arrays.

    Raises
    ------
    DatasetError
        If they do not.
    """
    free = free_memory()
    if _COPIES * n_bytes > free:
        raise DatasetError(
            f"{name}: it declares {n_bytes / _GB:,.1f} GB, and reading it needs {_COPIES} times as much, but only "
            f"{free / _GB:,.1f} GB of memory are free; use fewer or smaller images, or a machine with more memory"
        )


def check_texts(name: str, n_bytes: int) -> None:
    """Check that the texts of a file are short enough for labels: in some formats, a small file can declare huge texts.

    Parameters
    ----------
    name : str
        What errors call the source of the texts.
    n_bytes : int
        Memory that they will take, or take so far.

    Raises
    ------
    DatasetError
        If they are too long.
    """
    if n_bytes > _MOST_TEXT_BYTES:
        raise DatasetError(
            f"{name}: its texts take more than {_MOST_TEXT_BYTES // 10**6} MB of memory, far too much for labels; save "
            "short labels, or numbers"
        )


def free_memory() -> int:
    """Return how many bytes of memory this process can still use.

    Returns
    -------
    n_bytes : int
    """
    limits = (int(text) for text in map(_read, _CGROUP_LIMITS) if text.isdecimal())
    return min([psutil.virtual_memory().available, *limits])


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
