"""HDF5 and MATLAB files in the forms in which digits are published, made here to their documentation."""

import sys
from warnings import catch_warnings

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from hdr_bench.datasets import add_dataset, hdf5, load_dataset, matlab
from hdr_bench.datasets.image_arrays import GREY_NOTE
from hdr_bench.datasets.source import ReadOptions
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, MissingDependencyError


@pytest.fixture(scope="module")
def digits():
    part = load_dataset("mnist-5k").train
    order = np.random.default_rng(0).permutation(len(part))[:400]
    return np.asarray(part.images[order]), np.asarray(part.labels[order])


def pairs_of(dataset):
    """Images, each with the name of its class, of both parts."""
    return sorted(
        (image.tobytes(), dataset.class_names[label])
        for part in (dataset.train, dataset.test)
        for image, label in zip(part.images, part.labels, strict=True)
    )


def pairs(images, names):
    return sorted((image.tobytes(), str(name)) for image, name in zip(images, names, strict=True))


def write_h5(path, **arrays):
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file.create_dataset(
                name.replace("__", "/"), data=values, compression="gzip" if np.size(values) > 1 else None
            )
    return path


def test_the_form_of_usps(tmp_path, data_home, digits):
    images, labels = digits
    rows = (images / 255).reshape(len(images), -1).astype(np.float32)
    parts = {
        "train__data": rows[:300],
        "train__target": labels[:300],
        "test__data": rows[300:],
        "test__target": labels[300:],
    }
    file = write_h5(tmp_path / "usps.h5", **parts)
    dataset = load_dataset(f"h5:{file}")
    np.testing.assert_array_equal(dataset.test.images, rows[300:].reshape(-1, 28, 28))
    np.testing.assert_array_equal(dataset.test.labels, labels[300:])
    assert (dataset.class_names, dataset.notes) == (tuple("0123456789"), ())
    assert add_dataset("usps", file).fingerprint == dataset.fingerprint


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("trainX", "trainY", "testX", "testY"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("train_set_x", "train_set_y", "test_set_x", "test_set_y"),
        ("train/image", "train/label", "val/image", "val/label"),
    ],
)
def test_names_of_arrays(tmp_path, data_home, digits, names):
    images, labels = digits
    parts = (images[:300], labels[:300], images[300:], labels[300:])
    arrays = {name.replace("/", "__"): values for name, values in zip(names, parts, strict=True)}
    dataset = load_dataset(f"h5:{write_h5(tmp_path / 'a.hdf5', **arrays, list_classes=np.arange(10))}")
    np.testing.assert_array_equal(dataset.test.images, images[300:])
    assert dataset.notes == ("arrays that were not read: list_classes (10,)",)


@pytest.mark.parametrize("names", [("X", "y"), ("images", "labels"), ("data", "target"), ("group/fea", "group/gnd")])
@pytest.mark.parametrize("shape", [(-1, 784), (-1, 28, 28), (-1, 28, 28, 1), (-1, 1, 28, 28)])
def test_one_whole(tmp_path, data_home, digits, names, shape):
    images, labels = digits
    arrays = dict(
        zip((name.replace("/", "__") for name in names), (images.reshape(shape), labels[:, None]), strict=True)
    )
    assert pairs_of(load_dataset(f"h5:{write_h5(tmp_path / 'a.h5', **arrays)}")) == pairs(images, labels)


def test_parts_in_two_files_in_colour_with_one_hot_labels_and_text(tmp_path, data_home, digits):
    images, labels = digits
    colour = np.stack([images, images // 2, images // 4], axis=-1)
    train = write_h5(tmp_path / "train_signs.h5", train_set_x=colour[:300], train_set_y=np.eye(10)[labels[:300]])
    write_h5(tmp_path / "test_signs.h5", test_set_x=colour[300:], test_set_y=np.eye(10)[labels[300:]])
    dataset = load_dataset(f"h5:{train}")
    luma = np.floor(0.299 * colour[..., 0] + 0.587 * colour[..., 1] + 0.114 * colour[..., 2] + 0.5)
    assert np.abs(dataset.test.images.astype(int) - luma[300:]).max() <= 1
    np.testing.assert_array_equal(dataset.test.labels, labels[300:])
    assert dataset.notes == (GREY_NOTE, "the test part is test_signs.h5 beside it")
    words = np.array(list("ABCDEFGHIJ"))[labels]
    file = write_h5(tmp_path / "letters.h5", X=images, y=words.astype("S1"))
    assert pairs_of(load_dataset(f"h5:{file}")) == pairs(images, words)


def test_luma_is_pillows(digits):
    from PIL import Image

    from hdr_bench.datasets.image_arrays import to_grey

    colour = np.random.default_rng(0).integers(0, 256, (5, 20, 20, 3), dtype=np.uint8)
    expected = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in colour])
    np.testing.assert_array_equal(to_grey(np.moveaxis(colour, -1, 1)), expected)


@pytest.mark.parametrize(
    ("arrays", "fault"),
    [
        ({"weights": np.zeros((3, 4))}, r"it holds weights \(3, 4\); expected images and labels, named"),
        (
            {"X": np.zeros((20, 9)), "images": np.zeros((20, 9)), "y": np.arange(20)},
            "unclear which arrays are the images",
        ),
        (
            {"X": np.zeros((20, 9)), "y": np.arange(19)},
            r"X has shape \(20, 9\), but y \(19,\); give one label per image",
        ),
        ({"X": np.zeros((20, 7)), "y": np.arange(20)}, "7 pixels per image; expected a square number"),
        ({"X": np.zeros((20, 9)), "y": np.ones((20, 3))}, "expected one label per image"),
        ({"X": np.zeros((9, 9)), "y": np.arange(9)}, "unclear along which axis"),
        ({"X": np.zeros((20, 9)), "y": np.arange(20) / 3}, "labels are not integers"),
    ],
)
@pytest.mark.parametrize("kind", ["h5", "mat"])
def test_arrays_that_cannot_be_used(tmp_path, data_home, arrays, fault, kind):
    file = tmp_path / f"a.{kind}"
    if kind == "h5":
        write_h5(file, **arrays)
    else:
        savemat(file, arrays, oned_as="column")
        fault = fault.replace(r"but y \(19,\)", r"but y \(19, 1\)")
    with pytest.raises(DatasetError, match=fault) as caught:
        load_dataset(f"{kind}:{file}")
    assert str(caught.value).startswith(str(file))


def test_arrays_of_other_files_and_boundless_ones(tmp_path, data_home):
    (tmp_path / "secret").write_bytes(bytes(400))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("X", (100, 4), "u1", external=[("secret", 0, 400)])
        file["y"] = np.arange(100) % 2
    with pytest.raises(DatasetError, match=r"a\.h5: X is stored in other files; save it into this one"):
        load_dataset(f"h5:{tmp_path / 'a.h5'}")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["X"] = h5py.ExternalLink("a.h5", "X")
        file["y"] = np.arange(100) % 2
    with pytest.raises(DatasetError, match=r"it holds y \(100,\); expected"):
        load_dataset(f"h5:{tmp_path / 'b.h5'}")
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file.create_dataset("X", (10**7, 28, 28), "u1", chunks=(1, 28, 28))
        file.create_dataset("y", (10**7,), "u1", chunks=True)
    with pytest.raises(
        DatasetError, match="declares 7,840,000,000 bytes, more than its 0 stored bytes can hold|declares"
    ):
        load_dataset(f"h5:{tmp_path / 'c.h5'}")


@pytest.mark.parametrize("kind", ["h5", "mat"])
def test_files_that_are_none(tmp_path, data_home, kind):
    file = tmp_path / f"a.{kind}"
    with pytest.raises(DatasetNotFoundError, match="there is no such file; expected a"):
        load_dataset(f"{kind}:{file}")
    with pytest.raises(DatasetError, match=r"a folder; name a file in it: .*/FILE\. Expected a"):
        load_dataset(f"{kind}:{tmp_path}")
    for content in (b"", b"content", b"\x89HDF\r\n\x1a\n", b"MATLAB 5.0 MAT-file" + bytes(200)):
        file.write_bytes(content)
        with pytest.raises(DatasetError, match="not a readable|expected images and labels"):
            load_dataset(f"{kind}:{file}")


def test_without_h5py(tmp_path, data_home, monkeypatch):
    file = write_h5(tmp_path / "a.h5", X=np.zeros((20, 9)), y=np.arange(20) % 2)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingDependencyError, match=r"reading HDF5 needs h5py.*pip install 'hdr-bench\[formats\]'"):
        load_dataset(f"h5:{file}")


def emnist(images, labels, mapping):
    """EMNIST's structure: rows of pixels with columns first, as its MATLAB files hold them."""
    rows = images.swapaxes(1, 2).reshape(len(images), -1)
    return {
        "dataset": {
            "train": {"images": rows[:300], "labels": labels[:300, None], "writers": labels[:300, None]},
            "test": {"images": rows[300:], "labels": labels[300:, None], "writers": labels[300:, None]},
            "mapping": mapping,
        }
    }


def test_the_form_of_emnist(tmp_path, data_home, digits):
    images, labels = digits
    file = tmp_path / "emnist-digits.mat"
    savemat(file, emnist(images, labels, np.column_stack([np.arange(10), np.arange(48, 58)])), do_compression=True)
    dataset = load_dataset(f"mat:{file}")
    np.testing.assert_array_equal(dataset.test.images, images[300:])
    np.testing.assert_array_equal(dataset.test.labels, labels[300:])
    assert dataset.class_names == tuple("0123456789")
    assert "the images were transposed: the file holds them with rows and columns exchanged, as its digits show" in (
        dataset.notes
    )
    # Of letters the documentation alone says it; the first of two characters names the class.
    letters = np.column_stack([np.arange(1, 11), np.arange(65, 75), np.arange(97, 107)])
    savemat(file, emnist(images, labels + 1, letters))
    dataset = load_dataset(f"mat:{file}")
    assert dataset.class_names == tuple("ABCDEFGHIJ")
    np.testing.assert_array_equal(dataset.test.images, images[300:])


def test_rows_of_digits_that_are_upright_already(tmp_path, data_home, digits):
    images, labels = digits
    savemat(tmp_path / "a.mat", {"X": images.reshape(len(images), -1), "y": labels[:, None]})
    dataset = load_dataset(f"mat:{tmp_path / 'a.mat'}")
    assert pairs_of(dataset) == pairs(images, labels)
    assert any("the digits in this file are upright" in note for note in dataset.notes)


def test_the_form_of_svhn(tmp_path, data_home, digits):
    images, labels = digits
    colour = np.moveaxis(np.stack([images] * 3, axis=-1), 0, -1)
    numbers = np.where(labels == 0, 10, labels)[:, None].astype(np.uint8)
    assert colour.shape == (28, 28, 3, 400)
    for name, part in (
        ("train_32x32.mat", slice(0, 300)),
        ("test_32x32.mat", slice(300, None)),
        ("extra_32x32.mat", slice(9)),
    ):
        savemat(tmp_path / name, {"X": colour[..., part], "y": numbers[part]}, do_compression=True)
    dataset = load_dataset(f"mat:{tmp_path / 'train_32x32.mat'}")
    np.testing.assert_array_equal(dataset.test.images, images[300:])
    np.testing.assert_array_equal(dataset.test.labels, labels[300:])
    assert dataset.class_names == tuple("0123456789")
    assert dataset.notes == (
        GREY_NOTE,
        "the test part is test_32x32.mat beside it",
        "labels range from 1 to 10; 10 means the digit 0: classes are named after the digits",
    )


def test_the_form_of_svhn_of_photos_that_show_nothing(tmp_path, data_home):
    photos = np.random.default_rng(0).integers(0, 256, (32, 32, 3, 200), dtype=np.uint8)
    savemat(tmp_path / "train_32x32.mat", {"X": photos, "y": (np.arange(200) % 10 + 1)[:, None]})
    dataset = load_dataset(f"mat:{tmp_path / 'train_32x32.mat'}")
    assert dataset.class_names == tuple("0123456789")
    from hdr_bench.datasets.image_arrays import to_grey

    grey = to_grey(photos.transpose(3, 2, 0, 1))
    assert pairs_of(dataset) == pairs(grey, (np.arange(200) + 1) % 10)


def test_the_forms_of_matlabs_collections_of_digits(tmp_path, data_home, digits):
    images, labels = digits
    columns_first = images.swapaxes(1, 2).reshape(len(images), -1)
    # Ng's course: 1 to 10, columns first.
    savemat(tmp_path / "ex3data1.mat", {"X": columns_first / 255, "y": np.where(labels == 0, 10, labels)[:, None]})
    assert pairs_of(load_dataset(f"mat:{tmp_path / 'ex3data1.mat'}")) == pairs(images / 255, labels)
    # mnist-original.mat: images along the last axis.
    savemat(tmp_path / "mnist-original.mat", {"data": images.reshape(len(images), -1).T, "label": labels[None, :]})
    assert pairs_of(load_dataset(f"mat:{tmp_path / 'mnist-original.mat'}")) == pairs(images, labels)
    # mnist_all.mat: an array per part and digit.
    arrays = {
        f"{part}{digit}": images[part == "test" :: 2][labels[part == "test" :: 2] == digit].reshape(-1, 784)
        for part in ("train", "test")
        for digit in range(10)
    }
    savemat(tmp_path / "mnist_all.mat", arrays)
    dataset = load_dataset(f"mat:{tmp_path / 'mnist_all.mat'}")
    assert pairs_of(dataset) == pairs(images, labels)
    assert len(dataset.test) == 200
    # usps_all.mat: pixels x images x digits, the digit 0 last.
    order = [*range(1, 10), 0]
    planes = np.stack([columns_first[labels == digit][:20].T for digit in order], axis=-1)
    savemat(tmp_path / "usps_all.mat", {"data": planes})
    expected = [(images[labels == digit][:20], [digit] * 20) for digit in order]
    assert pairs_of(load_dataset(f"mat:{tmp_path / 'usps_all.mat'}")) == sorted(
        pair for part, names in expected for pair in pairs(part, names)
    )


def test_matlab_7_3_is_hdf5(tmp_path, data_home, digits):
    images, labels = digits
    path = tmp_path / "train_32x32.mat"
    # MATLAB writes its axes in reverse order, behind a block of its own of 512 bytes.
    with h5py.File(path, "w", userblock_size=512) as file:
        file["X"] = np.moveaxis(np.stack([images] * 3, axis=-1), 0, -1).T
        file["y"] = np.where(labels == 0, 10, labels)[None, :].astype(np.float64)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(128))
    dataset = load_dataset(f"mat:{path}")
    assert pairs_of(dataset) == pairs(images, labels)


def test_emnist_in_matlab_7_3(tmp_path, data_home, digits):
    images, labels = digits
    rows = images.swapaxes(1, 2).reshape(len(images), -1)
    with h5py.File(tmp_path / "emnist-letters.mat", "w", userblock_size=512) as file:
        for name, part in (("train", slice(0, 300)), ("test", slice(300, None))):
            file[f"dataset/{name}/images"] = rows[part].T
            file[f"dataset/{name}/labels"] = labels[None, part] + 1
        file["dataset/mapping"] = np.array([np.arange(1, 11), np.arange(65, 75), np.arange(97, 107)])
    dataset = load_dataset(f"mat:{tmp_path / 'emnist-letters.mat'}")
    assert dataset.class_names == tuple("ABCDEFGHIJ")
    np.testing.assert_array_equal(dataset.test.images, images[300:])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    arrays = {"X": np.arange(20 * 9, dtype=np.uint8).reshape(20, 9), "y": np.arange(20)[:, None] % 2}
    savemat(folder / "plain.mat", arrays)
    savemat(folder / "packed.mat", arrays, do_compression=True)
    write_h5(folder / "a.h5", **arrays)
    return {
        "plain": (folder / "plain.mat").read_bytes(),
        "packed": (folder / "packed.mat").read_bytes(),
        "h5": (folder / "a.h5").read_bytes(),
    }


@settings(max_examples=300)
@given(
    kind=st.sampled_from(["plain", "packed", "h5"]),
    place=st.floats(0, 1),
    length=st.integers(0, 40),
    piece=st.binary(max_size=40),
)
def test_any_bytes_are_arrays_or_an_error_of_ours(tmp_path_factory, whole, *, kind, place, length, piece):
    read, name = (hdf5.FORMAT.read, "any.h5") if kind == "h5" else (matlab.FORMAT.read, "any.mat")
    path, start = tmp_path_factory.getbasetemp() / name, int(place * len(whole[kind]))
    path.write_bytes(whole[kind][:start] + piece + whole[kind][start + length :])
    with catch_warnings(action="ignore"):
        try:
            dataset = read("any", path, ReadOptions())
        except DatasetError as error:
            assert "any" in str(error)
        else:
            assert dataset.image_shape[0] == dataset.image_shape[1]
