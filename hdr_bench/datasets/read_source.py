"""From a source to a data set: what was prepared is memory-mapped, what was not, or has changed since, is read."""

import warnings

from hdr_bench.datasets.cache import find_prepared, open_prepared
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.home import earlier_homes
from hdr_bench.datasets.source import Source
from hdr_bench.datasets.storing import one_at_a_time, store_prepared
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning, NotStoredError


def open_source(source: Source) -> Dataset:
    """Return the source's data set, from the cache if it is there and current; otherwise it is read, and stored there.

    If the cache cannot be written, the data set is in memory.

    Parameters
    ----------
    source : Source

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetNotFoundError, DatasetError
        If it cannot be read, or its files in the cache were changed.

    Warns
    -----
    DatasetWarning
        If it cannot be stored.
    """
    try:
        prepared = _open_prepared(source)
    except DatasetError:
        # Another process may be replacing it just now: that one is waited for, and its copy looked at.
        prepared = None
    if prepared is not None:
        return prepared
    with one_at_a_time(source.key):
        prepared = _open_prepared(source)
        return _read(source) if prepared is None else prepared


def read_again(source: Source) -> Dataset:
    """Read the source's data set, whatever is in the cache, and store it there.

    Parameters
    ----------
    source : Source

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetNotFoundError, DatasetError
        If it cannot be read, or not be stored.
    """
    with one_at_a_time(source.key):
        return store_prepared(source.key, source.read(), source.stamp)


def _open_prepared(source: Source) -> Dataset | None:
    """Return what is stored of a source, or None if there is nothing that is current.

    Raises
    ------
    DatasetError
        If its files were changed.
    """
    prepared = find_prepared(source.key, source.stamp)
    if prepared is None or not prepared.manifest.can_be_verified:
        return None
    try:
        return open_prepared(prepared)
    except DatasetError:
        # What an earlier version left in the data home is not repaired there: it is made again, in the cache.
        if prepared.folder.parent in earlier_homes():
            return None
        raise


def _read(source: Source) -> Dataset:
    try:
        dataset = source.read()
    except (DatasetError, DatasetNotFoundError):
        # Data that were added, or whose source is out of reach, are not lost: they are opened, with a warning.
        prepared = find_prepared(source.key, source.stamp)
        if source.stamp is not None or prepared is None:
            raise
        return open_prepared(prepared)
    try:
        return store_prepared(source.key, dataset, source.stamp)
    except NotStoredError as error:
        warnings.warn(f"{error}; until then it is read again each time", DatasetWarning, stacklevel=4)
        return dataset
