import pytest

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.exceptions import DatasetError

KINDS = {
    "digits.tar.gz": ("a tar archive", "unpack it"),
    "digits.7z": ("a 7z archive", "unpack it"),
    "digits.txt": ("a text file", "pandas.read_csv or sklearn.datasets.load_svmlight_file"),
    "digits.arff": ("an ARFF file", "scipy.io.arff.loadarff"),
    "usps.bz2": ("a file, compressed", "load_svmlight_file"),
    "train.feather": ("a Feather file", "pandas.read_feather"),
    "digits": ("a file, not a folder", "the program that wrote it"),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("scheme", ["folder", "idx", "npz"])
def test_a_file_that_cannot_be_read_is_called_what_it_is(tmp_path, data_home, name, scheme):
    (tmp_path / name).write_bytes(b"content")
    kind, remedy = KINDS[name]
    for load in (lambda: load_dataset(f"{scheme}:{tmp_path / name}"), lambda: add_dataset("own", tmp_path / name)):
        with pytest.raises(DatasetError) as caught:
            load()
        message = str(caught.value)
        assert message.startswith(f"{tmp_path / name}: {kind}, which cannot be read; supported: ")
        assert remedy in message


def test_files_that_another_scheme_reads(tmp_path, data_home):
    for name, hint in (
        ("a.npz", "use the name npz:"),
        ("a.npy", r"a file of NumPy arrays \(.npz or .npy\); use the name npz:"),
        ("a.csv", "a CSV file; use the name csv:"),
        ("a.tsv.gz", "a CSV file; use the name csv:"),
        ("a.svm.bz2", "a LIBSVM file; use the name libsvm:"),
        ("a.mat", "a MATLAB file; use the name mat:"),
        ("a.parquet", "a Parquet file; use the name parquet:"),
        ("a.h5", "an HDF5 file; use the name h5:"),
        ("a.png", "the folder that holds the pictures"),
        ("t10k-images-idx3-ubyte.gz", f"idx:{tmp_path}"),
    ):
        (tmp_path / name).touch()
        with pytest.raises(DatasetError, match=hint):
            load_dataset(f"folder:{tmp_path / name}")


def test_a_folder_without_pictures_is_described(tmp_path, data_home):
    for name in ("train.csv", "test.csv", "a/x.npy", "b.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    others = r"4 other files: b\.zip, test\.csv, train\.csv.*; to read b\.zip, use the name zip:"
    with pytest.raises(DatasetError, match=f"it has no pictures, but {others}"):
        load_dataset(f"folder:{tmp_path}")
    (tmp_path / "t10k-images-idx3-ubyte").touch()
    with pytest.raises(DatasetError, match=rf"5 other files: .*IDX files: idx:{tmp_path}"):
        load_dataset(f"folder:{tmp_path}")
