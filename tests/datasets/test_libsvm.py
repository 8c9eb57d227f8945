"""LIBSVM's sparse text, as its page of data sets and scikit-learn write it."""

import bz2
import gzip
from warnings import catch_warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import dump_svmlight_file

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.libsvm import FORMAT, is_libsvm
from hdr_bench.datasets.source import ReadOptions
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

OPENERS = {".bz2": bz2.open, ".gz": gzip.open}


@pytest.fixture(scope="module")
def digits():
    part = load_dataset("mnist-5k").train
    order = np.random.default_rng(0).permutation(len(part))[:400]
    return np.asarray(part.images[order]), np.asarray(part.labels[order])


def write(path, images, labels, base=1):
    """Write rows by hand, as the format is documented: zeros are left out, indices count from 1."""
    with OPENERS.get(path.suffix, open)(path, "wt", encoding="ascii") as file:
        for row, label in zip(images.reshape(len(images), -1), labels, strict=True):
            pairs = " ".join(f"{index + base}:{row[index]:.10g}" for index in np.flatnonzero(row))
            file.write(f"{label} {pairs}\n")
    return path


@pytest.mark.parametrize("name", ["mnist", "mnist.bz2", "mnist.txt.gz", "mnist.svm"])
def test_bytes_whose_last_pixels_are_never_inked(tmp_path, data_home, digits, name):
    images, labels = digits
    file = write(tmp_path / name, images, labels)
    dataset = load_dataset(f"libsvm:{file}")
    highest = int(np.flatnonzero(images.reshape(len(images), -1).any(axis=0)).max()) + 1
    assert highest < 784
    assert dataset.notes[0] == f"the highest index is {highest}: images are 28x28"
    assert (dataset.image_shape, dataset.train.images.dtype) == ((28, 28), np.uint8)
    held = np.concatenate([dataset.train.images, dataset.test.images])
    assert sorted(image.tobytes() for image in held) == sorted(image.tobytes() for image in images)
    assert add_dataset("own", file).fingerprint == dataset.fingerprint


def test_the_form_of_usps_with_its_test_part_beside(tmp_path, data_home, digits):
    # Labels from 1 to 10 for the digits 0 to 9, pixels from -1 to 1.
    images, labels = digits
    scaled = images.astype(np.float64) / 127.5 - 1
    train = write(tmp_path / "usps.bz2", scaled[:300], labels[:300] + 1)
    write(tmp_path / "usps.t.bz2", scaled[300:], labels[300:] + 1)
    dataset = load_dataset(f"libsvm:{train}")
    np.testing.assert_allclose(dataset.test.images, scaled[300:], atol=1e-6)
    np.testing.assert_array_equal(dataset.test.labels, labels[300:])
    assert dataset.class_names == tuple("0123456789")
    assert dataset.notes == (
        "the test part is usps.t.bz2 beside it",
        "labels range from 1 to 10; each means the digit one below: classes are named after the digits",
        "pixels range from -1 to 1, as in the file",
    )


def test_ten_is_the_digit_zero_where_the_images_show_it(tmp_path, data_home, digits):
    images, labels = digits
    file = write(tmp_path / "digits", images, np.where(labels == 0, 10, labels))
    dataset = load_dataset(f"libsvm:{file}")
    assert dataset.class_names == tuple("0123456789")
    assert any("10 means the digit 0" in note for note in dataset.notes)
    expected = {(image.tobytes(), label) for image, label in zip(images, labels.tolist(), strict=True)}
    for part in (dataset.train, dataset.test):
        assert {
            (image.tobytes(), label) for image, label in zip(part.images, part.labels.tolist(), strict=True)
        } <= expected


def test_labels_from_one_to_ten_of_what_are_no_digits(tmp_path, data_home):
    noise = np.random.default_rng(0).integers(1, 256, (200, 8, 8))
    dataset = load_dataset(f"libsvm:{write(tmp_path / 'noise', noise, np.arange(200) % 10 + 1)}")
    assert dataset.class_names == tuple(map(str, range(1, 11)))
    assert any("do not show which digits they mean" in note for note in dataset.notes)


def test_what_scikit_learn_writes(tmp_path, data_home, digits):
    images, labels = digits
    images = images.copy()
    images[:, 0, 0] = 1
    for zero_based in (True, False):
        path = tmp_path / f"digits-{zero_based}.libsvm"
        rows = images.reshape(len(images), -1).astype(np.float64)
        dump_svmlight_file(rows, labels, str(path), zero_based=zero_based, comment="digits")
        dataset = load_dataset(f"libsvm:{path}")
        held = np.concatenate([dataset.train.images, dataset.test.images])
        assert sorted(image.tobytes() for image in held) == sorted(image.tobytes() for image in images)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it has no line with a pixel; expected lines such as"),
        ("1\n2\n", "it has no line with a pixel"),
        ("1 1:2 3:4\n2 2:x\n", "line 2 is not in LIBSVM's format: '2 2:x'"),
        ("1 1:2 3:4\n2 4\n", "line 2 ends in '4'|line 2 is not in LIBSVM's format"),
        ("1 1:2 3:4\n2 4:1 3:1\n", "line 2: the indices of its pixels do not increase"),
        ("1 1:2 4:4\nx 4:1\n", "line 2 is not in LIBSVM's format"),
        ("1 1:2 99999:4\n2 4:1\n", "line 1 has the index '99999'; at most 65,536 pixels are allowed"),
        ("1 1:2 4:nan\n2 4:1\n", "nan"),
        ("1 1:2 4:4\n2 4:1\n1 2:1\n2 3:\n", "line 4"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, data_home, text, fault):
    file = tmp_path / "digits.svm"
    file.write_text(text)
    with pytest.raises(DatasetError, match=fault) as caught:
        load_dataset(f"libsvm:{file}")
    assert str(caught.value).startswith(str(file))


def test_what_is_not_there_or_of_another_kind(tmp_path, data_home):
    with pytest.raises(DatasetNotFoundError, match="there is no such file"):
        load_dataset(f"libsvm:{tmp_path / 'usps.bz2'}")
    with pytest.raises(DatasetError, match="it is a folder; name a file in it: libsvm:.* a LIBSVM file with lines"):
        load_dataset(f"libsvm:{tmp_path}")
    (tmp_path / "digits.txt").write_text("1,0,0,0,0\n2,0,0,0,0\n")
    assert not is_libsvm(tmp_path / "digits.txt")
    with pytest.raises(DatasetError, match=r"digits\.txt: line 1 ends in|no line with a pixel"):
        load_dataset(f"libsvm:{tmp_path / 'digits.txt'}")


WHOLE = b"\n".join(b"%d 1:%d 3:0.5 4:1" % (number % 2, number) for number in range(12))


@settings(max_examples=150)
@given(st.integers(0, len(WHOLE)), st.integers(0, 12), st.binary(max_size=12), st.booleans())
def test_any_bytes_are_sparse_rows_or_an_error_of_ours(tmp_path_factory, start, length, piece, is_compressed):
    path = tmp_path_factory.getbasetemp() / "any.svm"
    content = WHOLE[:start] + piece + WHOLE[start + length :]
    path.write_bytes(bz2.compress(content) if is_compressed else content)
    with catch_warnings(action="ignore"):
        try:
            dataset = FORMAT.read("any", path, ReadOptions())
        except DatasetError as error:
            assert "any" in str(error)
        else:
            assert dataset.image_shape[0] == dataset.image_shape[1]
