"""Boosting by filtering: what each network learns from, and what the three say together."""

import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.estimators import BoostedNetworks, CNNClassifier, MLPClassifier
from hdr_bench.estimators.neural.distorted_stream import DistortedStream
from hdr_bench.estimators.neural.filtering import Answered, disagreements, wrong_and_right

DISTORTED = {"augmentation": {"shift": 0.05}, "max_epochs": 4, "lr": 0.01, "random_state": 0}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(500)


@pytest.fixture(scope="module")
def boosted(digits):
    model = BoostedNetworks(MLPClassifier("16N", **DISTORTED), n_filtered=400, random_state=0)
    return model.fit(digits.train.X, digits.train.y)


def _batches(*answers, n_batches=10):
    """Batches of four images of class 0, each image numbered, with the same answers in every batch."""
    for number in range(n_batches):
        rows = np.arange(4 * number, 4 * number + 4)[:, np.newaxis]
        yield Answered(rows, np.zeros(4, np.int64), [np.array(each) for each in answers])


def test_half_of_the_second_networks_images_are_wrong():
    rows, codes = wrong_and_right(_batches([0, 0, 0, 1]), 8)
    assert set(rows.ravel()) == {3, 7, 11, 15, 0, 1, 2, 4}
    assert len(codes) == 8


def test_as_many_right_ones_are_taken_as_there_are_wrong_ones():
    rows, _ = wrong_and_right(_batches([0, 0, 0, 1], n_batches=2), 100)
    assert set(rows.ravel()) == {3, 7, 0, 1}
    for none in ([0, 0, 0, 0], [1, 1, 1, 1]):
        assert [len(part) for part in wrong_and_right(_batches(none), 100)] == [0, 0]


def test_the_third_networks_images_are_those_that_the_others_disagree_on():
    rows, _ = disagreements(_batches([0, 1, 1, 2], [0, 1, 2, 1]), 5)
    assert list(rows.ravel()) == [2, 3, 6, 7, 10]
    assert len(disagreements(_batches([1] * 4, [1] * 4), 5)[0]) == 0


def test_no_more_is_read_than_is_needed():
    batches = _batches([0, 0, 1, 1], [1, 1, 1, 1])
    assert len(wrong_and_right(batches, 4)[0]) == 4
    assert next(batches).rows[0, 0] == 4


def test_each_pass_of_the_stream_distorts_all_images_again(digits):
    X, y = digits.train.X[::5], digits.train.y[::5]
    network = MLPClassifier("4N", **DISTORTED).fit(X, y)
    stream = DistortedStream(network, X, y.astype(np.int64), seed=3, passes=2)
    first, second = list(stream.answered([network]))
    assert stream.n_drawn == 2 * len(X)
    for batch in (first, second):
        np.testing.assert_array_equal(np.sort(batch.codes), np.sort(y))
        # The same pixels as the network's own input, after and before its scaling.
        np.testing.assert_array_equal(batch.answers[0], network.predict(batch.rows))
    order = [np.lexsort(batch.rows.T) for batch in (first, second)]
    assert not np.array_equal(first.rows[order[0]], second.rows[order[1]])
    # A shift by 5 % of 28 pixels: the ink stays about where it was.
    assert abs(first.rows.mean() - X.mean()) < 0.05 * X.mean()


def test_the_outputs_of_three_networks_are_added(boosted, digits):
    assert len(boosted.estimators_) == 3
    assert boosted.n_filtered_ == [400, 400]
    assert min(boosted.n_drawn_) >= 400
    expected = np.mean([network.predict_proba(digits.test.X) for network in boosted.estimators_], axis=0)
    np.testing.assert_allclose(boosted.predict_proba(digits.test.X), expected, atol=1e-6)
    np.testing.assert_array_equal(boosted.predict(digits.test.X), expected.argmax(axis=1))


def test_it_is_more_accurate_than_its_first_network(boosted, digits):
    alone = boosted.estimators_[0].score(digits.test.X, digits.test.y)
    assert boosted.score(digits.test.X, digits.test.y) > alone + 0.02


def test_the_counts_are_those_of_three_networks(boosted):
    assert boosted.n_parameters_ == boosted.n_stored_variables_ == 3 * (785 * 16 + 17 * 10)
    assert boosted.n_multiply_accumulates_ == 3 * (784 * 16 + 16 * 10)


def test_without_errors_the_first_network_is_alone():
    X = np.repeat(np.eye(64)[[9, 54]] * 255, 20, axis=0)
    y = np.repeat(["a", "b"], 20)
    network = CNNClassifier("8N", augmentation={"shift": 0.01}, max_epochs=30, lr=0.05)
    model = BoostedNetworks(network, max_passes=2, random_state=0).fit(X, y)
    assert model.score(X, y) == 1
    assert (model.n_filtered_, model.n_drawn_) == ([0], [80])
    assert len(model.estimators_) == 1


def test_a_later_network_that_sees_some_classes_only_adds_its_outputs_for_these(digits):
    model = BoostedNetworks(MLPClassifier("16N", **DISTORTED), n_filtered=4, random_state=1)
    model.fit(digits.train.X, digits.train.y)
    second = model.estimators_[1]
    assert 1 < len(second.classes_) <= 4
    np.testing.assert_allclose(model.predict_proba(digits.test.X).sum(axis=1), 1, atol=1e-5)


def test_networks_without_distortions_have_no_new_images(digits):
    with pytest.raises(ValueError, match="augmentation of the estimator is None: MLPClassifier"):
        BoostedNetworks(MLPClassifier("4N")).fit(digits.train.X, digits.train.y)
