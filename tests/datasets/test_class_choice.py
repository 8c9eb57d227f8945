import numpy as np
import pytest

from hdr_bench.datasets import load_dataset
from hdr_bench.datasets.class_choice import keep_classes
from hdr_bench.exceptions import DatasetError, UnknownNameError


def test_the_order_named_is_the_order_of_the_labels(data_home):
    whole = load_dataset("digits-8x8")
    data = load_dataset("digits-8x8", classes=["7", "1"])
    assert data.class_names == ("7", "1")
    for kept, part in ((data.train, whole.train), (data.test, whole.test)):
        is_kept = np.isin(part.labels, [1, 7])
        np.testing.assert_array_equal(kept.images, part.images[is_kept])
        np.testing.assert_array_equal(kept.labels, part.labels[is_kept] == 1)
    n_left_out = 1797 - len(data.train) - len(data.test)
    assert data.notes[-1] == f"classes kept: 7, 1; {n_left_out:,} images of other classes left out"


def test_all_classes_in_their_order_change_nothing(data_home):
    whole = load_dataset("digits-8x8")
    assert load_dataset("digits-8x8", classes=list("0123456789")).fingerprint == whole.fingerprint
    assert load_dataset("digits-8x8", classes=list("9876543210")).fingerprint != whole.fingerprint


@pytest.mark.parametrize(
    ("classes", "fault"),
    [
        ("01", "classes must be a list, got '01'; give the names of at least two classes in a list"),
        (["1"], r"classes must have at least two names, got \['1'\]"),
        (["1", "2", "1"], "classes has '1' twice; give each name once"),
        (["1", 2], "classes must be strings, got 2; write it as '2'"),
    ],
)
def test_classes_that_cannot_be_chosen(data_home, classes, fault):
    with pytest.raises(DatasetError, match=fault):
        load_dataset("digits-8x8", classes=classes)


def test_a_class_that_is_not_there_is_named_with_the_nearest(data_home):
    with pytest.raises(UnknownNameError, match=r"unknown class of digits-8x8: '10'.*Choose from: 0, 1, 2"):
        load_dataset("digits-8x8", classes=["1", "10"])


def test_warnings_are_those_of_the_classes_that_are_kept(data_home):
    whole = load_dataset("digits-8x8")
    without_nines = whole.with_parts(whole.train.take(np.flatnonzero(whole.train.labels != 9)), whole.test)
    lacking = keep_classes(without_nines, ["9", "8", "7"])
    assert "only the test part has" in lacking.warnings[0]
    assert keep_classes(lacking, ["8", "7"]).warnings == ()
    with pytest.raises(DatasetError, match="all training images are of one class"):
        keep_classes(without_nines, ["9", "8"])
