import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.image_arrays import GREY_NOTE, to_grey
from hdr_bench.datasets.labelled_images import encode_any_labels
from hdr_bench.datasets.labels import stratified_split
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
    with pytest.raises(DatasetError, match="has its own test part"):
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
        (
            {"a": np.zeros(3)},
            r"it holds only a \(3,\), and .* no file beside it with its images; expected .* x_train/",
        ),
        ({"x": np.zeros((3, 2, 2))}, r"it holds only x \(3, 2, 2\), .* with its labels, such as a-labels.npz"),
        ({"a": np.zeros(3), "b": np.zeros(3)}, r"it holds a \(3,\), b \(3,\); expected the arrays x_train/"),
        (
            {"x_train": np.zeros((10, 8, 8)), "y_train": np.arange(10), "x_test": np.zeros((10, 8, 8))},
            r"it holds x_train \(10, 8, 8\), y_train \(10,\), x_test \(10, 8, 8\), but not y_test; save all four "
            "arrays in one file, or only x and y, from which a test part is split off",
        ),
        (
            {"x_train": np.zeros((10, 8, 8)), "y_train": np.arange(9)},
            r"x_train has shape \(10, 8, 8\), but there are 9 labels; give one label per image",
        ),
        (
            {"train_images": np.zeros((10, 8, 8)), "test_labels": np.arange(9)},
            r"test_labels \(9,\), but not train_labels and test_images; save all four .* or only images and labels",
        ),
        ({"x": np.zeros((20, 9)), "X": np.zeros((20, 9)), "y": np.arange(20) % 2}, "differ only in case: X, x, y"),
        (
            {"x": np.zeros((20, 9)), "y": np.eye(20) / 2},
            r"y has shape \(20, 20\); expected one label per image, .*one-hot",
        ),
        (
            {"x": np.zeros((20, 9)), "y": np.tri(20)},
            r"y has shape \(20, 20\); expected one label per image, .*one-hot",
        ),
        (
            {"x": np.zeros((20, 9)), "y": np.zeros((20, 3, 3))},
            r"y must have one label per image, .* \(20, 3, 3\)",
        ),
        ({"x": np.zeros((4, 4, 4)), "y": np.arange(4) % 2}, r"unclear along which axis.*rows of shape \(4, 16\)"),
        ({"x": np.zeros((20, 7)), "y": np.arange(20) % 2}, "7 pixels per image; expected a square number"),
        ({"x": np.zeros((20, 9)), "y": np.full(20, np.inf)}, "labels are not integers.*return_inverse=True"),
        ({"x": np.zeros((20, 9)), "y": np.array([b"\xff", b"a"] * 10)}, "bytes that are not UTF-8"),
        ({"x": np.zeros((20, 5, 5, 5)), "y": np.arange(20) % 2}, "none of the four axes has 1, 3 or 4 channels"),
        ({"x": np.zeros((20, 9)), "y": np.arange(19) % 2}, r"x has shape \(20, 9\), but there are 19 labels"),
        ({"x": np.array([{}] * 20), "y": np.arange(20)}, "x holds Python objects, stored as a pickle; .* never read"),
        ({"x": np.zeros((20, 9)), "y": np.array([{}] * 20)}, "y holds Python objects"),
        (
            {"x": np.zeros((3, 9)), "y": np.array([0, 0, 1])},
            r"cannot split 3 images .*: 1 of 2 classes have only one image \('1'\)",
        ),
        ({"x": np.zeros((20, 9)), "y": np.arange(20) // 2}, "of 16 and 4 images, since each needs at least 10"),
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
        DatasetWarning, match=r"arrays of a part that is not used: val_images \(5, 8, 8\), val_labels \(5,\)"
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
        f"2 of {n} {part} images are blank (all pixels have the same value): index 3, 5"
        for n, part in ((100, "training"), (50, "test"))
    ]


def test_capitals_in_the_files_name(tmp_path, data_home):
    images, labels = _digits()
    with (tmp_path / "MNIST.NPZ").open("wb") as file:
        np.savez(file, x=images, y=labels)
    assert len(add_dataset("capitals", tmp_path / "MNIST.NPZ").train) == 80


def test_a_folder_and_files_of_other_kinds(tmp_path, data_home):
    with pytest.raises(DatasetError, match=r"a folder, not a file of NumPy arrays; for pictures in it use folder:"):
        load_dataset(f"npz:{tmp_path}")


@pytest.mark.parametrize("content", [b"", b"PK half", b"\x1f\x8b"])
def test_a_file_that_is_no_archive_is_said_to_be_none_with_what_to_do(file, content):
    file.write_bytes(content)
    with pytest.raises(DatasetError, match=r"a\.npz: .*") as refused:
        load_dataset(f"npz:{file}")
    assert "Bad" not in str(refused.value)
    assert "not a zip archive, or its end is missing; copy or download it again" in str(refused.value)


@pytest.mark.parametrize(
    "names",
    [
        "X_train y_train X_test y_test",
        "train_x train_y test_x test_y",
        "trainX trainY testX testY",
        "X_tr y_tr X_te y_te",
        "train_data train_labels test_data test_labels",
        "images_train targets_train images_test targets_test",
        "x_train y_train x_val y_val",
    ],
)
def test_names_of_two_parts(file, names):
    images, labels = _digits()
    np.savez(file, **dict(zip(names.split(), (images[:80], labels[:80], images[80:], labels[80:]), strict=True)))
    data = load_dataset(f"npz:{file}")
    np.testing.assert_array_equal(data.train.images, images[:80])
    np.testing.assert_array_equal(data.test.labels, labels[80:])
    assert data.notes == (("the validation part is the test part, since there is no other",) if "val" in names else ())


@pytest.mark.parametrize(
    "names",
    [
        "images labels",
        "X y",
        "data target",
        "features labels",
        "image label",
        "imgs labels",
        "x_train y_train",
        "arr_0 arr_1",
    ],
)
def test_names_of_one_whole(file, names):
    images, labels = _digits()
    np.savez(file, **dict(zip(names.split(), (images, labels), strict=True)))
    data = load_dataset(f"npz:{file}")
    assert (len(data.train), len(data.test)) == (80, 20)


def test_the_usual_words_come_first(file):
    images, labels = _digits()
    # As scikit-learn's digits are.
    np.savez(file, data=images.reshape(-1, 64) // 2, images=images, target=labels, target_names=np.arange(10))
    data = load_dataset(f"npz:{file}")
    assert data.train.images.max() == 16
    assert data.notes[0] == "arrays that were not read: data (100, 64), target_names (10,)"


_WORDS = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])


@pytest.mark.parametrize(
    ("write", "names"),
    [
        (lambda labels: _WORDS[labels], sorted(_WORDS)),
        (lambda labels: np.char.encode(_WORDS[labels]), sorted(_WORDS)),
        (lambda labels: (labels + 5).astype(str), [str(label) for label in range(5, 15)]),
        (lambda labels: (labels + 5).astype("S2"), [str(label) for label in range(5, 15)]),
        (lambda labels: np.eye(12)[labels + 2], [str(label) for label in range(2, 12)]),
        (lambda labels: np.eye(10, dtype=bool)[labels], list("0123456789")),
        (lambda labels: labels[None], list("0123456789")),
        (lambda labels: labels - 1.0, ["-1", *"012345678"]),
    ],
    ids=["words", "bytes", "text digits", "byte digits", "one-hot", "one-hot booleans", "a row", "negative"],
)
def test_labels_in_any_writing(file, write, names):
    images, labels = _digits()
    np.savez(file, x_train=images[:80], y_train=write(labels[:80]), x_test=images[80:], y_test=write(labels[80:]))
    data = load_dataset(f"npz:{file}")
    assert list(data.class_names) == names
    by_number = {name: label for label, name in enumerate(data.class_names)}
    meant = [by_number[name] for name in (names if "zero" not in names else _WORDS)]
    np.testing.assert_array_equal(data.test.labels, np.array(meant)[labels[80:]])
    assert any("one-hot" in note for note in data.notes) == (write(labels).ndim == 2 and len(write(labels)) == 100)


@given(hnp.arrays(np.int64, st.integers(1, 30), elements=st.integers(-9, 9)), st.data())
def test_labels_are_the_same_in_text_and_in_numbers(labels, data):
    padded = np.array([data.draw(st.sampled_from([f"{label}", f" {label}", f"{label} "])) for label in labels])
    for written in (padded, np.char.encode(padded), labels.astype(np.float32)):
        encoded, names = encode_any_labels("x", written)
        assert [int(names[label]) for label in encoded] == labels.tolist()
        assert list(map(int, names)) == sorted(set(labels.tolist()))


@pytest.mark.parametrize("moved", [lambda a: np.moveaxis(a, 0, -1), lambda a: np.moveaxis(a[..., None], 0, -1)])
def test_images_along_the_last_axis(file, moved):
    images, labels = _digits()
    np.savez(file, x_train=moved(images[:80]), y_train=labels[:80], x_test=moved(images[80:]), y_test=labels[80:])
    np.testing.assert_array_equal(load_dataset(f"npz:{file}").train.images, images[:80])


@pytest.mark.parametrize("axis", [1, 3])
def test_colour_becomes_grey(file, axis):
    images, labels = _digits()
    colour = np.stack([images * 3, images * 7, images], axis=3)
    np.savez(file, x=np.moveaxis(colour, 3, axis), y=labels)
    data = load_dataset(f"npz:{file}")
    pillow = np.stack([np.asarray(Image.fromarray(one).convert("L")) for one in colour])
    np.testing.assert_array_equal(np.sort(data.train.images, axis=0), np.sort(pillow[_train_rows(labels)], axis=0))
    assert data.notes[0] == GREY_NOTE


def _train_rows(labels):
    train, _ = stratified_split("x", labels, tuple("0123456789"), 0.2, 0)
    return train


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, bool])
def test_three_equal_channels_are_one_of_them(dtype):
    grey = np.arange(2 * 5 * 5).reshape(2, 5, 5).astype(dtype)
    np.testing.assert_array_equal(to_grey(np.stack([grey] * 3, axis=1)), grey)
