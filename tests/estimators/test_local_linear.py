"""Local learning: a least-squares classifier for the neighbourhood of each image."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from hdr_bench import load_dataset
from hdr_bench.estimators import HiddenActivations, KNNClassifier, LocalLinearClassifier, MLPClassifier


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def test_outputs_are_those_of_ridge_regressions_on_the_nearest_images(digits):
    X, y = digits.train.X.astype(np.float64), digits.train.y
    model = LocalLinearClassifier(30, alpha=0.2).fit(X, y)
    outputs = model.decision_function(digits.test.X[::90].astype(np.float64))
    for image, found in zip(digits.test.X[::90].astype(np.float64), outputs, strict=True):
        nearest = np.argsort(np.linalg.norm(X - image, axis=1), kind="stable")[:30]
        spread = ((X[nearest] - X[nearest].mean(axis=0)) ** 2).sum()
        ridge = Ridge(alpha=0.2 * spread).fit(X[nearest], 2.0 * (y[nearest][:, None] == np.arange(10)) - 1)
        np.testing.assert_allclose(found, ridge.predict(image[np.newaxis])[0], atol=1e-6)


def test_with_a_large_penalty_the_neighbours_vote(digits):
    X, y = digits.train.X, digits.train.y
    model = LocalLinearClassifier(15, alpha=1e9).fit(X, y)
    votes = KNNClassifier(15, weights="uniform").fit(X, y)
    shares = (model.decision_function(digits.test.X) + 1) / 2
    np.testing.assert_allclose(shares, votes.predict_proba(digits.test.X), atol=1e-6)


def test_a_local_boundary_is_better_than_the_votes_of_as_many_neighbours(digits):
    X, y = digits.train.X, digits.train.y
    votes = KNNClassifier(100, weights="uniform").fit(X, y).score(digits.test.X, digits.test.y)
    assert LocalLinearClassifier(100).fit(X, y).score(digits.test.X, digits.test.y) > votes + 0.05


def test_more_neighbours_than_images_are_all_images(digits):
    X, y = digits.train.X[::10], digits.train.y[::10]
    few, more = (LocalLinearClassifier(n).fit(X, y).decision_function(digits.test.X[::20]) for n in (100, 500))
    np.testing.assert_allclose(few, more, atol=1e-9)


def test_equal_images_have_outputs():
    X, y = np.ones((10, 4)), np.array([0] * 7 + [1] * 3)
    outputs = LocalLinearClassifier(5).fit(X, y).decision_function(np.ones((2, 4)))
    # Ties are broken in favour of the images that came first.
    np.testing.assert_allclose(outputs, -1)


def test_two_classes_have_one_output(digits):
    chosen, asked = np.isin(digits.train.y, (3, 8)), np.isin(digits.test.y, (3, 8))
    model = LocalLinearClassifier(50).fit(digits.train.X[chosen], digits.train.y[chosen])
    outputs = model.decision_function(digits.test.X[asked])
    assert outputs.shape == (asked.sum(),)
    np.testing.assert_array_equal(model.predict(digits.test.X[asked]), np.where(outputs > 0, 8, 3))
    assert (model.predict(digits.test.X[asked]) == digits.test.y[asked]).mean() > 0.9


def test_in_the_last_layer_it_is_as_good_as_the_network(digits):
    network = MLPClassifier("32N", max_epochs=10, lr=0.01, random_state=0)
    model = make_pipeline(HiddenActivations(network), LocalLinearClassifier(100)).fit(digits.train.X, digits.train.y)
    alone = model[0].estimator_.score(digits.test.X, digits.test.y)
    assert model.score(digits.test.X, digits.test.y) > alone - 0.02


def test_its_products_are_counted(digits):
    model = LocalLinearClassifier(20).fit(digits.train.X[::4], digits.train.y[::4])
    # The search; the products of pairs of neighbours and of each with the image; the solution; ten weighted sums.
    assert model.n_multiply_accumulates_ == 250 * 784 + (210 + 20) * 784 + 20**3 // 6 + 400 + 20 * 10
    assert model.n_stored_variables_ == 250 * 784


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"alpha": 0}, "alpha must be a finite number above 0, got 0"),
        ({"n_neighbors": 0}, "n_neighbors must be an integer of at least 1, got 0"),
    ],
)
def test_parameters_that_are_not_possible(digits, params, fault):
    with pytest.raises(ValueError, match=fault):
        LocalLinearClassifier(**params).fit(digits.train.X[::20], digits.train.y[::20])
