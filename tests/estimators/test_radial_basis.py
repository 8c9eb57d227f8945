import numpy as np
import pytest
from sklearn.metrics.pairwise import rbf_kernel

from hdr_bench import load_dataset
from hdr_bench.estimators import RadialBasisClassifier


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits-8x8")


def test_its_outputs_are_sums_of_gaussians_around_means_of_clusters_of_each_class(digits):
    model = RadialBasisClassifier(n_units=50, random_state=0).fit(digits.train.X, digits.train.y)
    assert model.centers_.shape == (50, 64)
    own = digits.train.X[digits.train.y == 0] / model.scale_
    assert (model.centers_[:5] >= own.min(axis=0) - 1e-6).all()
    assert (model.centers_[:5] <= own.max(axis=0) + 1e-6).all()
    distances = np.linalg.norm(own[:, None] - model.centers_[None, :5], axis=2)
    for unit in range(5):
        members = own[distances.argmin(axis=1) == unit]
        np.testing.assert_allclose(members.mean(axis=0), model.centers_[unit], atol=0.05)
    units = rbf_kernel(digits.test.X / model.scale_, model.centers_, gamma=model.gamma_)
    expected = units @ model.coef_.T + model.intercept_
    np.testing.assert_allclose(model.decision_function(digits.test.X), expected, atol=1e-3)


def test_the_default_width_follows_the_distances_within_clusters(digits):
    model = RadialBasisClassifier(n_units=100, random_state=0).fit(digits.train.X, digits.train.y)
    nearest = []
    for place, label in enumerate(model.classes_):
        own = digits.train.X[digits.train.y == label] / model.scale_
        centers = model.centers_[10 * place : 10 * (place + 1)]
        nearest.append((np.linalg.norm(own[:, None] - centers[None], axis=2) ** 2).min(axis=1))
    assert model.gamma_ == pytest.approx(1 / (2 * np.concatenate(nearest).mean()), rel=1e-3)


def test_counts_are_those_of_lecuns_table():
    mnist = load_dataset("mnist-5k")
    model = RadialBasisClassifier(random_state=0).fit(mnist.train.X, mnist.train.y)
    assert round(model.n_multiply_accumulates_ / 1000) == round(model.n_stored_variables_ / 1000) == 794
    assert model.score(mnist.test.X, mnist.test.y) > 0.94


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"n_units": 9}, "n_units must be at least 10, one for each class, got 9"),
        ({"gamma": 0.0}, "gamma must be a finite number above 0 or None, got 0.0"),
        ({"alpha": -1}, "alpha must be a finite number of at least 0, got -1"),
    ],
)
def test_what_is_not_possible_is_refused(digits, params, fault):
    with pytest.raises(ValueError, match=fault):
        RadialBasisClassifier(**params).fit(digits.train.X, digits.train.y)
