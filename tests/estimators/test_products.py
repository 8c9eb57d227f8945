"""Least squares on products that are never all held."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from hdr_bench import load_dataset
from hdr_bench.estimators import PolynomialClassifier, products
from hdr_bench.experiments.measuring.memory import peak_memory


@pytest.fixture
def columns():
    return np.random.default_rng(0).normal(size=(501, 6)) * [5, 4, 3, 2, 1, 0.5]


def test_products_are_all_and_each_once(columns):
    made = products.products(np.array([[2.0, 3.0, 5.0]]), 3)[0]
    expected = [2, 3, 5, 4, 6, 10, 9, 15, 25, 8, 12, 20, 18, 30, 50, 27, 45, 75, 125]
    assert sorted(made) == sorted(expected)
    for degree in (1, 2, 3, 4):
        assert products.products(columns, degree).shape[1] == products.count_products(6, degree)


@pytest.mark.parametrize("block", [7, 100, 10_000])
@pytest.mark.parametrize("alpha", [1e-3, 10.0])
def test_the_solution_is_that_of_ridge_whatever_the_blocks(columns, block, alpha, monkeypatch):
    monkeypatch.setattr(products, "_BLOCK", block)
    targets = np.random.default_rng(1).normal(size=(501, 3)) + columns[:, :3] * columns[:, 1:4]
    scale, coef, intercept = products.ridge_on_products(columns, 2, targets, alpha)
    features = products.products(columns, 2)
    assert scale == pytest.approx(np.sqrt(features.var(axis=0).mean()))
    ridge = Ridge(alpha=alpha).fit(features / scale, targets)
    np.testing.assert_allclose(coef, ridge.coef_, atol=1e-7)
    np.testing.assert_allclose(intercept, ridge.intercept_, atol=1e-7)
    outputs = products.outputs_on_products(columns, 2, coef / scale, intercept)
    np.testing.assert_allclose(outputs, ridge.predict(features / scale), atol=1e-6)


def test_dependent_columns_without_a_penalty_have_a_solution():
    columns = np.repeat(np.random.default_rng(0).normal(size=(50, 2)), 2, axis=1)
    targets = columns[:, :1] * columns[:, 2:3] + 1
    scale, coef, intercept = products.ridge_on_products(columns, 2, targets, 0.0)
    found = products.outputs_on_products(columns, 2, coef / scale, intercept)
    np.testing.assert_allclose(found, targets, atol=1e-6)


def _peak_and_size_of_all_products():
    columns = np.random.default_rng(0).normal(size=(200_000, 20)).astype(np.float32)
    targets = columns[:, :10].copy()
    whole = 200_000 * products.count_products(20, 2) * 4
    with peak_memory() as peak:
        products.ridge_on_products(columns, 2, targets, 1.0)
    return peak.bytes, whole


def test_memory_does_not_grow_with_the_products_of_all_rows(called_apart):
    peak, whole = called_apart(_peak_and_size_of_all_products)
    assert peak < whole / 4


def test_either_head_reads_the_products():
    digits = load_dataset("mnist-5k").subsample(1000)
    for loss, alpha in (("squared_error", 200.0), ("log_loss", 1.0)):
        model = PolynomialClassifier(n_components=20, loss=loss, alpha=alpha).fit(digits.train.X, digits.train.y)
        assert model.score(digits.test.X, digits.test.y) > 0.88
        assert model.engine_ in ({"scipy"} if loss == "squared_error" else {"onedal", "scikit-learn"})
        assert model.coef_.shape == (10, 20 + 210)
