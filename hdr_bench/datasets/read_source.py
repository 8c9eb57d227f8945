"""From a source to a data set: memory-mapped if it was prepared and is unchanged since, otherwise read."""

import warnings

from hdr_bench.datasets.cache import find_prepared, open_prepared
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.home import earlier_homes
from hdr_bench.datasets.source import Source
from hdr_bench.datasets.storing import one_at_a_time, store_prepared
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning, NotStoredError


def open_source(source: Source) -> Dataset:
    """Return the source's data set from the cache if it is current; otherwise read it and store it in the cache.

    If the cache is not writable, the data set is held in memory.

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
        # Another process may be replacing it right now: wait for it, then use its copy.
        prepared = None
    if prepared is not None:
        return prepared
    with one_at_a_time(source.key):
        prepared = _open_prepared(source)
        return _read(source) if prepared is None else prepared


def read_again(source: Source) -> Dataset:
    """Read the source's data set, whatever the cache holds, and store it there.

    Parameters
    ----------
    source : Source

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetNotFoundError, DatasetError
        If it cannot be read or stored.
    """
    with one_at_a_time(source.key):
        return store_prepared(source.key, source.read(), source.stamp)


def _open_prepared(source: Source) -> Dataset | None:
    """Return the stored data set of a source, or None if there is no current one.

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
        # What an earlier version left in the data home is not repaired there, but prepared again in the cache.
        if prepared.folder.parent in earlier_homes():
            return None
        raise


def _read(source: Source) -> Dataset:
    try:
        dataset = source.read()
    except (DatasetError, DatasetNotFoundError):
        # Added data, and data whose source is unreachable, can still be opened, with a warning.
        prepared = find_prepared(source.key, source.stamp)
        if source.stamp is not None or prepared is None:
            raise
        return open_prepared(prepared)
    try:
        return store_prepared(source.key, dataset, source.stamp)
    except NotStoredError as error:
        warnings.warn(f"{error}; until then, it is read again each time", DatasetWarning, stacklevel=4)
        return dataset
