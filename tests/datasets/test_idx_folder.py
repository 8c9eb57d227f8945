import gzip
import lzma

import numpy as np
import pytest
from PIL import Image

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.home import prepared_home
from hdr_bench.datasets.idx import encode_idx, write_idx
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning
from hdr_bench.experiments.planning.trial_data import load_choice
from hdr_bench.records.protocol import DatasetChoice


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
        (
            np.zeros((4, 2, 2), np.uint8),
            np.full(4, 0.5, np.float32),
            "labels are not integers: float32, e.g. 0.5",
        ),
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
    with pytest.raises(DatasetError, match=r"it holds 2 sets of IDX files: a, b; name one of them, as in idx:.*idx/a"):
        load_dataset(f"idx:{folder}")
    _write(folder, "a-train", images, labels)
    with pytest.raises(DatasetError, match="both a-images-idx3-ubyte and a-train-images-idx3-ubyte are train images"):
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
    assert data.notes == (() if note is None else (f"read from the folder {note} inside it",))
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
    with pytest.raises(DatasetError, match=r"t10k-labels\.idx1-ubyte have different contents; remove the wrong one"):
        load_dataset(f"idx:{folder}")


def test_copies_that_differ(folder):
    images, labels = _digits()
    _torchvision(folder / "raw", images, labels)
    write_idx(folder / "raw" / "train-labels-idx1-ubyte.gz", 9 - labels[:80])
    with pytest.raises(DatasetError, match=r"train-labels-idx1-ubyte and .*\.gz have different contents"):
        load_dataset(f"idx:{folder}")


def _emnist(folder, images, labels):
    """Write two sets as EMNIST's are, with rows and columns exchanged."""
    for name, shift in (("digits", 0), ("letters", 1)):
        _write(folder, f"emnist-{name}-train", images[:80].swapaxes(1, 2), labels[:80] + shift, ".gz")
        _write(folder, f"emnist-{name}-test", images[80:].swapaxes(1, 2), labels[80:] + shift, ".gz")


def test_several_folders_and_sets(folder):
    images, labels = _digits()
    _emnist(folder, images, labels)
    with pytest.raises(DatasetError, match=r"2 sets .*: emnist-digits, emnist-letters; name one .*idx/emnist-digits$"):
        load_dataset(f"idx:{folder}")
    _write(folder, "train", images, labels)
    with pytest.raises(DatasetError, match="3 sets .*: the files without a prefix, emnist-digits, .* their own folder"):
        load_dataset(f"idx:{folder}")
    for name in ("MNIST", "KMNIST"):
        _torchvision(folder.parent / "several" / name / "raw", images, labels)
    with pytest.raises(DatasetError, match="several folders below it hold IDX files: KMNIST/raw, MNIST/raw; give one"):
        load_dataset(f"idx:{folder.parent / 'several'}")


@pytest.mark.parametrize("named", ["emnist-letters", "letters", "EMNIST-Letters"])
def test_one_of_emnists_sets_upright(folder, named):
    images, labels = _digits()
    _emnist(folder, images, labels)
    data = load_dataset(f"idx:{folder}/{named}")
    np.testing.assert_array_equal(data.train.images, images[:80])
    np.testing.assert_array_equal(data.test.images, images[80:])
    assert data.class_names == (*"123456789", "10")
    assert "the images were transposed" in data.notes[0]
    assert add_dataset("own", folder / named).fingerprint == data.fingerprint


@pytest.mark.parametrize("below", ["raw", "gzip"])
def test_a_set_is_named_above_the_folder_of_torchvision_or_of_the_archive(folder, below):
    images, labels = _digits()
    (folder / "EMNIST" / below).mkdir(parents=True)
    _emnist(folder / "EMNIST" / below, images, labels)
    data = load_dataset(f"idx:{folder / 'EMNIST' / 'digits'}")
    np.testing.assert_array_equal(data.train.images, images[:80])
    assert data.notes[0] == f"read from the folder {below} inside it"


def test_a_set_that_is_not_there(folder):
    images, labels = _digits()
    _emnist(folder, images, labels)
    with pytest.raises(DatasetNotFoundError, match="Did you mean 'emnist-digits'\\? Its sets: emnist-digits, "):
        load_dataset(f"idx:{folder}/emnist-digit")
    with pytest.raises(DatasetNotFoundError, match="no such file or folder"):
        add_dataset("own", folder / "balanced")


def test_a_suite_names_a_set_beside_its_file(folder):
    images, labels = _digits()
    _emnist(folder, images, labels)
    choice = DatasetChoice(name="idx:idx/emnist-digits").with_folder(folder.parent)
    assert load_choice(choice).fingerprint == load_dataset(f"idx:{folder}/emnist-digits").fingerprint


def test_emnists_classes_are_named_by_its_mapping(folder):
    images, labels = _digits()
    _emnist(folder, images, labels)
    mapping = folder / "emnist-letters-mapping.txt"
    mapping.write_text("".join(f"{i} {64 + i} {96 + i}\n" for i in range(1, 11)))
    data = load_dataset(f"idx:{folder}/letters")
    assert data.class_names == tuple("ABCDEFGHIJ")
    assert "class names are from emnist-letters-mapping.txt" in data.notes
    for content, fault in [("1 65 97\n", "no line for the label 2"), ("1;65", "line 1 is '1;65'"), ("1 10", "code 10")]:
        mapping.write_text(content)
        with pytest.raises(DatasetError, match=fault):
            load_dataset(f"idx:{folder}/letters")


def _qmnist(folder, name, images, labels, ending=".gz"):
    table = np.arange(len(labels) * 8, dtype=np.int32).reshape(-1, 8)
    table[:, 0] = labels
    for what, array in (("images-idx3-ubyte", images), ("labels-idx2-int", table)):
        content = encode_idx(array)
        (folder / f"{name}-{what}{ending}").write_bytes(PACK[ending](content))


PACK = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("ending", PACK)
def test_qmnists_labels_are_the_first_column_of_its_table(folder, ending):
    images, labels = _digits()
    _qmnist(folder, "qmnist-train", images[:80], labels[:80], ending)
    _qmnist(folder, "qmnist-test", images[80:], labels[80:], ending)
    data = load_dataset(f"idx:{folder}")
    np.testing.assert_array_equal(data.train.images, images[:80])
    np.testing.assert_array_equal(data.train.labels, labels[:80])
    np.testing.assert_array_equal(data.test.labels, labels[80:])
    assert data.notes == (f"the labels are the first column of the table in qmnist-train-labels-idx2-int{ending}",)
    # NIST's other images, in the same folder, are a set of their own.
    _qmnist(folder, "xnist", images, labels, ending)
    assert load_dataset(f"idx:{folder}/qmnist").fingerprint == data.fingerprint
    assert len(load_dataset(f"idx:{folder}/xnist").test) == 20


def test_a_table_of_labels_that_is_not_qmnists(folder):
    images, labels = _digits()
    write_idx(folder / "own-images-idx3-ubyte", images)
    write_idx(folder / "own-labels-idx2-int", np.stack([labels, labels], axis=1).astype(np.int32))
    with pytest.raises(DatasetError, match=r"declares the shape \(100, 2\); QMNIST's labels are a table of 8 columns"):
        load_dataset(f"idx:{folder}")


def test_a_validation_part(folder):
    images, labels = _digits()
    _write(folder, "train", images[:80], labels[:80])
    _write(folder, "validation", images[80:], labels[80:])
    alone = load_dataset(f"idx:{folder}")
    np.testing.assert_array_equal(alone.test.images, images[80:])
    assert alone.notes == ("the validation part is the test part, since there is no other",)
    _write(folder, "test", images[:10], labels[:10])
    with pytest.warns(DatasetWarning) as caught:
        assert len(load_dataset(f"idx:{folder}").test) == 10
    assert "20 images in validation-images-idx3-ubyte left out" in str(caught[0].message)


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
