"""Loading, fetching and adding data sets by name."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from hdr_bench.datasets.cache import find_prepared
from hdr_bench.datasets.changes import apply_changes, changes_of, source_of_changed, without_fit
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.fitting import Fit
from hdr_bench.datasets.home import added_homes
from hdr_bench.datasets.paths import check_text, expand_path, name_system_errors
from hdr_bench.datasets.plausibility import issue_warnings
from hdr_bench.datasets.polarity import Polarity
from hdr_bench.datasets.read_options import check_options
from hdr_bench.datasets.read_source import open_source, read_again
from hdr_bench.datasets.registry import (
    find_entry,
    find_reader,
    find_source,
    named_sources,
    names_of_path,
    recognize_scheme,
    source_schemes,
)
from hdr_bench.datasets.source import ReadOptions, Source
from hdr_bench.datasets.stored import is_stored, list_datasets
from hdr_bench.datasets.storing import store_added
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, UnknownNameError, shown

# The name is also that of a folder, and leaves room for a suffix that names changes.
_LONGEST_NAME = 100


def load_dataset(
    name: str,
    *,
    resize: tuple[int, int] | None = None,
    test_size: float | None = None,
    random_state: int = 0,
    classes: Sequence[str] | None = None,
    polarity: Polarity | None = None,
    fit: Fit | None = None,
    labels: str | Path | None = None,
) -> Dataset:
    """Load a data set.

    The first time, it is read, verified and stored in the cache; afterwards it is memory-mapped. The content of
    memory-mapped files is verified once per process. If the cache is not writable, the data set is read each time.

    Parameters
    ----------
    name : str
        A name in `SOURCES`, a name given to `add_dataset`, or a scheme in `SOURCES` with a path or name, e.g.
        ``folder:DIR``, ``csv:FILE`` or ``openml:NAME``. A folder of pictures has one folder per class, or files named
        PREFIX_LABEL_NUMBER, LABEL_NUMBER or LABEL_WRITER_NUMBER; either may also be inside ``train/`` and ``test/``,
        which are then the two parts.
    resize : tuple of int, optional
        Height and width, in pixels, to which pictures in files (``folder:DIR``, ``zip:FILE``, ``parquet:FILE``) are
        resized. By default they are unchanged, and must all have the same size.
    test_size : float, optional
        Share of the images that becomes the test part, if the data have none. The default is a stratified fifth
        (``nist15``: 15 % at random, as in its source).
    random_state : int, default=0
        Seed of that split.
    classes : sequence of str, optional
        Names of the classes to keep, in the order of their labels. By default all.
    polarity : {"light-on-dark", "dark-on-light"}, optional
        Polarity to which each image is converted, see `Dataset.in_polarity`. By default images are unchanged.
    fit : {"mnist"}, optional
        Form to which each image is converted: light on dark, the ink in a box of 20x20 pixels, its centre of mass in
        the middle of 28x28, as MNIST was made. The pictures of ``folder:DIR`` may then differ in size.
    labels : path-like, optional
        File of decisions on labels, e.g. from a label audit, made for these data with the same ``resize``,
        ``test_size`` and ``random_state``. It is applied before classes are selected or images are changed: labels are
        changed and images left out, in both parts, and a note says how many.

    Returns
    -------
    dataset : Dataset
        Its arrays are read-only memory maps, so that processes share their memory.

    Raises
    ------
    UnknownNameError
        If there is no such data set, class, polarity or form.
    DatasetNotFoundError
        If the data are not found, with instructions for getting them; if there is no such file of decisions.
    DatasetError
        If they cannot be used; the message names the file and what is wrong. If the decisions are for other data, by
        their fingerprint.

    Warns
    -----
    DatasetWarning
        With counts, if the training and test images differ in polarity, range or orientation, a part has mixed
        polarity, a class is in only one part, images are blank, test images are also among the training images, or
        something was left out. If the data set cannot be stored in the cache.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> digits = load_dataset("mnist-5k")
    >>> digits.train.X.shape, digits.test.y.shape, digits.image_shape
    ((4000, 784), (1000,), (28, 28))
    """
    _check_is_text(name)
    changes = changes_of(classes, polarity, fit, labels)
    options = check_options(name, find_entry(name), resize, test_size, random_state, fit)
    with name_system_errors():
        source = _source_of(name, options)
        dataset = open_source(source)
        changes = without_fit(changes) if options.fit else changes
        if changes:
            dataset = open_source(source_of_changed(source.key, dataset, changes))
    issue_warnings(name, dataset.warnings)
    return replace(dataset, name=name)


def fetch_dataset(name: str) -> Dataset:
    """Read and verify a data set, even if it is already stored, and store it in the cache.

    Parameters
    ----------
    name : str
        As for `load_dataset`.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    UnknownNameError, DatasetNotFoundError, DatasetError
        As `load_dataset`.
    NotStoredError
        If it cannot be stored.

    Warns
    -----
    DatasetWarning
        As `load_dataset`.
    """
    _check_is_text(name)
    with name_system_errors():
        dataset = read_again(_source_of(name, ReadOptions()))
    issue_warnings(name, dataset.warnings)
    return replace(dataset, name=name)


def add_dataset(
    name: str,
    path: str | Path,
    *,
    resize: tuple[int, int] | None = None,
    test_size: float | None = None,
    random_state: int = 0,
    classes: Sequence[str] | None = None,
    fit: Fit | None = None,
) -> Dataset:
    """Verify your own data and store them under `name`.

    They are stored in the folder ``added`` of the data home if that is the default, is empty, or holds only what this
    library stored; otherwise in the user's data folder. `remove_dataset` removes them.

    Parameters
    ----------
    name : str
        Up to 100 letters, digits, ``.``, ``_`` and ``-``. ``mnist`` and ``nist15`` accept only the original files.
    path : path-like
        A folder or a file that a source in `SOURCES` reads, e.g. a folder of pictures.
    resize : tuple of int, optional
    test_size : float, optional
    random_state : int, default=0
    classes : sequence of str, optional
    fit : {"mnist"}, optional
        As for `load_dataset`.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    UnknownNameError
        If there is no such class or form.
    DatasetNotFoundError
        If there is nothing at `path`.
    DatasetError
        If the name is taken or invalid, or the data cannot be used; then nothing is stored.
    NotStoredError
        If they cannot be stored.

    Warns
    -----
    DatasetWarning
        As `load_dataset`.
    """
    _check_is_text(name)
    _check_new_name(name)
    changes = changes_of(classes, fit=fit)
    if changes and name in named_sources():
        raise DatasetError(
            f"{name} is added unchanged; give classes and fit when loading it, or add it under another name"
        )
    with name_system_errors():
        path = expand_path(path)
        # A set of IDX files is named by a path below its folder that does not exist.
        if not path.exists() and recognize_scheme(path) is None:
            raise DatasetNotFoundError(f"{path}: there is no such file or folder; check the path")
        entry = find_reader(name, path)
        options = check_options(name, entry, resize, test_size, random_state, fit)
        dataset = resolve_name(entry.reader)(name, path, options)
        dataset = store_added(name, apply_changes(dataset, without_fit(changes) if options.fit else changes))
    issue_warnings(dataset.name, dataset.warnings)
    return dataset


def _check_is_text(name: Any) -> None:
    """Check that the name of a data set is a string.

    Raises
    ------
    DatasetError
        If it is not.
    """
    if not isinstance(name, str):
        raise DatasetError(
            f"the name of a data set must be a string, got {shown(name)}; give a path as e.g. 'folder:DIR'"
        )


def _check_new_name(name: str) -> None:
    """Check that a name can be given to a data set.

    Raises
    ------
    DatasetError
        If it cannot, or is taken.
    """
    if not _is_new_name(name):
        raise DatasetError(
            f"{name[:_LONGEST_NAME]!r} is not a valid name for a data set: up to {_LONGEST_NAME} letters, digits, '.', "
            "'_' and '-' are allowed, starting with a letter or a digit"
        )
    own = named_sources().get(name)
    if own is not None and own.reader:
        return
    if own is not None:
        raise DatasetError(f"{name!r} is one of the library's own data sets; choose another name")
    taken = find_prepared(name)
    if taken is not None:
        raise DatasetError(
            f"there is already a data set {name!r} in {taken.folder}; to replace it, first run: hdr-bench data "
            f"remove {name}"
        )


def _is_new_name(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) is not None


def _source_of(name: str, options: ReadOptions) -> Source:
    check_text(name, "the data set's name")
    source = find_source(name, options)
    if source is not None:
        return source
    if ":" not in name and name in list_datasets():
        return Source(name, lambda: _cannot_reread(name))
    _check_damaged(name)
    schemes = [f"{scheme}:..." for scheme in source_schemes()]
    raise UnknownNameError("dataset", name, [*names_of_path(name), *list_datasets(), *schemes])


def _check_damaged(name: str) -> None:
    """Check that there is no damaged added data set of this name.

    Raises
    ------
    DatasetError
        If there is.
    """
    if not _is_new_name(name):
        return
    for home in added_homes():
        if is_stored(home / name, home):
            raise DatasetError(
                f"{home / name} is damaged: it has no readable manifest.json; run: hdr-bench data remove {name}, then "
                "add the data again"
            )


def _cannot_reread(name: str) -> Dataset:
    raise DatasetError(f"{name} was added by you and cannot be read again; run: hdr-bench data add {name} PATH")
