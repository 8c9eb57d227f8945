"""Decisions on labels change the labels of a data set, and leave images out."""

import numpy as np
import pytest

from hdr_bench.datasets import load_dataset
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.records.decisions import NEITHER, UNSURE, Decision, Decisions
from hdr_bench.records.decisions_file import write_decisions

NAME = "digits-8x8"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "decisions.csv"


@pytest.fixture
def whole(data_home):
    return load_dataset(NAME)


def _decide(data, path, *decisions):
    """Write a decision for each part, index and decision."""
    parts = {"train": data.train, "test": data.test}
    rows = (Decision(part, index, str(parts[part].labels[index]), word) for part, index, word in decisions)
    write_decisions(path, Decisions(data.fingerprint, tuple(rows)))


def _another(label):
    return str((label + 1) % 10)


def test_labels_are_changed_and_images_left_out_in_both_parts(whole, path):
    new = _another(whole.test.labels[4])
    of_training, of_test = (("train", 2, NEITHER), ("train", 5, UNSURE)), (("test", 4, new), ("test", 9, NEITHER))
    _decide(whole, path, *of_training, ("test", 0, ""), *of_test)
    data = load_dataset(NAME, labels=path)
    np.testing.assert_array_equal(data.train.images, np.delete(whole.train.images, 2, axis=0))
    np.testing.assert_array_equal(data.train.labels, np.delete(whole.train.labels, 2))
    expected = np.array(whole.test.labels)
    expected[4] = int(new)
    np.testing.assert_array_equal(data.test.labels, np.delete(expected, 9))
    np.testing.assert_array_equal(data.test.images, np.delete(whole.test.images, 9, axis=0))
    assert data.fingerprint != whole.fingerprint
    assert data.notes[-1] == (
        "labels by the decisions in decisions.csv: 0 of 1,437 training labels changed and 1 image left out, "
        "1 of 360 test labels changed and 1 image left out"
    )


def test_decisions_that_keep_the_labels_keep_the_fingerprint(whole, path):
    _decide(whole, path, ("train", 2, str(whole.train.labels[2])), ("test", 3, UNSURE), ("test", 4, ""))
    data = load_dataset(NAME, labels=str(path))
    assert data.fingerprint == whole.fingerprint
    assert "0 of 360 test labels changed and 0 images left out" in data.notes[-1]


def test_a_file_that_changed_is_applied_as_it_is_now(whole, path):
    new = _another(whole.test.labels[4])
    _decide(whole, path, ("test", 4, ""))
    assert load_dataset(NAME, labels=path).fingerprint == whole.fingerprint
    _decide(whole, path, ("test", 4, new))
    assert load_dataset(NAME, labels=path).test.labels[4] == int(new)


def test_labels_are_decided_before_classes_are_chosen_and_images_changed(whole, path):
    of_three = int(np.flatnonzero(whole.train.labels == 3)[0])
    _decide(whole, path, ("train", of_three, "5"))
    data = load_dataset(NAME, labels=path, classes=["3", "8"], fit="mnist")
    assert len(data.train) == np.isin(whole.train.labels, [3, 8]).sum() - 1
    assert data.image_shape == (28, 28)
    assert ["labels by" in note for note in data.notes].index(True) < ["kept" in note for note in data.notes].index(
        True
    )


def test_decisions_on_other_data_are_refused_by_their_fingerprints(whole, path):
    write_decisions(path, Decisions("f" * 64, (Decision("test", 0, "1", "7"),)))
    with pytest.raises(DatasetError) as raised:
        load_dataset(NAME, labels=path)
    assert "ffffffffffff..." in str(raised.value)
    assert f"{whole.fingerprint[:12]}..." in str(raised.value)


def test_decisions_that_do_not_fit_the_data_are_named_at_once(whole, path):
    given = str(whole.test.labels[0])
    rows = (Decision("test", 0, "no", "1"), Decision("test", 360, given), Decision("train", 0, "?", "one"))
    write_decisions(path, Decisions(whole.fingerprint, rows))
    with pytest.raises(DatasetError) as raised:
        load_dataset(NAME, labels=path)
    text = str(raised.value)
    assert f"test image 0: given must be '{given}', the label that it has, got 'no'" in text
    assert "test image 360: there is no such image; digits-8x8 has 360 in that part" in text
    assert "train image 0: unknown decision 'one'" in text
    assert "neither, unsure" in text


def test_a_part_without_images_is_refused(whole, path):
    _decide(whole, path, *(("test", index, NEITHER) for index in range(360)))
    with pytest.raises(DatasetError, match="all test images are left out"):
        load_dataset(NAME, labels=path)


def test_a_file_that_is_not_there_is_named(data_home, path):
    with pytest.raises(DatasetNotFoundError, match=r"decisions\.csv: there is no such file of decisions"):
        load_dataset(NAME, labels=path)
