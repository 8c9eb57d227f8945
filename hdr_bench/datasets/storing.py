"""Writing data sets to disk: atomically, by one process at a time."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from hdr_bench.datasets.cache import ARRAY_FILES, look_at_prepared, open_prepared, sha256_of
from hdr_bench.datasets.dataset import Dataset, fingerprint_of
from hdr_bench.datasets.home import (
    ADDED,
    CACHE,
    HOME,
    MARKER,
    MARKER_TEXT,
    added_home,
    cache_home,
    is_writable,
    nearest_folder,
    prepared_home,
)
from hdr_bench.datasets.manifest import NAME, Manifest, VerifiedFile
from hdr_bench.exceptions import DatasetError, NotStoredError
from hdr_bench.files import clear_leftovers, incoming_path

# Longer than reading a hundred thousand pictures takes; a process that waits longer safely reads the data itself.
_LONGEST_WAIT_SECONDS = 600


def write_dataset(folder: Path, dataset: Dataset, stamp: str | None = None) -> None:
    """Write a data set's arrays and their manifest to an existing folder.

    Parameters
    ----------
    folder : Path
    dataset : Dataset
    stamp : str, optional
        State of the source when it was read.

    Raises
    ------
    DatasetError
        If the arrays were changed since the data set was made.
    OSError
        If the folder is not writable.
    """
    if fingerprint_of(dataset.train, dataset.test) != dataset.fingerprint:
        raise DatasetError(f"the arrays of {dataset.name} were changed since it was made; call make_dataset again")
    arrays = (dataset.train.images, dataset.train.labels, dataset.test.images, dataset.test.labels)
    for name, array in zip(ARRAY_FILES, arrays, strict=True):
        np.save(folder / name, np.ascontiguousarray(array))
    manifest = Manifest(
        name=dataset.name,
        stamp=stamp,
        class_names=dataset.class_names,
        fingerprint=dataset.fingerprint,
        notes=dataset.notes,
        cut_note=dataset.cut_note,
        warnings=dataset.warnings,
        files={name: _look_at(folder / name) for name in ARRAY_FILES},
    )
    manifest.write(folder)


def store_prepared(key: str, dataset: Dataset, stamp: str | None) -> Dataset:
    """Write a data set prepared from a source to the cache, and return it memory-mapped.

    Parameters
    ----------
    key : str
        Name of its folder.
    dataset : Dataset
    stamp : str or None
        State of the source when it was read.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    NotStoredError
        If the cache is not writable.
    """
    remedy = f"set {CACHE} to a writable folder with enough space"
    return _store(prepared_home(), key, dataset, stamp, remedy)


def store_added(name: str, dataset: Dataset) -> Dataset:
    """Write an added data set, and return it memory-mapped.

    Parameters
    ----------
    name : str
        Name of its folder.
    dataset : Dataset

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    NotStoredError
        If the folder for it is not writable.
    DatasetError
        If `HDR_BENCH_DATA` names a file.
    """
    home = added_home()
    remedy = f"set {HOME} to an empty writable folder with enough space; the data are then stored in {ADDED}/"
    stored = _store(home, name, dataset, None, remedy)
    with suppress(OSError):
        (home / MARKER).write_text(MARKER_TEXT, encoding="utf-8")
    return stored


@contextmanager
def one_at_a_time(key: str) -> Iterator[None]:
    """Keep other processes from preparing the data set `key` while the block lasts.

    This saves work but is not needed for safety: if the file system does not support locks, or the other process takes
    too long, the block runs anyway.

    Parameters
    ----------
    key : str
        Name of its folder.

    Yields
    ------
    None

    Raises
    ------
    DatasetError
        If the path of the data home or of the cache cannot be expanded.
    """
    folder = cache_home() / "locks"
    with ExitStack() as stack:
        # NotImplementedError is what filelock raises on file systems without locks.
        with suppress(OSError, NotImplementedError, Timeout):
            if is_writable(folder):
                folder.mkdir(parents=True, exist_ok=True)
                stack.enter_context(FileLock(folder / f"{key}.lock", timeout=_LONGEST_WAIT_SECONDS))
        yield


def retire(folder: Path) -> None:
    """Remove a folder of a data set atomically, so that no process finds it incomplete.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    retired = folder.replace(incoming_path(folder.parent))
    shutil.rmtree(retired, ignore_errors=True)


def _store(home: Path, key: str, dataset: Dataset, stamp: str | None, remedy: str) -> Dataset:
    incoming = incoming_path(home)
    try:
        # Below a file, the system itself reports that nothing can be created.
        if nearest_folder(home).is_dir() and not is_writable(home):
            raise PermissionError(None, "no permission to write there")
        home.mkdir(parents=True, exist_ok=True)
        clear_leftovers(home)
        # Not by `tempfile`, whose folders only the user can read, whatever the umask.
        incoming.mkdir()
        write_dataset(incoming, dataset, stamp)
        _swap(incoming, home / key)
    except OSError as error:
        raise NotStoredError(
            f"{dataset.name} cannot be stored in {home}: {error.strerror or error}; {remedy}"
        ) from error
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    stored = look_at_prepared(home / key)
    if stored is None:
        raise NotStoredError(f"{home / key} disappeared while it was written; is another process removing it?")
    return open_prepared(stored)


def _swap(incoming: Path, target: Path) -> None:
    """Replace `target` by `incoming`; if another process was faster, its copy remains."""
    retired = incoming.with_name(incoming.name + "-retired")
    try:
        if target.exists():
            target.replace(retired)
        incoming.replace(target)
    except OSError:
        if not (target / NAME).exists():
            raise
    finally:
        shutil.rmtree(retired, ignore_errors=True)


def _look_at(path: Path) -> VerifiedFile:
    return VerifiedFile(size=path.stat().st_size, sha256=sha256_of(path))
