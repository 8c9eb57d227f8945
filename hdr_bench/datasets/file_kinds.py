"""What a file is that was given in place of data that can be read, and what to do with it."""

from pathlib import Path

from hdr_bench.datasets.pictures import EXTENSIONS

READABLE = "what can be read: a folder of pictures, a folder of IDX files, an .npz file"
_UNPACK = "unpack it, and give the folder that comes out"
_AS_NPZ = "read it with {reader}, and save its images and labels: numpy.savez('digits.npz', images=..., labels=...)"
_READER_OF_NUMBERS = "the reader of its format (LIBSVM: sklearn.datasets.load_svmlight_file)"
_ARCHIVES = {
    ".zip": "a ZIP archive",
    ".tar": "a tar archive",
    ".tgz": "a tar archive",
    ".7z": "a 7z archive",
    ".rar": "a RAR archive",
}
_TABLES = {
    ".csv": ("a CSV file", "pandas.read_csv"),
    ".tsv": ("a table", "pandas.read_csv"),
    ".txt": ("a text file", "pandas.read_csv or sklearn.datasets.load_svmlight_file"),
    ".libsvm": ("a LIBSVM file", "sklearn.datasets.load_svmlight_file"),
    ".svm": ("a LIBSVM file", "sklearn.datasets.load_svmlight_file"),
    ".t": ("a LIBSVM file", "sklearn.datasets.load_svmlight_file"),
    ".arff": ("an ARFF file", "scipy.io.arff.loadarff"),
    ".mat": ("a MATLAB file", "scipy.io.loadmat"),
    ".parquet": ("a Parquet file", "pandas.read_parquet"),
    ".feather": ("a Feather file", "pandas.read_feather"),
    ".h5": ("an HDF5 file", "h5py.File"),
    ".hdf5": ("an HDF5 file", "h5py.File"),
    ".pkl": ("a pickle", "pickle.load"),
    ".pickle": ("a pickle", "pickle.load"),
    ".npy": ("a single NumPy array", "numpy.load"),
}
_COMPRESSED = frozenset({".gz", ".bz2", ".xz", ".zst"})


def describe_file(path: Path) -> str:
    """Return what a file is, that it is not read, and what to do, as the end of an error's sentence."""
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return f"an .npz file, not a folder; name it npz:{path}"
    if suffix in EXTENSIONS:
        return "a picture, not a folder; give the folder that holds the pictures"
    if "idx" in path.name.lower():
        return f"an IDX file, not a folder; give the folder that holds it and its labels: idx:{path.parent}"
    inner = Path(path.stem).suffix.lower()
    if suffix in _COMPRESSED and inner in _TABLES:
        what, reader = _TABLES[inner]
        return _refused(f"{what}, compressed", _AS_NPZ.format(reader=reader))
    if suffix in _COMPRESSED and inner != ".tar":
        return _refused("a compressed file", f"decompress it; {_AS_NPZ.format(reader=_READER_OF_NUMBERS)}")
    archive = _ARCHIVES[".tar"] if suffix in _COMPRESSED else _ARCHIVES.get(suffix)
    if archive is not None:
        return _refused(archive, _UNPACK)
    if suffix in _TABLES:
        what, reader = _TABLES[suffix]
        return _refused(what, _AS_NPZ.format(reader=reader))
    return _refused("a file, not a folder", _AS_NPZ.format(reader="the program that wrote it"))


def _refused(what: str, remedy: str) -> str:
    return f"{what}, which is not read; {READABLE}; {remedy}"
