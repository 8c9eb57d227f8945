"""Models saved and loaded say what they said, and equal fits make equal files."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC, NuSVC

from hdr_bench import load_model, make_estimator, save_model
from hdr_bench.estimators import TRANSFORMERS
from tests.helpers.fitted_models import NAMES, answers, digits, fitted, fitted_transformers
from tests.helpers.method_table import METHODS, tiny

# Of what oneDAL fitted LIBSVM computes the decision values: they differ by rounding.
ROUNDED = {"svm", "virtual-svm"}
FEW = slice(None, None, 3)

OTHERS = {
    "AdaBoost": AdaBoostClassifier(n_estimators=3, random_state=0),
    "Bagging": BaggingClassifier(tiny("tree"), n_estimators=3, max_features=0.5, random_state=0),
    "Calibrated": CalibratedClassifierCV(tiny("svm"), cv=2, ensemble=False),
    "ExtraTrees": ExtraTreesClassifier(3, random_state=0),
    "FeatureUnion": make_pipeline(FeatureUnion([("a", StandardScaler()), ("b", MinMaxScaler())]), tiny("linear")),
    "ForestOfTransformed": make_pipeline(FunctionTransformer(np.sqrt), RandomForestClassifier(3, random_state=0)),
    "GaussianNB": GaussianNB(),
    "GaussianProcess": GaussianProcessClassifier(max_iter_predict=2, optimizer=None, random_state=0),
    "GradientBoosting": GradientBoostingClassifier(n_estimators=2, max_depth=2, random_state=0),
    "HistGradientBoosting": HistGradientBoostingClassifier(max_iter=2, random_state=0),
    "KNeighbors": KNeighborsClassifier(3),
    "KNeighborsTree": KNeighborsClassifier(3, algorithm="kd_tree"),
    "LDA": LinearDiscriminantAnalysis(),
    "LinearSVC": LinearSVC(max_iter=20, random_state=0),
    "LogisticRegression": LogisticRegression(max_iter=5),
    "MLP": MLPClassifier((4,), max_iter=2, random_state=0),
    "NearestCentroid": NearestCentroid(),
    "NuSVC": NuSVC(nu=0.1),
    "OneHot": make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=5)),
    "OneVsRest": OneVsRestClassifier(tiny("tree")),
    "Perceptron": Perceptron(max_iter=2, random_state=0),
    "QDA": QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=0.5),
    "RandomState": RandomForestClassifier(2, random_state=np.random.RandomState(3)),
    "Ridge": RidgeClassifier(),
    "SGD": SGDClassifier(max_iter=2, random_state=0),
    "SGDLog": SGDClassifier("log_loss", max_iter=2, random_state=0),
    "Stacking": StackingClassifier([("a", GaussianNB()), ("b", tiny("tree"))], LogisticRegression(max_iter=5), cv=2),
    "SVC": SVC(),
    "Columns": make_pipeline(ColumnTransformer([("a", StandardScaler(), slice(0, 32))]), GaussianNB()),
    "Voting": VotingClassifier([("a", GaussianNB()), ("b", tiny("cnn"))], voting="soft"),
}


def assert_same(loaded, model, X, *, is_rounded=False):
    told, expected = answers(loaded, X), answers(model, X)
    assert told.keys() == expected.keys()
    for kind, values in expected.items():
        if is_rounded and kind != "predict":
            np.testing.assert_allclose(told[kind], values, atol=1e-4)
        else:
            assert_array_equal(told[kind], values, err_msg=kind)
            assert told[kind].dtype == values.dtype


@pytest.mark.parametrize("name", NAMES)
def test_each_method_says_the_same(name, tmp_path):
    model = fitted(name)
    loaded = load_model(save_model(model, tmp_path / "model.hdrm"))
    assert type(loaded) is type(model)
    assert_same(loaded, model, digits().test.X, is_rounded=name in ROUNDED)
    assert repr(loaded.get_params()) == repr(model.get_params())
    for attribute in ("n_parameters_", "n_multiply_accumulates_", "n_stored_variables_", "n_features_in_"):
        assert getattr(loaded, attribute, None) == getattr(model, attribute, None), attribute


@pytest.mark.parametrize("name", NAMES)
def test_equal_fits_make_equal_files_that_do_not_change_when_saved_again(name, tmp_path):
    first = save_model(fitted(name), tmp_path / "first.hdrm")
    X, y = digits().train.X, digits().train.y
    second = save_model(tiny(name).fit(X, y), tmp_path / "second.hdrm")
    assert first.read_bytes() == second.read_bytes()
    if name not in ROUNDED:
        third = save_model(load_model(first), tmp_path / "third.hdrm")
        assert third.read_bytes() == first.read_bytes()


@pytest.mark.parametrize(("name", "params"), [(name, params) for name in NAMES for params in METHODS[name].variants])
def test_so_they_do_with_other_parameters(name, params, tmp_path):
    model = tiny(name, **params).fit(digits().train.X[FEW], digits().train.y[FEW])
    loaded = load_model(save_model(model, tmp_path / "model.hdrm"))
    assert_same(loaded, model, digits().test.X[:50], is_rounded=name in ROUNDED)
    assert repr(loaded.get_params()) == repr(model.get_params())


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_pipelines_with_each_transformer(name, tmp_path):
    step = fitted_transformers()[name]
    model = make_pipeline(clone(step), tiny("knn")).fit(digits().train.X, digits().train.y)
    assert_same(load_model(save_model(model, tmp_path / "model.hdrm")), model, digits().test.X[:50])
    assert_same(load_model(save_model(step, tmp_path / "step.hdrm")), step, digits().test.X[:50])


@pytest.mark.parametrize("name", OTHERS)
def test_estimators_of_scikit_learn(name, tmp_path):
    with warnings.catch_warnings():
        # They are not trained to the end.
        warnings.simplefilter("ignore")
        model = clone(OTHERS[name]).fit(digits().train.X[FEW], digits().train.y[FEW])
        again = clone(OTHERS[name]).fit(digits().train.X[FEW], digits().train.y[FEW])
    path = save_model(model, tmp_path / "model.hdrm")
    assert_same(load_model(path), model, digits().test.X[:50], is_rounded=name == "Calibrated")
    assert save_model(again, tmp_path / "again.hdrm").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "labels",
    [
        np.array(list("zyxwvutsrq")),
        np.array(list("zyxwvutsrq"), dtype=object),
        np.arange(10) - 3.5,
        np.arange(10) > 4,
        np.arange(10, dtype=np.uint8),
    ],
)
@pytest.mark.parametrize("name", ["knn", "cnn", "svm"])
def test_labels_of_any_type(name, labels, tmp_path):
    if name == "cnn" and labels.dtype.kind == "f":
        pytest.skip("whole numbers or texts are classes")
    y = labels[digits().train.y]
    if labels.dtype.kind == "f":
        y = np.array([f"{each}" for each in y])
    model = tiny(name).fit(digits().train.X[FEW], y[FEW])
    loaded = load_model(save_model(model, tmp_path / "model.hdrm"))
    assert_array_equal(loaded.classes_, model.classes_)
    assert loaded.classes_.dtype == model.classes_.dtype
    assert_array_equal(loaded.predict(digits().test.X[:50]), model.predict(digits().test.X[:50]))


def test_what_is_one_object_stays_one(tmp_path):
    tree = fitted("tree")
    model = VotingClassifier([("a", tree), ("b", tree)]).fit(digits().train.X, digits().train.y)
    model.estimators_ = [tree, tree]
    loaded = load_model(save_model(model, tmp_path / "model.hdrm"))
    assert loaded.estimators_[0] is loaded.estimators_[1]


def test_a_network_can_be_trained_further(tmp_path):
    model = load_model(save_model(fitted("cnn"), tmp_path / "model.hdrm"))
    before, epochs = model.score(digits().train.X, digits().train.y), model.n_iter_
    assert model.history_ == fitted("cnn").history_
    for _ in range(3):
        model.partial_fit(digits().train.X, digits().train.y)
    assert model.n_iter_ == epochs + 3
    assert model.score(digits().train.X, digits().train.y) > before


def test_the_images_of_k_nn_take_a_byte_per_pixel(tmp_path):
    model = make_estimator("knn").fit(np.tile(digits().train.X, (10, 1)), np.tile(digits().train.y, 10))
    path = save_model(model, tmp_path / "model.hdrm")
    assert path.stat().st_size < model._images.size
    assert load_model(path)._images.dtype == np.float32
