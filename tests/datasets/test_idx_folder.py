import numpy as np
import pytest

from hdr_bench.datasets import load_dataset
from hdr_bench.datasets.home import prepared_home
from hdr_bench.datasets.idx import write_idx
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError


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
    return np.asarray(digits.train.images[:n]), digits.train.labels[:n].astype(np.uint8)


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
    with pytest.raises(DatasetError, match="both a-images-idx3-ubyte and b-images-idx3-ubyte are train images"):
        load_dataset(f"idx:{folder}")
    with pytest.raises(DatasetNotFoundError, match="there is no such folder"):
        load_dataset(f"idx:{tmp_path / 'nowhere'}")
