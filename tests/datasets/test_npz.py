import numpy as np
import pytest

from hdr_bench.datasets import load_dataset
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError


@pytest.fixture
def file(tmp_path, data_home):
    return tmp_path / "a.npz"


def _digits(n=100):
    digits = load_dataset("digits-8x8")
    return np.asarray(digits.train.images[:n]), np.asarray(digits.train.labels[:n])


def test_keras_and_medmnist_names(file):
    images, labels = _digits()
    np.savez(file, x_train=images[:80], y_train=labels[:80], x_test=images[80:], y_test=labels[80:])
    keras = load_dataset(f"npz:{file}")
    np.testing.assert_array_equal(keras.test.images, images[80:])
    parts = {"train_images": images[:80], "train_labels": labels[:80, None]}
    np.savez(file, **parts, test_images=images[80:], test_labels=labels[80:, None])
    assert load_dataset(f"npz:{file}").fingerprint == keras.fingerprint
    with pytest.raises(DatasetError, match="comes with its own test part"):
        load_dataset(f"npz:{file}", test_size=0.5)


@pytest.mark.parametrize("shape", [(-1, 8, 8), (-1, 64), (-1, 8, 8, 1), (-1, 1, 8, 8)])
def test_one_whole_is_cut_whatever_its_layout(file, shape):
    images, labels = _digits()
    np.savez(file, X=images.reshape(shape), y=labels)
    data = load_dataset(f"npz:{file}")
    assert (data.image_shape, len(data.test)) == ((8, 8), 20)


@pytest.mark.parametrize(
    ("arrays", "fault"),
    [
        ({"a": np.zeros(3)}, "it holds a; needed are the arrays x_train/"),
        ({"x": np.zeros((20, 7)), "y": np.arange(20) % 2}, "rows of a square number of pixels"),
        ({"x": np.zeros((20, 9)), "y": np.array(list("ab" * 10))}, "labels are not integers"),
        ({"x": np.zeros((20, 9)), "y": np.full(20, np.inf)}, "labels are not integers"),
        ({"x": np.zeros((20, 9)), "y": np.arange(19) % 2}, "20 given images but 19 labels"),
        ({"x": np.array([{}] * 20), "y": np.arange(20)}, "not a readable"),
        ({"x": np.zeros((3, 9)), "y": np.array([0, 0, 1])}, "cannot cut 3 images"),
    ],
)
def test_files_that_cannot_be_used(file, arrays, fault):
    np.savez(file, **arrays)
    with pytest.raises(DatasetError, match=fault):
        load_dataset(f"npz:{file}")


def test_damaged_and_missing_files(file):
    with pytest.raises(DatasetNotFoundError, match="there is no such file"):
        load_dataset(f"npz:{file}")
    images, labels = _digits()
    np.savez(file, x=images, y=labels)
    whole = file.read_bytes()
    file.write_bytes(whole[:-50])
    with pytest.raises(DatasetError, match=r"a\.npz: not a readable"):
        load_dataset(f"npz:{file}")
    for place in range(0, len(whole), 101):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            load_dataset(f"npz:{file}")
        except DatasetError as error:
            assert "a.npz" in str(error)
