"""Every method inside scikit-learn's own tools, on real digits."""

import os

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  # without it HalvingGridSearchCV is hidden
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    cross_val_predict,
    cross_validate,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from skorch.callbacks import Callback

from hdr_bench import load_dataset, make_estimator
from hdr_bench.estimators import ESTIMATORS, Deskewer, GaussianBlur, MassCenterer, PixelScaler, Resizer
from tests.helpers.method_table import METHODS, quick

HAS_PROBABILITIES = {name for name, method in METHODS.items() if method.has_probabilities}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(600)


@pytest.fixture(scope="module")
def few(digits):
    return digits.train.X[::2], digits.train.y[::2]


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_clone_is_unfitted_and_fits_alike(name, few):
    model = quick(name).fit(*few)
    again = clone(model)
    assert not hasattr(again, "classes_")
    np.testing.assert_array_equal(again.fit(*few).predict(few[0]), model.predict(few[0]))


class SharesCores(Callback):
    """In a worker process of joblib's, the cores are shared out."""

    def on_epoch_begin(self, net, **kwargs):
        assert torch.get_num_threads() <= max(1, (os.cpu_count() or 1) // 2)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_grid_over_own_and_nested_parameters_with_two_jobs(name, few):
    params = {"callbacks": [SharesCores()]} if "callbacks" in make_estimator(name).get_params() else {}
    pipeline = make_pipeline(Deskewer(), quick(name, **params))
    step = pipeline.steps[-1][0]
    grid = {f"{step}__{key}": values for key, values in METHODS[name].grid.items()}
    search = GridSearchCV(pipeline, {**grid, "deskewer__image_shape": [None, (28, 28)]}, cv=2, n_jobs=2)
    search.fit(*few)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ > 0.3


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_halving_search(name, few):
    search = HalvingGridSearchCV(quick(name), METHODS[name].grid, cv=2, min_resources=100, random_state=0).fit(*few)
    assert search.best_score_ > 0.3


@pytest.mark.parametrize("name", ESTIMATORS)
def test_cross_validation_and_held_out_predictions(name, few):
    scores = cross_validate(quick(name), *few, cv=2, return_train_score=True)
    assert (scores["train_score"] > 0.4).all()
    method = "predict_proba" if name in HAS_PROBABILITIES else "decision_function"
    held_out = cross_val_predict(quick(name), *few, cv=2, method=method)
    assert held_out.shape == (len(few[0]), 10)
    assert (held_out.argmax(axis=1) == few[1]).mean() > 0.4


@pytest.mark.parametrize("name", ESTIMATORS)
def test_calibrated_it_has_probabilities(name, few, digits):
    model = CalibratedClassifierCV(quick(name), cv=2).fit(*few)
    np.testing.assert_allclose(model.predict_proba(digits.test.X).sum(axis=1), 1, rtol=1e-5)
    assert model.score(digits.test.X, digits.test.y) > 0.4


@pytest.mark.parametrize("name", ESTIMATORS)
def test_one_against_the_rest(name, digits):
    three = digits.train.y < 3
    model = OneVsRestClassifier(quick(name)).fit(digits.train.X[three], digits.train.y[three])
    tested = digits.test.y < 3
    assert model.score(digits.test.X[tested], digits.test.y[tested]) > 0.75


def test_all_methods_in_a_stack(few, digits):
    stack = StackingClassifier(
        [(name, quick(name)) for name in ESTIMATORS], final_estimator=LogisticRegression(max_iter=1000), cv=2
    )
    assert stack.fit(*few).score(digits.test.X, digits.test.y) > 0.8


def test_all_methods_in_a_vote(few, digits):
    methods = [(name, quick(name)) for name in ESTIMATORS]
    assert VotingClassifier(methods).fit(*few).score(digits.test.X, digits.test.y) > 0.75
    soft = VotingClassifier([pair for pair in methods if pair[0] in HAS_PROBABILITIES], voting="soft")
    assert soft.fit(*few).score(digits.test.X, digits.test.y) > 0.75


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_learning_curve_rises(name, digits):
    sizes, _, scores = learning_curve(
        quick(name), digits.train.X, digits.train.y, train_sizes=[0.1, 1.0], cv=2, shuffle=True, random_state=0
    )
    assert sizes[1] > sizes[0]
    assert scores[1].mean() > scores[0].mean()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_middle_matters_and_the_corner_does_not(name, few):
    small = Resizer((4, 4)).fit_transform(few[0])
    network = make_estimator("mlp", layers="32N", max_epochs=20, lr=0.01, augmentation={"shift": 0.05}, random_state=0)
    longer = {
        "cnn": {"layers": "8C3-16N", "max_epochs": 20},
        "mlp": {"max_epochs": 20},
        "boosted-networks": {"estimator": network},
    }
    model = quick(name, **longer.get(name, {})).fit(small, few[1])
    importances = permutation_importance(model, small, few[1], n_repeats=2, random_state=0).importances_mean
    assert importances[[5, 6, 9, 10]].sum() > 2 * abs(importances[[0, 3, 12, 15]].sum())


@pytest.mark.parametrize(
    "transformer",
    [PixelScaler(), Deskewer(), MassCenterer(), GaussianBlur(), Resizer((5, 6))],
    ids=lambda t: type(t).__name__,
)
def test_transformers_give_frames_when_asked(transformer, few):
    frame = pd.DataFrame(few[0][:20], columns=[f"pixel{place}" for place in range(784)])
    changed = clone(transformer).set_output(transform="pandas").fit_transform(frame)
    assert isinstance(changed, pd.DataFrame)
    np.testing.assert_array_equal(changed.to_numpy(), clone(transformer).fit_transform(few[0][:20]))
    first = "resizer0" if isinstance(transformer, Resizer) else "pixel0"
    assert changed.columns[0] == first
    assert len(changed.columns) == (30 if isinstance(transformer, Resizer) else 784)


@pytest.mark.parametrize("name", ["svm", "mlp"])
def test_behind_principal_components(name, few, digits):
    model = make_pipeline(PCA(25), quick(name)).fit(*few)
    assert model.score(digits.test.X, digits.test.y) > 0.6
