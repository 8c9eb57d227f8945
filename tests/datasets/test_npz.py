import numpy as np
import pytest

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning


@pytest.fixture
def file(tmp_path, data_home):
    return tmp_path / "a.npz"


def _digits(n=100):
    digits = load_dataset("digits-8x8")
    # Zero to nine, again and again: wherever they are cut, both parts have all classes.
    order = np.stack([np.flatnonzero(digits.train.labels == label)[: n // 10] for label in range(10)], axis=1).ravel()
    return np.asarray(digits.train.images[order]), np.asarray(digits.train.labels[order])


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
        ({"a": np.zeros(3)}, r"it holds a \(3,\); needed are the arrays x_train/"),
        (
            {"x_train": np.zeros((10, 8, 8)), "y_train": np.arange(9)},
            r"it holds x_train \(10, 8, 8\), y_train \(9,\), but not x_test and y_test; x_train has 10 images, and "
            "y_train 9 labels: one label per image is needed; save all four arrays in one file, or x and y alone, of "
            "which a test part is cut",
        ),
        (
            {"train_images": np.zeros((10, 8, 8)), "test_labels": np.arange(9)},
            r"test_labels \(9,\), but not train_labels and test_images; save all four .* or images and labels alone",
        ),
        ({"x": np.zeros((20, 9)), "X": np.zeros((20, 9)), "y": np.arange(20) % 2}, "differ in capitals only: X, x, y"),
        ({"x": np.zeros((20, 9)), "y": np.eye(20)}, r"y has shape \(20, 20\), but one label per image .*argmax"),
        ({"x": np.zeros((3, 3, 20)), "y": np.arange(20) % 2}, "20 images along the last axis.*moveaxis"),
        ({"x": np.zeros((4, 4, 4)), "y": np.arange(4) % 2}, r"not clear along which axis.*rows of shape \(4, 16\)"),
        ({"x": np.zeros((20, 9)), "y": np.arange(20).astype(str)}, "labels are not integers.*return_inverse=True"),
        ({"x": np.zeros((20, 7)), "y": np.arange(20) % 2}, "rows of a square number of pixels"),
        ({"x": np.zeros((20, 9)), "y": np.array(list("ab" * 10))}, "labels are not integers"),
        ({"x": np.zeros((20, 9)), "y": np.full(20, np.inf)}, "labels are not integers"),
        ({"x": np.zeros((20, 9)), "y": np.arange(19) % 2}, r"x has shape \(20, 9\), but there are 19 labels"),
        ({"x": np.array([{}] * 20), "y": np.arange(20)}, "x holds Python objects, stored as a pickle; .* never read"),
        ({"x": np.zeros((20, 9)), "y": np.array([{}] * 20)}, "y holds Python objects"),
        (
            {"x": np.zeros((3, 9)), "y": np.array([0, 0, 1])},
            r"cannot cut 3 images .*: 1 of 2 classes have a single image \('1'\)",
        ),
        ({"x": np.zeros((20, 9)), "y": np.arange(20) // 2}, "of 16 and 4 images, fewer than the 10 classes"),
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


def test_arrays_that_are_not_read_are_told(file):
    images, labels = _digits()
    parts = {"train_images": images[:70], "train_labels": labels[:70], "test_images": images[70:], "names": "abc"}
    np.savez(file, **parts, test_labels=labels[70:], val_images=images[:5], val_labels=labels[:5])
    with pytest.warns(
        DatasetWarning, match=r"arrays of a part that was left out: val_images \(5, 8, 8\), val_labels \(5,\)"
    ):
        data = load_dataset(f"npz:{file}")
    assert data.notes == ("arrays that were not read: names ()",)


def test_a_class_that_only_one_part_has_is_told(file):
    images, labels = _digits()
    new = labels == 9
    np.savez(file, x_train=images[~new], y_train=labels[~new], x_test=images // 2, y_test=labels)
    with pytest.warns(DatasetWarning, match=r"only the test part has, .*: '9' \(10\), so that no method"):
        load_dataset(f"npz:{file}")


def test_blank_images_are_told(file):
    images, labels = _digits()
    images[3] = images[5] = 7
    np.savez(file, x_train=images, y_train=labels, x_test=images[:50] // 2, y_test=np.arange(50) % 10)
    with pytest.warns(DatasetWarning) as caught:
        load_dataset(f"npz:{file}")
    assert [str(warning.message).partition(": ")[2] for warning in caught] == [
        f"2 of {n} {part} images are blank, all their pixels have the same value: index 3, 5"
        for n, part in ((100, "training"), (50, "test"))
    ]


def test_capitals_in_the_files_name(tmp_path, data_home):
    images, labels = _digits()
    with (tmp_path / "MNIST.NPZ").open("wb") as file:
        np.savez(file, x=images, y=labels)
    assert len(add_dataset("capitals", tmp_path / "MNIST.NPZ").train) == 80


def test_a_folder_and_files_of_other_kinds(tmp_path, data_home):
    with pytest.raises(DatasetError, match=r"a folder, not an \.npz file; pictures in it: folder:"):
        load_dataset(f"npz:{tmp_path}")


@pytest.mark.parametrize("content", [b"", b"PK half", b"\x1f\x8b"])
def test_a_file_that_is_no_archive_is_said_to_be_none_with_what_to_do(file, content):
    file.write_bytes(content)
    with pytest.raises(DatasetError, match=r"a\.npz: .*") as refused:
        load_dataset(f"npz:{file}")
    assert "Bad" not in str(refused.value)
    assert "not a zip archive, or its end is missing; copy or download it again" in str(refused.value)
