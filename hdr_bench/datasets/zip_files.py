"""Zip archives of data: ``zip:FILE``, holding pictures, IDX files, tables or arrays."""

import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from pkgutil import resolve_name

from hdr_bench.archives import Limit, check_method
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.fitting import fit_dataset, stamp_with_fit
from hdr_bench.datasets.folder_scan import PASSED_OVER, is_document
from hdr_bench.datasets.part_files import part_of
from hdr_bench.datasets.paths import expand_path, regular_size
from hdr_bench.datasets.registry import recognize_scheme, source_schemes
from hdr_bench.datasets.source import ReadOptions, Source, key_of, stamp_of
from hdr_bench.declared_size import read_chunks
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.files import describe_file_error
from hdr_bench.names import visible

_MAGIC = b"PK\x03\x04"
# Pictures hardly compress, IDX files and tables compress to a tenth; a hundredth leaves room for blank images.
_LIMIT = Limit(256 << 20, 100)
_MOST_FILES = 500_000
_ENCRYPTED = 0x1
_AGAIN = "copy or download it again"
_NEEDED = "expected an archive of pictures in folders, of IDX files, or of one file in another supported format"


def zip_source(place: str, options: ReadOptions) -> Source:
    """Return the source of ``zip:FILE``.

    Parameters
    ----------
    place : str
        Path as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the file does not exist.
    DatasetError
        If it is not a zip archive.
    """
    path = expand_path(place)
    if not path.exists():
        raise DatasetNotFoundError(f"{path}: there is no such file; {_NEEDED}")
    if not is_zip(path):
        raise DatasetError(f"{path}: not a zip archive; {_NEEDED}")
    name = f"zip:{path}"
    stamp = stamp_with_fit(stamp_of([path], path.parent), options.fit)
    return Source(key_of(name, options), lambda: read_zip(name, path, options), stamp)


def is_zip(path: Path) -> bool:
    """Whether a path leads to a zip archive that holds data, not to an ``.npz`` file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_zip : bool
    """
    if not path.is_file() or path.suffix.lower() == ".npz":
        return False
    if path.suffix.lower() == ".zip":
        return True
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def read_zip(name: str, path: Path, options: ReadOptions) -> Dataset:
    """Read the data in a zip archive, as if it were unpacked into a folder.

    Parameters
    ----------
    name : str
        Name of the data set.
    path : Path
        The archive.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If it is damaged or encrypted, would decompress to far more than its size, names a file outside itself, or holds
        something that cannot be read; errors name files by their path in the archive.
    """
    with unpack(path) as root:
        place = _innermost(root)
        try:
            dataset = _read(path, name, place, options)
        except (DatasetError, FileNotFoundError) as error:
            message = _with_place(str(error), root, path)
            raise DatasetError(message) from error
        inside = place.relative_to(root).as_posix()
        note = "read from a zip archive" + (f": {visible(inside)} inside it" if inside != "." else "")
        texts = [tuple(_with_place(text, root, path) for text in group) for group in (dataset.notes, dataset.warnings)]
        return replace(dataset, notes=(note, *texts[0]), warnings=texts[1])


@contextmanager
def unpack(path: Path) -> Iterator[Path]:
    """Unpack a zip archive into a temporary folder, which exists while the block lasts.

    Parameters
    ----------
    path : Path

    Yields
    ------
    root : Path
        The folder.

    Raises
    ------
    DatasetError
        As for `read_zip`.
    """
    size = regular_size(path)
    with tempfile.TemporaryDirectory(prefix="hdr-bench-zip-") as folder:
        root = Path(folder).resolve()
        try:
            with zipfile.ZipFile(path) as archive:
                entries = _check_entries(path, archive.infolist(), size)
                _check_disk(path, root, entries)
                for entry, place in entries:
                    _write(archive, entry, root.joinpath(*place.parts))
        except (DatasetError, MemoryError, PermissionError):
            raise
        except Exception as error:  # damaged files make zipfile raise errors of many kinds
            raise DatasetError(f"{path}: not a readable zip archive: {describe_file_error(error)}; {_AGAIN}") from error
        yield root


def _check_entries(
    path: Path, entries: list[zipfile.ZipInfo], size: int
) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Return the files of an archive that should be unpacked, with their paths in it.

    Raises
    ------
    DatasetError
        If one is encrypted, a link or outside the archive, or if they are too many or too large.
    """
    chosen: list[tuple[zipfile.ZipInfo, PurePosixPath]] = []
    for entry in entries:
        place = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.is_dir() or any(map(_is_passed_over, place.parts)):
            continue
        shown = visible(entry.filename)
        if place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
            raise DatasetError(f"{path}: it names a file outside itself, {shown}; do not trust it, or pack it again")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise DatasetError(f"{path}: {shown} inside it is a link; pack the file itself")
        if entry.flag_bits & _ENCRYPTED:
            raise DatasetError(f"{path}: it is encrypted ({shown}); unpack it with its password, and give the folder")
        check_method(entry)
        chosen.append((entry, place))
    declared = sum(entry.file_size for entry, _ in chosen)
    if not _LIMIT.allows(declared, size):
        raise DatasetError(
            f"{path}: its {size:,} bytes unpack to {declared:,}, far more than expected of an archive of this size; "
            "unpack it yourself if you trust it"
        )
    if len(chosen) > _MOST_FILES:
        raise DatasetError(
            f"{path}: it has {len(chosen):,} files, but at most {_MOST_FILES:,} are allowed; unpack it yourself"
        )
    if not chosen:
        raise DatasetError(f"{path}: it has no files; {_NEEDED}")
    return chosen


def _check_disk(path: Path, root: Path, entries: list[tuple[zipfile.ZipInfo, PurePosixPath]]) -> None:
    declared, free = sum(entry.file_size for entry, _ in entries), shutil.disk_usage(root).free
    if declared > free:
        raise DatasetError(
            f"{path}: it unpacks to {declared:,} bytes, but only {free:,} are free in {root.parent}; set TMPDIR to a "
            "folder with more space"
        )


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Fails if the file system does not distinguish two names, e.g. by case.
    with archive.open(entry) as file, target.open("xb") as written:
        written.writelines(read_chunks(file, entry.file_size))


def _innermost(root: Path) -> Path:
    """Return the folder or the file that holds the data: most archives hold a single folder with everything in it."""
    place = root
    while recognize_scheme(place) is None:
        entries = sorted(place.iterdir())
        folders = [each for each in entries if each.is_dir()]
        data = [each for each in entries if each.is_file() and recognize_scheme(each)]
        others = [each for each in entries if each not in (*folders, *data) and not is_document(each)]
        train = [each for each in data if part_of(each.name) in {"train", None}]
        if len(train) == 1 and not folders:
            return train[0]
        if len(folders) != 1 or data or others:
            return place
        place = folders[0]
    return place


def _is_passed_over(name: str) -> bool:
    return (name.startswith(".") and name != "..") or name.casefold() in PASSED_OVER


def _read(path: Path, name: str, place: Path, options: ReadOptions) -> Dataset:
    entry = source_schemes()[recognize_scheme(place) or "folder"]
    if options.resize is not None and not entry.resizes:
        raise DatasetError(f"resize is only for pictures in files, but {path} holds {entry.place}; omit it")
    reader: Callable[[str, Path, ReadOptions], Dataset] = resolve_name(entry.reader)
    dataset = reader(name, place, options)
    return dataset if options.fit is None or entry.fits else fit_dataset(dataset, options.fit)


def _with_place(text: str, root: Path, path: Path) -> str:
    return text.replace(str(root), str(path))
