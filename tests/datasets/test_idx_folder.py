import numpy as np
import pytest
from PIL import Image

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.home import prepared_home
from hdr_bench.datasets.idx import write_idx
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning


@pytest.fixture
def folder(tmp_path, data_home):
    folder = tmp_path / "idx"
    folder.mkdir()
    return folder


def _write(folder, prefix, images, labels, ending=""):
    write_idx(folder / f"{prefix}-images-idx3-ubyte{ending}", images)
    write_idx(folder / f"{prefix}-labels-idx1-ubyte{ending}", labels)


def _digits(n=100):
    digits = load_dataset("digits-8x8")
    # Zero to nine, again and again: wherever they are cut, both parts have all classes.
    order = np.stack([np.flatnonzero(digits.train.labels == label)[: n // 10] for label in range(10)], axis=1).ravel()
    return np.asarray(digits.train.images[order]), digits.train.labels[order].astype(np.uint8)


def test_a_train_and_a_test_pair(folder):
    images, labels = _digits()
    _write(folder, "train", images[:80], labels[:80] + 3)
    _write(folder, "t10k", images[80:], labels[80:] + 3, ".gz")
    data = load_dataset(f"idx:{folder}")
    np.testing.assert_array_equal(data.train.images, images[:80])
    np.testing.assert_array_equal(data.test.labels, labels[80:])
    assert data.class_names[:2] == ("3", "4")


def test_one_pair_is_cut_and_a_changed_file_is_read_again(folder):
    images, labels = _digits()
    _write(folder, "own", images, labels)
    assert len(load_dataset(f"idx:{folder}").test) == 20
    _write(folder, "own", images[:80], labels[:80])
    assert len(load_dataset(f"idx:{folder}").test) == 16


@pytest.mark.parametrize(
    ("images", "labels", "fault"),
    [
        (np.zeros((4, 2, 2), np.uint8), np.zeros(3, np.uint8), "holds 4 images, but .* 3 labels"),
        (np.zeros((4, 4), np.uint8), np.zeros(4, np.uint8), "2 dimensions; images need three"),
        (np.zeros((4, 2, 2), np.uint8), np.zeros((4, 1), np.uint8), "2 dimensions; labels need one"),
        (np.zeros((4, 2, 2), np.uint8), np.full(4, 0.5, np.float32), "labels are not integers: float32, e.g. 0.5"),
        (np.zeros((4, 2, 2), np.uint8), np.zeros(4, np.uint8), "all training images are of one class"),
        (np.full((4, 2, 2), np.nan, np.float32), np.array([0, 1, 0, 1], np.uint8), "NaN or infinity"),
    ],
)
def test_data_that_cannot_be_used(folder, images, labels, fault):
    _write(folder, "own", images, labels)
    with pytest.raises(DatasetError, match=fault):
        load_dataset(f"idx:{folder}")
    assert not [path for path in prepared_home().glob("*") if "idx" in path.name]


def test_floating_and_deep_pixels_keep_their_values(folder):
    images, labels = _digits()
    _write(folder, "own", images.astype(np.float32) / 7, labels)
    assert load_dataset(f"idx:{folder}").train.images.dtype == np.float32


def test_half_a_pair_two_pairs_and_none(folder, tmp_path):
    images, labels = _digits()
    write_idx(folder / "a-images-idx3-ubyte", images)
    with pytest.raises(DatasetError, match="a-images-idx3-ubyte has no labels beside it"):
        load_dataset(f"idx:{folder}")
    write_idx(folder / "a-labels-idx1-ubyte", labels)
    _write(folder, "b", images, labels)
    with pytest.raises(
        DatasetError, match="both a-images-idx3-ubyte and b-images-idx3-ubyte are train images; .* of a, b"
    ):
        load_dataset(f"idx:{folder}")
    with pytest.raises(DatasetNotFoundError, match="there is no such folder"):
        load_dataset(f"idx:{tmp_path / 'nowhere'}")


def _torchvision(folder, images, labels):
    """Write what torchvision leaves: each file beside its gzipped original."""
    folder.mkdir(parents=True)
    for ending in ("", ".gz"):
        _write(folder, "train", images[:80], labels[:80], ending)
        _write(folder, "t10k", images[80:], labels[80:], ending)


@pytest.mark.parametrize(("given", "note"), [("MNIST/raw", None), ("MNIST", "raw"), ("", "MNIST/raw")])
def test_torchvisions_files_also_from_the_folders_above(folder, given, note):
    images, labels = _digits()
    _torchvision(folder / "MNIST" / "raw", images, labels)
    data = load_dataset(f"idx:{folder / given}")
    np.testing.assert_array_equal(data.train.images, images[:80])
    np.testing.assert_array_equal(data.test.labels, labels[80:])
    assert data.notes == (() if note is None else (f"read from the folder {note} in it",))
    assert add_dataset("own", folder / given).fingerprint == data.fingerprint


def test_kaggles_archive(folder):
    images, labels = _digits()
    for prefix, part in (("train", slice(80)), ("t10k", slice(80, None))):
        for what, rank, array in (("images", 3, images), ("labels", 1, labels)):
            name = f"{prefix}-{what}-idx{rank}-ubyte"
            (folder / name).mkdir()
            write_idx(folder / name / name, array[part])
            write_idx(folder / name.replace("-idx", ".idx"), array[part])
    data = load_dataset(f"idx:{folder}")
    np.testing.assert_array_equal(data.train.images, images[:80])
    np.testing.assert_array_equal(data.test.labels, labels[80:])
    write_idx(folder / "t10k-labels.idx1-ubyte", labels[80:][::-1])
    with pytest.raises(DatasetError, match=r"t10k-labels\.idx1-ubyte have different contents; remove the one"):
        load_dataset(f"idx:{folder}")


def test_copies_that_differ(folder):
    images, labels = _digits()
    _torchvision(folder / "raw", images, labels)
    write_idx(folder / "raw" / "train-labels-idx1-ubyte.gz", 9 - labels[:80])
    with pytest.raises(DatasetError, match=r"train-labels-idx1-ubyte and .*\.gz have different contents"):
        load_dataset(f"idx:{folder}")


def test_several_sets(folder):
    images, labels = _digits()
    for name in ("digits", "letters"):
        _write(folder, f"emnist-{name}-train", images, labels, ".gz")
    with pytest.raises(DatasetError, match="one set is read at a time, of emnist-digits, emnist-letters: put"):
        load_dataset(f"idx:{folder}")
    for name in ("MNIST", "KMNIST"):
        _torchvision(folder.parent / "several" / name / "raw", images, labels)
    with pytest.raises(DatasetError, match="several folders below it hold IDX files: KMNIST/raw, MNIST/raw; give one"):
        load_dataset(f"idx:{folder.parent / 'several'}")


def test_emnists_images_lie_on_their_side(folder):
    images, labels = _digits()
    _write(folder, "emnist-digits-train", images, labels)
    with pytest.warns(DatasetWarning, match="rows and columns exchanged"):
        load_dataset(f"idx:{folder}")


def test_qmnists_labels_are_explained_and_read_as_the_sentence_says(folder, monkeypatch):
    images, labels = _digits()
    write_idx(folder / "qmnist-train-images-idx3-ubyte.gz", images)
    table = np.zeros((len(labels), 8), np.int32)
    table[:, 0] = labels
    write_idx(folder / "qmnist-train-labels-idx2-int.gz", table)
    with pytest.raises(DatasetError, match="QMNIST's labels, a table of 8 columns, are not read") as caught:
        load_dataset(f"idx:{folder}")
    monkeypatch.chdir(folder)
    exec(str(caught.value).partition("the class, as ")[2].partition(": ")[2])
    assert len(load_dataset(f"idx:{folder}").train) == 80


def test_what_is_no_folder_of_idx_files(folder):
    (folder / "3").mkdir()
    Image.new("L", (8, 8)).save(folder / "3" / "a.png")
    with pytest.raises(DatasetNotFoundError, match="no IDX files to train on, but 1 picture, which folder:.* reads"):
        load_dataset(f"idx:{folder}")
    with pytest.raises(DatasetError, match=r"a\.png: a picture, not a folder"):
        load_dataset(f"idx:{folder / '3' / 'a.png'}")
    (folder / "own-latest-images-idx3-ubyte").touch()
    (folder / "own-latest-labels-idx1-ubyte").touch()
    with pytest.raises(DatasetError, match="truncated IDX file"):
        load_dataset(f"idx:{folder}")
