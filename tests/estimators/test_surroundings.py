"""What users set around an estimator: scikit-learn's configuration, torch's state."""

from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    ESTIMATORS,
    CNNClassifier,
    Cropper,
    DecisionTreeClassifier,
    Deskewer,
    GaussianBlur,
    MLPClassifier,
    PixelScaler,
)
from tests.helpers.method_table import tiny


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits-8x8").subsample(200)


def _values(model, X):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.decision_function(X)


@pytest.mark.parametrize(
    ("name", "params"),
    [*((name, {}) for name in ESTIMATORS), ("polynomial", {"loss": "log_loss"}), ("linear", {"loss": "squared_error"})],
)
def test_frames_going_out_of_transformers_change_nothing(name, params, digits):
    pipeline = make_pipeline(Deskewer(), PixelScaler(), GaussianBlur(0.5), Cropper((8, 8)), tiny(name, **params))
    expected = _values(pipeline.fit(digits.train.X, digits.train.y), digits.test.X)
    rows = pipeline[:-1].transform(digits.test.X)
    frame = pd.DataFrame(digits.train.X, columns=[f"pixel{place}" for place in range(64)])
    with sklearn.config_context(transform_output="pandas"):
        again = clone(pipeline).fit(frame, digits.train.y)
        values = _values(again, pd.DataFrame(digits.test.X, columns=frame.columns))
        assert isinstance(again[:-1].transform(frame), pd.DataFrame)
        np.testing.assert_array_equal(_values(pipeline[-1], rows), expected)
    assert isinstance(values, np.ndarray)
    np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_metadata_routing_finds_a_way_through(name, digits):
    with sklearn.config_context(enable_metadata_routing=True):
        model = tiny(name)
        assert model.get_metadata_routing() is not None
        pipeline = make_pipeline(PixelScaler(), model)
        scores = cross_val_score(pipeline, digits.train.X, digits.train.y, cv=2)
    np.testing.assert_array_equal(scores, cross_val_score(pipeline, digits.train.X, digits.train.y, cv=2))


def test_weights_of_images_are_routed_to_a_tree(digits):
    X, y = digits.train.X, digits.train.y
    weight = np.where(y < 5, 1.0, 0.0)
    with sklearn.config_context(enable_metadata_routing=True):
        tree = DecisionTreeClassifier(random_state=0).set_fit_request(sample_weight=True)
        tree.set_score_request(sample_weight=True)
        search = GridSearchCV(make_pipeline(PixelScaler(), tree), {"decisiontreeclassifier__max_depth": [8]}, cv=2)
        search.fit(X, y, sample_weight=weight)
        assert (search.predict(X) < 5).all()


def test_images_for_validation_are_routed_to_a_network(digits):
    pair = PixelScaler(pixel_scale=16).fit_transform(digits.test.X), digits.test.y
    with sklearn.config_context(enable_metadata_routing=True):
        network = MLPClassifier("8N", max_epochs=1).set_fit_request(validation_data=True)
        pipeline = make_pipeline(PixelScaler(pixel_scale=16), network)
        pipeline.fit(digits.train.X, digits.train.y, validation_data=pair)
    assert "validation_loss" in pipeline[-1].history_[0]


@contextmanager
def _default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


STATES = {
    "float64": lambda: _default_dtype(torch.float64),
    "float16": lambda: _default_dtype(torch.float16),
    "inference mode": torch.inference_mode,
    "no gradients": torch.no_grad,
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "default device": lambda: torch.device("meta"),
}
NETWORKS = [
    MLPClassifier("8N-D0.2", max_epochs=2, random_state=0),
    MLPClassifier("8N", max_epochs=1, optimizer="SGD", weight_init="lecun_normal", class_weight="balanced"),
    MLPClassifier("8N-BN", max_epochs=2, early_stopping=True, loss="squared_error", schedule="step"),
    CNNClassifier("2C3-BN-D0.2-8N", max_epochs=2, augmentation={"rotation": 9, "shift": 0.1, "elastic": 3}),
]


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.layers)
def test_torchs_state_changes_nothing(network, state, digits):
    few = digits.train.X, digits.train.y
    plain = clone(network).set_params(random_state=0).fit(*few)
    expected = [plain.predict_proba(digits.test.X)]
    if not network.class_weight:
        expected.append(plain.partial_fit(*few).predict_proba(digits.test.X))
    with state():
        before = (torch.get_default_dtype(), torch.is_inference_mode_enabled(), torch.is_grad_enabled())
        again = clone(network).set_params(random_state=0).fit(*few)
        values = [again.predict_proba(digits.test.X)]
        if not network.class_weight:
            values.append(again.partial_fit(*few).predict_proba(digits.test.X))
        assert (torch.get_default_dtype(), torch.is_inference_mode_enabled(), torch.is_grad_enabled()) == before
    np.testing.assert_array_equal(values, expected)


def test_loaded_in_inference_mode_a_network_learns_on(digits):
    import pickle

    model = clone(NETWORKS[0]).fit(digits.train.X, digits.train.y)
    saved = pickle.dumps(model)
    with torch.inference_mode():
        again = pickle.loads(saved)
    again.partial_fit(digits.train.X, digits.train.y)
    model.partial_fit(digits.train.X, digits.train.y)
    np.testing.assert_array_equal(again.predict_proba(digits.test.X), model.predict_proba(digits.test.X))
