"""Temperatures: how sure a model is, fitted on what it has not learned from; every method has an answer."""

from typing import Any

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import log_loss
from sklearn.svm import SVC

from hdr_bench import load_dataset, make_estimator
from hdr_bench.estimators import ESTIMATORS
from hdr_bench.models.calibration import (
    choose_numbers,
    fit_reading,
    fit_temperature,
    measure_reading,
    outputs_of,
    scale_outputs,
)
from tests.helpers.method_table import METHODS


class Guess(ClassifierMixin, BaseEstimator):
    """It answers with a label, and nothing else."""

    def fit(self, X: Any, y: Any) -> "Guess":
        self.classes_ = np.unique(y)
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X: Any) -> Any:
        return self.classes_[(X[:, 0] > 0).astype(int)]


@pytest.fixture(scope="module")
def digits() -> Any:
    return load_dataset("mnist-5k").subsample(400)


@pytest.fixture(scope="module", params=list(ESTIMATORS))
def fitted(request: pytest.FixtureRequest, digits: Any) -> Any:
    method = METHODS[request.param]
    model = make_estimator(request.param, **(method.params | method.quick))
    return model.fit(digits.train.X, digits.train.y)


def test_every_method_has_probabilities_and_decides_as_it_predicts(fitted: Any, digits: Any) -> None:
    test = digits.test.take(np.arange(300))
    outputs = outputs_of(fitted, test.X)
    probabilities = scale_outputs(outputs, 2.0)
    assert probabilities.shape == (300, 10)
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (fitted.classes_[outputs.argmax(axis=1)] == fitted.predict(test.X)).all()


def test_a_fitted_temperature_lowers_the_log_loss_on_other_images(fitted: Any, digits: Any) -> None:
    first, second = (digits.test.take(np.arange(start, 1000, 2)) for start in (0, 1))
    numbers = measure_reading(fitted, first.X, first.y)
    outputs = outputs_of(fitted, second.X)
    losses = [log_loss(second.y, scale_outputs(outputs, each)) for each in (numbers.temperature, 1.0)]
    assert losses[0] < losses[1] + 0.01
    assert numbers.calibrated
    assert numbers.n_images == 500
    assert numbers.kept >= 0.99


def test_without_decision_values_the_probability_is_the_share_of_right_answers() -> None:
    X = np.array([[1.0]] * 80 + [[-1.0]] * 20)
    y = np.array([1] * 70 + [0] * 30)
    model = Guess().fit(X, y)
    numbers = measure_reading(model, X, y)
    right = (model.predict(X) == y).mean()
    assert scale_outputs(outputs_of(model, X), numbers.temperature).max(axis=1) == pytest.approx(
        [right] * 100, abs=1e-3
    )


def test_two_classes_have_two_columns() -> None:
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    model = SVC().fit(X, ["a", "a", "b", "b"])
    outputs = outputs_of(model, X)
    assert outputs.shape == (4, 2)
    assert (model.classes_[outputs.argmax(axis=1)] == model.predict(X)).all()


def test_decision_values_of_pairs_of_classes_are_not_taken_for_those_of_classes() -> None:
    X = np.arange(8.0)[:, np.newaxis]
    model = SVC(decision_function_shape="ovo", kernel="linear").fit(X, [0, 0, 1, 1, 2, 2, 3, 3])
    assert model.decision_function(X).shape == (8, 6)
    assert outputs_of(model, X).tolist() == (model.predict(X)[:, None] == np.arange(4)).astype(float).tolist()


@pytest.mark.parametrize("temperature", [0.05, 1.0, 3.0])
def test_the_temperature_that_outputs_were_made_with_is_found(temperature: float) -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(20_000, 10)) * 2
    codes = np.array([generator.choice(10, p=row) for row in softmax(logits, axis=1)])
    assert fit_temperature(logits * temperature, codes) == pytest.approx(temperature, rel=0.05)


def test_outputs_that_are_always_right_have_a_finite_temperature() -> None:
    temperature = fit_temperature(np.eye(3), np.arange(3))
    assert 0 < temperature < 0.1
    assert np.isfinite(scale_outputs(np.eye(3) * 1e6, temperature)).all()


def test_a_copy_learns_and_the_model_stays_as_it_is(digits: Any) -> None:
    model = make_estimator("linear", tol=1e-2).fit(digits.train.X, digits.train.y)
    before = model.coef_.copy()
    numbers = fit_reading(model, digits.train.X, digits.train.y)
    assert (model.coef_ == before).all()
    assert numbers.n_images == 66
    assert "66 of 400 training images" in numbers.chosen_on
    assert numbers == fit_reading(make_estimator("linear", tol=1e-2), digits.train.X, digits.train.y)


def test_equal_scores_are_all_kept() -> None:
    numbers = choose_numbers(np.eye(2)[[0, 1, 0, 1]], np.array([0, 1, 0, 0]))
    assert numbers.kept == 1


def test_a_class_of_one_image_is_refused() -> None:
    with pytest.raises(ValueError, match=r"one image of class 2.* each class needs at least two"):
        fit_reading(make_estimator("linear"), np.eye(5), [0, 0, 1, 1, 2])


def test_a_label_that_the_model_does_not_know_is_refused() -> None:
    model = Guess().fit(np.eye(2), [0, 1])
    with pytest.raises(ValueError, match=r"not among the model's classes: \[7\]"):
        measure_reading(model, np.eye(2), [0, 7])
