"""Descriptions of files that cannot be read as data, and advice on what to do with them."""

from collections.abc import Sequence
from pathlib import Path, PurePath

from hdr_bench.datasets.paths import special_kind
from hdr_bench.datasets.pictures import EXTENSIONS
from hdr_bench.datasets.registry import recognize_scheme, source_schemes

_UNPACK = "unpack it, and give the resulting folder"
_AS_NPZ = "read it with {reader}, and save its images and labels: numpy.savez('digits.npz', images=..., labels=...)"
_READER_OF_NUMBERS = "the reader of its format (LIBSVM: sklearn.datasets.load_svmlight_file)"
_ARCHIVES = {
    ".tar": "a tar archive",
    ".tgz": "a tar archive",
    ".7z": "a 7z archive",
    ".rar": "a RAR archive",
}
_TABLES = {
    ".txt": ("a text file", "pandas.read_csv or sklearn.datasets.load_svmlight_file"),
    ".arff": ("an ARFF file", "scipy.io.arff.loadarff"),
    ".feather": ("a Feather file", "pandas.read_feather"),
    ".pkl": ("a pickle", "pickle.load"),
    ".pickle": ("a pickle", "pickle.load"),
}
_MOST_LOOKED_AT = 20
_COMPRESSED = frozenset({".gz", ".bz2", ".xz", ".zst"})


def describe_file(path: Path) -> str:
    """Return what a file is and what to do with it, as the end of an error message.

    Parameters
    ----------
    path : Path

    Returns
    -------
    words : str
    """
    name, suffix = path.name.lower(), path.suffix.lower()
    special = special_kind(path)
    if special is not None:
        return f"{special}, which cannot be read; {_readable()}"
    scheme = recognize_scheme(path)
    if scheme is not None:
        return f"{source_schemes()[scheme].place}; use the name {scheme}:{path}"
    if suffix in EXTENSIONS:
        return "a picture, not a folder; give the folder that holds the pictures"
    if "idx" in name:
        return f"an IDX file, not a folder; give the folder that holds it and its labels: idx:{path.parent}"
    what, remedy = _describe_unread(name)
    return f"{what}, which cannot be read; {_readable()}; {remedy}"


def suggest_scheme(paths: Sequence[Path]) -> str:
    """Return the name that reads the first readable file, as the end of a sentence.

    Parameters
    ----------
    paths : sequence of Path
        The first 20 are considered.

    Returns
    -------
    words : str
        Empty if none of them can be read.
    """
    for path in paths[:_MOST_LOOKED_AT]:
        scheme = recognize_scheme(path)
        if scheme is not None:
            return f"; to read {path.name}, use the name {scheme}:{path}"
    return ""


def _readable() -> str:
    return "supported: " + ", ".join(entry.place for entry in source_schemes().values() if entry.place)


def _describe_unread(name: str) -> tuple[str, str]:
    """Return what an unsupported file is, by its name, and what to do with it."""
    suffixes = PurePath(name).suffixes
    if suffixes and suffixes[-1] in _COMPRESSED and ".tar" not in suffixes:
        what, reader = _TABLES.get(suffixes[-2] if len(suffixes) > 1 else "", ("a file", _READER_OF_NUMBERS))
        return f"{what}, compressed", f"decompress it; {_AS_NPZ.format(reader=reader)}"
    archive = next((_ARCHIVES[suffix] for suffix in suffixes if suffix in _ARCHIVES), None)
    if archive is not None:
        return archive, _UNPACK
    what, reader = _TABLES.get(suffixes[-1] if suffixes else "", ("a file, not a folder", "the program that wrote it"))
    return what, _AS_NPZ.format(reader=reader)
