"""Fitted estimators saved, and loaded elsewhere."""

import json
import pickle
import subprocess
import sys
import warnings
from importlib.util import find_spec

import joblib
import numpy as np
import pytest
import torch

from hdr_bench import load_dataset
from hdr_bench.estimators import ESTIMATORS, Deskewer, saving
from hdr_bench.exceptions import SavedVersionsWarning
from tests.helpers.method_table import quick


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(400)


# Each in a fork of its own: what one has imported of this library, another one cannot lean on.
LOADS = """
import json, os, sys, joblib, sklearn.svm, sklearn.tree, skorch
from hdr_bench import load_dataset
images = load_dataset("mnist-5k").subsample(400).test.X
for path in json.loads(sys.argv[1]):
    if not os.fork():
        print(json.dumps(joblib.load(path).predict(images).tolist()), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, path
"""
FITS = """
import json, sys
from hdr_bench import load_dataset
from tests.helpers.method_table import quick
digits = load_dataset("mnist-5k").subsample(400)
for name in json.loads(sys.argv[1]):
    model = quick(name).fit(digits.train.X, digits.train.y)
    print(json.dumps(model.predict_proba(digits.test.X).astype(float).tolist()))
"""


def _in_a_process(script, arguments):
    command = [sys.executable, "-c", script, json.dumps(arguments)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stderr == ""
    answers = [np.array(json.loads(line)) for line in told.stdout.splitlines()]
    assert len(answers) == len(arguments)
    return answers


def test_saved_with_joblib_they_say_the_same_in_another_process(digits, tmp_path):
    models = {str(tmp_path / f"{name}.joblib"): quick(name).fit(digits.train.X, digits.train.y) for name in ESTIMATORS}
    for path, model in models.items():
        joblib.dump(model, path)
    for model, answers in zip(models.values(), _in_a_process(LOADS, list(models)), strict=True):
        np.testing.assert_array_equal(answers, model.predict(digits.test.X), err_msg=repr(model))


def test_the_same_seed_says_the_same_in_another_process(digits):
    names = ["mlp", "cnn", "tree"]
    for name, there in zip(names, _in_a_process(FITS, names), strict=True):
        here = quick(name).fit(digits.train.X, digits.train.y).predict_proba(digits.test.X)
        np.testing.assert_array_equal(there, here.astype(float), err_msg=name)


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
        SavedVersionsWarning,
        match=r"was saved with scikit-learn 0\.1 \(here: .*\), so its predictions may",
    ):
        again = pickle.loads(old)
    np.testing.assert_array_equal(again.predict(digits.test.X), model.predict(digits.test.X))
    assert "_saved_with" not in vars(again)


def test_what_is_gone_is_told_of(monkeypatch):
    installed = saving.installed_versions
    monkeypatch.setattr(saving, "installed_versions", lambda names: installed(names) | {"a-library-of-old": "1"})
    old = pickle.dumps(Deskewer())
    monkeypatch.undo()
    with pytest.warns(SavedVersionsWarning, match=r"a-library-of-old 1 \(here: not installed"):
        pickle.loads(old)


WITHOUT_ENGINES = """
import json, sys, warnings
for module in ("sklearnex", "daal4py", "onedal", "faiss"):
    sys.modules[module] = None
warnings.simplefilter("ignore")  # versions that are not those that saved it
import joblib
from hdr_bench import load_dataset
X = load_dataset("mnist-5k").subsample(400).test.X
told = []
for path in json.loads(sys.argv[1]):
    model = joblib.load(path)
    values = model.decision_function(X) if hasattr(model, "decision_function") else model.predict_proba(X)
    told.append([model.engine_, model.predict(X).tolist(), values.tolist()])
print(json.dumps(told))
"""
FAST = [
    ("svm", {}, "onedal"),
    ("svm", {"kernel": "poly", "coef0": 1.0}, "onedal"),
    ("svm", {"kernel": "linear"}, "onedal"),
    ("virtual-svm", {}, "onedal"),
    ("knn", {"engine": "faiss"}, "scikit-learn"),
    ("knn", {"engine": "onedal"}, "scikit-learn"),
    ("linear", {}, "onedal"),
    ("polynomial", {"loss": "log_loss", "alpha": 1.0}, "onedal"),
]


@pytest.mark.skipif(not (find_spec("sklearnex") and find_spec("faiss")), reason="hdr-bench[fast] is not installed")
def test_what_fast_engines_fitted_loads_without_them(digits, tmp_path):
    models, paths = [], []
    for place, (name, params, _) in enumerate(FAST):
        for n_classes in (2, 10):
            models.append(quick(name, **params).fit(digits.train.X, digits.train.y % n_classes))
            paths.append(str(tmp_path / f"{place}-{n_classes}.joblib"))
            joblib.dump(models[-1], paths[-1])
    script = [sys.executable, "-c", WITHOUT_ENGINES, json.dumps(paths)]
    told = json.loads(subprocess.run(script, capture_output=True, text=True, check=True).stdout)
    for place, (model, (engine, labels, values)) in enumerate(zip(models, told, strict=True)):
        assert engine == FAST[place // 2][2]
        np.testing.assert_array_equal(model.predict(digits.test.X), labels)
        method = "decision_function" if hasattr(model, "decision_function") else "predict_proba"
        # An engine for logistic regression computes in single precision.
        np.testing.assert_allclose(getattr(model, method)(digits.test.X), values, rtol=1e-3, atol=2e-3)


@pytest.mark.skipif(not (find_spec("sklearnex") and find_spec("faiss")), reason="hdr-bench[fast] is not installed")
@pytest.mark.parametrize(("name", "params"), [(name, params) for name, params, _ in FAST])
def test_loaded_beside_its_engine_it_computes_with_it(name, params, digits):
    model = quick(name, **params).fit(digits.train.X, digits.train.y)
    again = pickle.loads(pickle.dumps(model))
    assert again.engine_ == model.engine_
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
