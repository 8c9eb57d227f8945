"""Models in ONNX's format, run by onnxruntime, say what the models say."""

import json

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hdr_bench import load_card, load_model
from hdr_bench.exceptions import ModelFileError, ModelSaveError
from tests.helpers.fitted_models import digits, fitted
from tests.helpers.method_table import tiny
from tests.helpers.onnx_runner import onnx_runner

onnx = pytest.importorskip("onnx")

from hdr_bench.models.onnx_export import check_exportable, export_onnx  # noqa: E402

X = digits().test.X[:100]


@pytest.fixture(scope="module")
def run():
    with onnx_runner() as run_file:

        def run_pixels(path, pixels=X):
            inputs, outputs = run_file(path, pixels)
            assert inputs == ["pixels"]
            return outputs

        yield run_pixels


@pytest.fixture(scope="module")
def assert_same(run):
    def check(path, model, pixels=X):
        told = run(path, pixels)
        np.testing.assert_array_equal(told["labels"], model.predict(pixels))
        if hasattr(model, "predict_proba"):
            np.testing.assert_allclose(told["probabilities"], model.predict_proba(pixels), atol=1e-5)
        else:
            expected = model.decision_function(pixels)
            assert_scores = told["scores"] if expected.ndim == 2 else told["scores"][:, -1]
            np.testing.assert_allclose(assert_scores, expected, atol=1e-4)

    return check


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_networks(name, tmp_path, assert_same):
    path = export_onnx(fitted(name), tmp_path / "model.onnx")
    assert_same(path, fitted(name))
    assert_same(path, fitted(name), X[:1])
    onnx.checker.check_model(onnx.load(path))
    card = json.loads(onnx.load(path).metadata_props[-1].value)
    assert card["method"]["name"] == name
    assert b"/estimators/" not in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("linear", {}),
        ("linear", {"loss": "squared_error"}),
        ("polynomial", {}),
        ("polynomial", {"loss": "log_loss", "n_components": 5, "degree": 3, "max_iter": 20}),
        ("polynomial", {"degree": 1, "n_components": 5}),
    ],
)
@pytest.mark.parametrize("n_classes", [2, 10])
def test_linear_methods(name, params, n_classes, tmp_path, assert_same):
    chosen = digits().train.y < n_classes
    model = tiny(name, **params).fit(digits().train.X[chosen], digits().train.y[chosen])
    path = export_onnx(model, tmp_path / "model.onnx")
    assert_same(path, model)
    assert path.read_bytes() == export_onnx(model, tmp_path / "again.onnx").read_bytes()


def test_labels_that_are_texts(tmp_path, assert_same):
    names = np.array(list("zyxwvutsrq"))
    for labels in (names, names.astype(object)):
        model = tiny("linear").fit(digits().train.X, labels[digits().train.y])
        assert_same(export_onnx(model, tmp_path / "model.onnx"), model)


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(StandardScaler(), LogisticRegression(tol=0.01)),
        RidgeClassifier(),
        GaussianNB(),
        RandomForestClassifier(3, random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_pipelines_of_scikit_learn(model, tmp_path, run):
    model.fit(digits().train.X.astype(np.float32), digits().train.y)
    told = run(export_onnx(model, tmp_path / "model.onnx"))
    assert np.mean(told["labels"] == model.predict(X)) > 0.98
    if hasattr(model, "predict_proba") and type(model).__name__ != "GaussianNB":
        np.testing.assert_allclose(told["probabilities"], model.predict_proba(X), atol=1e-3)


@pytest.mark.parametrize("name", ["svm", "knn", "tree", "radial-basis", "virtual-svm", "boosted-networks"])
def test_what_cannot_be_exported_is_refused_before_it_is_fitted(name, tmp_path):
    with pytest.raises(ModelSaveError, match="cannot be exported to ONNX, which supports mlp, cnn, linear"):
        check_exportable(tiny(name))
    with pytest.raises(ModelSaveError):
        export_onnx(fitted(name), tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_what_else_is_refused(tmp_path):
    from hdr_bench.estimators import Deskewer

    with pytest.raises(ModelSaveError, match="Deskewer"):
        check_exportable(make_pipeline(Deskewer(), tiny("cnn")))
    with pytest.raises(ModelSaveError, match="products"):
        check_exportable(tiny("polynomial", degree=9))
    with pytest.raises(ModelSaveError, match="not fitted"):
        export_onnx(tiny("linear"), tmp_path / "model.onnx")
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ModelFileError, match="not replaced"):
        export_onnx(fitted("linear"), tmp_path / "thesis.txt")


@pytest.mark.parametrize("name", ["model.onnx", "model"])
def test_who_loads_it_is_told_that_it_is_onnx(name, tmp_path):
    path = export_onnx(fitted("linear"), tmp_path / name)
    for load in (load_model, load_card):
        with pytest.raises(ModelFileError, match="an ONNX file is for other programs, such as onnxruntime"):
            load(path)
