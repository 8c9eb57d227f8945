"""Arrays each in a file of its own, and `.npy` files."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.stored_arrays import list_arrays
from hdr_bench.exceptions import DatasetError


@pytest.fixture
def file(tmp_path, data_home):
    return tmp_path / "a.npz"


def _digits(n=100):
    digits = load_dataset("digits-8x8")
    # Zero to nine, again and again: wherever they are cut, both parts have all classes.
    order = np.stack([np.flatnonzero(digits.train.labels == label)[: n // 10] for label in range(10)], axis=1).ravel()
    return np.asarray(digits.train.images[order]), np.asarray(digits.train.labels[order])


def _save_each(folder, names, arrays, ending):
    for name, array in zip(names.split(), arrays, strict=True):
        save = np.savez if ending == ".npz" else np.save
        save(folder / f"{name}{ending}", array)


@pytest.mark.parametrize("ending", [".npz", ".npy"])
@pytest.mark.parametrize(
    ("names", "given"),
    [
        ("kmnist-train-imgs kmnist-train-labels kmnist-test-imgs kmnist-test-labels", "kmnist-train-imgs"),
        ("kmnist-train-imgs kmnist-train-labels kmnist-test-imgs kmnist-test-labels", "kmnist-test-labels"),
        ("X_train y_train X_test y_test", "X_train"),
        ("own_train own_train_labels own_test own_test_labels", "own_train"),
    ],
)
def test_each_array_in_its_own_file(tmp_path, data_home, ending, names, given):
    images, labels = _digits()
    _save_each(tmp_path, names, (images[:80], labels[:80], images[80:], labels[80:]), ending)
    # Another data set beside them.
    _save_each(tmp_path, "k49-train-imgs k49-train-labels", (images, labels), ending)
    data = load_dataset(f"npz:{tmp_path / given}{ending}")
    np.testing.assert_array_equal(data.train.images, images[:80])
    np.testing.assert_array_equal(data.test.labels, labels[80:])
    assert data.notes == (f"read from {', '.join(sorted(f'{name}{ending}' for name in names.split()))}",)
    assert add_dataset("own", tmp_path / f"{given}{ending}").fingerprint == data.fingerprint
    _save_each(tmp_path, names, (images[:80], labels[:80], images[80:], labels[80:][::-1]), ending)
    assert load_dataset(f"npz:{tmp_path / given}{ending}").fingerprint != data.fingerprint


@pytest.mark.parametrize("names", ["x y", "images labels", "X Y", "digits digits-labels", "digits digits_target"])
def test_images_in_one_file_and_labels_in_another(tmp_path, data_home, names):
    images, labels = _digits()
    _save_each(tmp_path, names, (images, labels), ".npy")
    data = load_dataset(f"npz:{tmp_path / names.split()[0]}.npy")
    assert (len(data.train), len(data.test)) == (80, 20)


@pytest.mark.parametrize(
    ("name", "labels"),
    [("x", "y.npy"), ("X_train", "y_train.npy"), ("train-imgs", "train-labels.npy"), ("digits", "digits-labels.npy")],
)
def test_an_array_without_labels(tmp_path, data_home, name, labels):
    np.save(tmp_path / f"{name}.npy", _digits()[0])
    with pytest.raises(
        DatasetError, match=rf"holds only {name} \(100, 8, 8\), .* with its labels, such as {labels}; expected"
    ):
        load_dataset(f"npz:{tmp_path / name}.npy")


def test_damaged_and_hostile_npy_files(tmp_path, data_home):
    images, labels = _digits()
    np.save(tmp_path / "x.npy", images)
    np.save(tmp_path / "y.npy", labels)
    whole = (tmp_path / "x.npy").read_bytes()
    for content, fault in (
        (whole[:-1], "x.npy: damaged: its header, of shape .* declares 6528 bytes, but the file has 6527"),
        (whole + b"1", "declares 6528 bytes, but the file has 6529"),
        (b"\x93NUMPY", "not a readable .npy file"),
        (b"", "not a readable .npy file"),
        (whole.replace(b"(100, 8, 8)", b"(-10, 8, 8)"), "declares the invalid shape"),
        (whole.replace(b"(100, 8, 8)", b"(1e9, 8, 8)"), "not a readable .npy file"),
    ):
        (tmp_path / "x.npy").write_bytes(content)
        with pytest.raises(DatasetError, match=fault):
            load_dataset(f"npz:{tmp_path / 'x.npy'}")
    np.save(tmp_path / "x.npy", np.array([{}] * 100), allow_pickle=True)
    with pytest.raises(DatasetError, match=r"x.npy holds Python objects, stored as a pickle; .* never read"):
        load_dataset(f"npz:{tmp_path / 'x.npy'}")
    np.save(tmp_path / "x.npy", np.asfortranarray(images))
    assert len(load_dataset(f"npz:{tmp_path / 'x.npy'}").train) == 80


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_are_an_npy_file_or_an_error_of_ours(tmp_path, content, start):
    np.save(tmp_path / "x.npy", np.zeros((20, 3, 3), np.uint8))
    whole = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(whole[:start] + content + whole[start + len(content) :])
    try:
        (array,) = list_arrays(tmp_path / "x.npy")
        assert array.read().shape == array.shape
    except DatasetError as error:
        assert "x.npy" in str(error)
