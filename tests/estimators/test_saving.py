"""Fitted estimators saved, and loaded elsewhere."""

import json
import pickle
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pytest
import torch

from hdr_bench import load_dataset
from hdr_bench.estimators import ESTIMATORS, Deskewer, engines, neighbors, saving
from hdr_bench.exceptions import SavedVersionsWarning
from tests.estimators.quick import quick


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(400)


LOADS = """
import json, sys, joblib
from hdr_bench import load_dataset
model = joblib.load(sys.argv[1])
print(json.dumps(model.predict(load_dataset("mnist-5k").subsample(400).test.X).tolist()))
"""
FITS = """
import json, sys
from hdr_bench import load_dataset
from tests.estimators.quick import quick
digits = load_dataset("mnist-5k").subsample(400)
model = quick(sys.argv[1]).fit(digits.train.X, digits.train.y)
print(json.dumps(model.predict_proba(digits.test.X).astype(float).tolist()))
"""


def _in_a_process(script, argument):
    told = subprocess.run([sys.executable, "-c", script, argument], capture_output=True, text=True, check=True)
    assert told.stderr == ""
    return np.array(json.loads(told.stdout))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_saved_with_joblib_it_says_the_same_in_another_process(name, digits, tmp_path):
    model = quick(name).fit(digits.train.X, digits.train.y)
    joblib.dump(model, tmp_path / "model.joblib")
    np.testing.assert_array_equal(_in_a_process(LOADS, str(tmp_path / "model.joblib")), model.predict(digits.test.X))


@pytest.mark.parametrize("name", ["mlp", "cnn", "tree"])
def test_the_same_seed_says_the_same_in_another_process(name, digits):
    here = quick(name).fit(digits.train.X, digits.train.y).predict_proba(digits.test.X)
    np.testing.assert_array_equal(_in_a_process(FITS, name), here.astype(float))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_other_versions_are_told_of(name, digits, monkeypatch):
    model = quick(name).fit(digits.train.X[::4], digits.train.y[::4])
    kept = pickle.dumps(model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pickle.loads(kept)
    installed = saving.installed_versions
    monkeypatch.setattr(saving, "installed_versions", lambda names: installed(names) | {"scikit-learn": "0.1"})
    old = pickle.dumps(model)
    monkeypatch.undo()
    with pytest.warns(
        SavedVersionsWarning, match=r"was saved with scikit-learn 0\.1, and here it is .*: its answers may"
    ):
        again = pickle.loads(old)
    np.testing.assert_array_equal(again.predict(digits.test.X), model.predict(digits.test.X))
    assert "_saved_with" not in vars(again)


def test_what_is_gone_is_told_of(monkeypatch):
    installed = saving.installed_versions
    monkeypatch.setattr(saving, "installed_versions", lambda names: installed(names) | {"a-library-of-old": "1"})
    old = pickle.dumps(Deskewer())
    monkeypatch.undo()
    with pytest.warns(SavedVersionsWarning, match="a-library-of-old 1, and here it is not installed"):
        pickle.loads(old)


def test_neighbours_are_found_where_the_library_that_found_them_is_gone(digits, monkeypatch):
    model = quick("knn", engine="faiss").fit(digits.train.X, digits.train.y)
    saved = pickle.dumps(model)
    found = neighbors.find_spec
    monkeypatch.setattr(neighbors, "find_spec", lambda module: None if module == "faiss" else found(module))
    monkeypatch.setattr(engines, "find_spec", lambda module: None if module == "faiss" else found(module))
    again = pickle.loads(saved)
    assert again.engine_ == "onedal"
    np.testing.assert_array_equal(again.predict(digits.test.X), model.predict(digits.test.X))


def test_a_saved_network_holds_its_weights_once(digits):
    model = quick("mlp", layers="300N").fit(digits.train.X, digits.train.y)
    # Adam keeps two numbers for each weight, so that training can go on.
    assert len(pickle.dumps(model)) < 3.3 * 4 * model.n_parameters_
    again = pickle.loads(pickle.dumps(model)).partial_fit(digits.train.X, digits.train.y)
    model.partial_fit(digits.train.X, digits.train.y)
    np.testing.assert_array_equal(again.predict_proba(digits.test.X), model.predict_proba(digits.test.X))


def test_a_saved_network_holds_no_images(digits):
    model = quick("cnn", validation_fraction=0.5, early_stopping=True).fit(digits.train.X, digits.train.y)
    assert len(pickle.dumps(model)) < 200_000


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_network_saved_on_a_gpu_loads_without_one(digits):
    from skorch.exceptions import DeviceWarning

    model = quick("mlp").fit(digits.train.X, digits.train.y)
    expected = model.predict(digits.test.X)
    # What a pickle from a machine with a GPU differs in: the net's own device.
    model.net_.device = "cuda"
    saved = pickle.dumps(model)
    with pytest.warns(DeviceWarning, match="CUDA|cuda"):
        again = pickle.loads(saved)
    assert again.engine_ == "torch"
    np.testing.assert_array_equal(again.predict(digits.test.X), expected)
