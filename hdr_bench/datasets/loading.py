"""Data sets by name: loaded, fetched, added."""

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

# It is a folder's name, and has room for what is changed behind it.
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
    """Load a data set: the first time it is read, verified and stored in the cache; afterwards it is memory-mapped.

    The content of what is memory-mapped is verified once per process. If the cache cannot be written to, the data set
    is read each time.

    Parameters
    ----------
    name : str
        A name of `SOURCES`; a name that was given to `add_dataset`; or a scheme of `SOURCES` with a place, e.g.
        ``folder:DIR``, ``csv:FILE`` or ``openml:NAME``. A folder of pictures has one folder per class, or files named
        PREFIX_LABEL_NUMBER, LABEL_NUMBER or LABEL_WRITER_NUMBER; either may be in ``train/`` and ``test/``, which are
        then the two parts.
    resize : tuple of int, optional
        Height and width, in pixels, that pictures in files (``folder:DIR``, ``zip:FILE``, ``parquet:FILE``) are brought
        to. By default they are taken as they are, and must be of one size.
    test_size : float, optional
        Share of the images that becomes the test part, if the data have none. By default a stratified fifth
        (``nist15``: 15 % at random, as in its source).
    random_state : int, default=0
        Seed of that split.
    classes : sequence of str, optional
        Names of the classes to keep, in the order in which their labels are numbered. By default all.
    polarity : {"light-on-dark", "dark-on-light"}, optional
        Polarity that each image is brought to (`Dataset.in_polarity`). By default they stay as they are.
    fit : {"mnist"}, optional
        Form that each image is brought to: light on dark, the ink in a box of 20x20 pixels, its
        centre of mass in the middle of 28x28, as MNIST was made. The pictures of ``folder:DIR`` then may differ in
        size.
    labels : path-like, optional
        File of decisions on labels, e.g. of a label audit, made for these data as they are read with the same
        ``resize``, ``test_size`` and ``random_state``. It is applied before classes are chosen or images are changed:
        labels are changed and images left out, in both parts, and a note says how many.

    Returns
    -------
    dataset : Dataset
        Its arrays are read-only memory maps, so that child processes share their pages.

    Raises
    ------
    UnknownNameError
        If there is no such data set, class, polarity or form.
    DatasetNotFoundError
        If the data are not where they should be, with what to do to get them; if there is no such file of decisions.
    DatasetError
        If they cannot be used; the message names the file and what is wrong. If the decisions are on other data, by
        their fingerprint.

    Warns
    -----
    DatasetWarning
        If the training and the test images are of different polarity, range or orientation, a part is of mixed
        polarity, a class is in one part only, images are blank, test images are also among the training
        images, or something was left out: with counts. If the data set cannot be stored in the cache.

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
    """Read and verify a data set, even if it is stored already, and store it in the cache.

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

    They are stored in the folder ``added`` of the data home if that is the default, is empty, or holds nothing else
    than what this library stored; otherwise in the user's data folder. `remove_dataset` removes them.

    Parameters
    ----------
    name : str
        Up to 100 letters, digits, ``.``, ``_`` and ``-``. ``mnist`` and ``nist15`` take the original files only.
    path : path-like
        A folder or a file that a row of `SOURCES` reads, e.g. a folder of pictures.
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
        If the name is taken or not allowed, or the data cannot be used; nothing is stored then.
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
            f"{name} is added as it is; give classes and fit when it is loaded, or add it under another name"
        )
    with name_system_errors():
        path = expand_path(path)
        # A set of IDX files is named by a path below its folder, where nothing is.
        if not path.exists() and recognize_scheme(path) is None:
            raise DatasetNotFoundError(f"{path}: there is no such file or folder; check the path")
        entry = find_reader(name, path)
        options = check_options(name, entry, resize, test_size, random_state, fit)
        dataset = resolve_name(entry.reader)(name, path, options)
        dataset = store_added(name, apply_changes(dataset, without_fit(changes) if options.fit else changes))
    issue_warnings(dataset.name, dataset.warnings)
    return dataset


def _check_is_text(name: Any) -> None:
    """Check that a data set is named by a text.

    Raises
    ------
    DatasetError
        If it is not.
    """
    if not isinstance(name, str):
        raise DatasetError(f"a data set's name must be a text, got {shown(name)}; a path is given as e.g. 'folder:DIR'")


def _check_new_name(name: str) -> None:
    """Check that a name can be given to a data set.

    Raises
    ------
    DatasetError
        If it cannot, or is taken.
    """
    if not _is_new_name(name):
        raise DatasetError(
            f"{name[:_LONGEST_NAME]!r} cannot name a data set: up to {_LONGEST_NAME} letters, digits, '.', '_' and '-' "
            "are allowed, a letter or a digit first"
        )
    own = named_sources().get(name)
    if own is not None and own.reader:
        return
    if own is not None:
        raise DatasetError(f"{name!r} is the library's own data set; choose another name")
    taken = find_prepared(name)
    if taken is not None:
        raise DatasetError(
            f"there is a data set {name!r} already, in {taken.folder}; to replace it, call first: hdr-bench data "
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
    """Check that no data set of this name was added, and damaged since.

    Raises
    ------
    DatasetError
        If there is one.
    """
    if not _is_new_name(name):
        return
    for home in added_homes():
        if is_stored(home / name, home):
            raise DatasetError(
                f"{home / name} is damaged: it has no manifest.json that can be read; call: hdr-bench data remove "
                f"{name}, then add the data again"
            )


def _cannot_reread(name: str) -> Dataset:
    raise DatasetError(f"{name} was added by you and cannot be read again; call: hdr-bench data add {name} PATH")
