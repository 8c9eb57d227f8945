"""A model file, or a function of the user's, as the model of a command."""

import sys

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from hdr_bench import save_model
from hdr_bench.exceptions import (
    ModelFileError,
    ModelNotFoundError,
    PredictionsError,
    UnknownModuleError,
    UnknownNameError,
)
from hdr_bench.models import load_reader_model
from tests.helpers import own_models
from tests.helpers.command import call_command
from tests.helpers.fitted_models import digits, fitted

HOME = "tests.helpers.own_models"
X = digits().test.X[:1200]


def test_a_model_file(tmp_path):
    path = save_model(fitted("knn"), tmp_path / "a.hdrm")
    np.testing.assert_array_equal(load_reader_model(path).predict(X), fitted("knn").predict(X))
    with pytest.raises(ModelNotFoundError):
        load_reader_model(tmp_path / "none.hdrm")


def test_nothing_is_imported_without_trust():
    with pytest.raises(ModelFileError, match="--trust"):
        load_reader_model("nosuchmodule:function")


def test_a_file_whose_name_has_a_colon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_model(fitted("knn"), "some:model")
    assert load_reader_model("some:model").predict(X[:3]).shape == (3,)


def test_a_fitted_estimator():
    assert load_reader_model(f"{HOME}:fitted_tree", trust=True) is fitted("tree")


def test_a_function_from_images_to_probabilities():
    model = load_reader_model(f"{HOME}:function", trust=True)
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(probabilities, own_models.function()(X.reshape(-1, 8, 8)))
    np.testing.assert_array_equal(model.predict(X), probabilities.argmax(axis=1))
    np.testing.assert_array_equal(model.classes_, [0, 1])


@pytest.mark.parametrize(("name", "label"), [("Labels", 7), ("Shares", 7), ("Names", "seven")])
def test_an_object_that_predicts_and_is_not_fitted(name, label):
    model = load_reader_model(f"{HOME}:{name}", trust=True)
    assert set(model.predict(X).tolist()) == {label}
    assert label in model.classes_
    assert hasattr(model, "predict_proba") == (name == "Shares")


def test_an_object_that_predicts_reads_is_evaluated_and_predicts(tmp_path):
    picture, model = tmp_path / "one.png", f"{HOME}:Labels"
    page = Image.new("L", (100, 100), 255)
    ImageDraw.Draw(page).line((50, 25, 50, 75), fill=0, width=6)
    page.save(picture)
    read = call_command("read", "--model", model, "--trust", picture)
    assert read.stdout.split()[1] == "7", read.stderr
    ended = call_command("evaluate", model, "--trust", "--dataset", "digits-8x8", "--format", "csv")
    assert ended.returncode == 0, ended.stderr
    ended = call_command("predict", model, "digits-8x8", "--trust", "--out", tmp_path / "a.csv")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("name", ["module", "module_of_probabilities", "module_of_logarithms"])
def test_a_torch_module(name):
    model = load_reader_model(f"{HOME}:{name}", trust=True)
    with torch.no_grad():
        images = torch.from_numpy(X.reshape(-1, 1, 8, 8).astype(np.float32) / 255)
        expected = torch.softmax(own_models.module()(images), dim=1).numpy()
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-6)
    assert len(model.classes_) == 10


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("unfitted_tree", ModelFileError, "not fitted"),
        ("returns_text", ModelFileError, "it must return a fitted classifier"),
        ("fails", ModelFileError, "failed: RuntimeError: no weights here"),
        ("CONSTANT", ModelFileError, "it must be a function without arguments"),
        ("needs_images", ModelFileError, "needs arguments (images); it must take none and return"),
        ("returns_a_class", ModelFileError, "returned the class Labels"),
        ("functoin", UnknownNameError, "Did you mean 'function'?"),
    ],
)
def test_what_returns_no_model(name, error, words):
    with pytest.raises(error) as refused:
        load_reader_model(f"{HOME}:{name}", trust=True)
    assert words in str(refused.value)


def test_a_module_in_the_working_folder(tmp_path, monkeypatch):
    # It is not on the import path of the installed command.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    (tmp_path / "my_own_reader.py").write_text("import numpy\ndef load(): return lambda X: numpy.eye(2)[[1] * len(X)]")
    before = list(sys.path)
    model = load_reader_model("my_own_reader:load", trust=True)
    assert model.predict(X[:3]).tolist() == [1, 1, 1]
    assert sys.path == before


def test_a_module_that_is_not_there():
    with pytest.raises(UnknownModuleError):
        load_reader_model("nosuchmodule:function", trust=True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wrong_shape", "returned values of shape"),
        ("no_probabilities", "each row must sum to 1"),
        ("fails_later", "which ends the program"),
        ("Wrong", "returned 12, which is not among its classes"),
    ],
)
def test_answers_that_are_none(name, words):
    model = load_reader_model(f"{HOME}:{name}", trust=True)
    with pytest.raises(PredictionsError, match=words):
        model.predict(X)
