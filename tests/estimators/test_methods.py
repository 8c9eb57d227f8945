"""What every method does on real digits."""

import pickle
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from hdr_bench import load_dataset, make_estimator
from hdr_bench.estimators import ESTIMATORS, Deskewer
from hdr_bench.exceptions import UnknownNameError
from tests.helpers.method_table import METHODS, make


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(2000)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_learns_from_raw_pixels_and_from_scaled_ones_alike(digits, name):
    # Of each image this one makes four more.
    every = slice(None, None, 2 if name == "virtual-svm" else 1)
    raw = make(name).fit(digits.train.X[every], digits.train.y[every])
    assert raw.score(digits.test.X, digits.test.y) >= METHODS[name].least_accuracy
    floats = make(name).fit(digits.train.X[every] / 255.0, digits.train.y[every])
    agreed = floats.predict(digits.test.X / 255.0) == raw.predict(digits.test.X)
    assert agreed.mean() > (0.93 if name == "tree" else 0.97)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_pickled_it_says_the_same(digits, name):
    model = make(name).fit(digits.train.X[:500], digits.train.y[:500] % 3)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(digits.test.X), model.predict(digits.test.X))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_labels_of_any_kind(digits, name):
    names = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    every = slice(None, None, 4 if name == "virtual-svm" else 2)
    images, labels = digits.train.X[every], digits.train.y[every]
    by_number = make(name).fit(images, labels)
    by_name = make(name).fit(images, names[labels])
    assert set(by_name.classes_) == set(names)
    assert (by_name.predict(digits.test.X) == names[by_number.predict(digits.test.X)]).mean() > 0.85


@pytest.mark.parametrize("name", ["linear", "polynomial", "knn", "tree", "mlp", "cnn"])
def test_probabilities_are_shares_and_agree_with_the_prediction(digits, name):
    model = make(name, **({"loss": "log_loss", "alpha": 10.0} if name == "polynomial" else {}))
    model.fit(digits.train.X[::4], digits.train.y[::4])
    shares = model.predict_proba(digits.test.X)
    assert shares.shape == (1000, 10)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(model.classes_[shares.argmax(axis=1)], model.predict(digits.test.X))


@pytest.mark.parametrize(("name", "params"), [("svm", {}), ("linear", {"loss": "squared_error"}), ("polynomial", {})])
def test_what_has_no_probabilities_has_decision_values(name, params):
    model = make_estimator(name, **params)
    assert hasattr(model, "decision_function")
    assert not hasattr(model, "predict_proba")


@pytest.mark.parametrize("name", ["tree", "mlp", "cnn"])
def test_a_seed_decides_everything_and_global_generators_stay(digits, name):
    np.random.seed(7)  # noqa: NPY002  # the global generator is what must stay
    torch.manual_seed(7)
    numpy_before, torch_before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    few = digits.train.X[::8], digits.train.y[::8]
    first, second = (make(name).fit(*few).predict_proba(digits.test.X) for _ in range(2))
    make(name).set_params(random_state=None).fit(*few)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_before)  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_before)


def test_a_grid_search_in_a_pipeline(digits):
    pipeline = make_pipeline(Deskewer(), make_estimator("knn"))
    search = GridSearchCV(pipeline, {"knnclassifier__n_neighbors": [1, 3]}, cv=2)
    search.fit(digits.train.X[::2], digits.train.y[::2])
    assert search.score(digits.test.X, digits.test.y) > 0.9


LOGISTIC = {"loss": "log_loss", "n_components": 20, "alpha": 1.0}


@pytest.mark.parametrize(
    ("name", "params", "engines", "share"),
    [
        ("svm", {}, ("onedal", "libsvm"), 0.998),
        ("knn", {}, ("faiss", "onedal", "scikit-learn"), 0.998),
        ("linear", {}, ("onedal", "scikit-learn"), 0.995),
        ("polynomial", LOGISTIC, ("onedal", "scikit-learn"), 0.99),
    ],
)
def test_engines_agree(digits, name, params, engines, share):
    if not (find_spec("sklearnex") and find_spec("faiss")):
        pytest.skip("the engines of hdr-bench[fast] are not installed")
    models = [make_estimator(name, engine=engine, **params).fit(digits.train.X, digits.train.y) for engine in engines]
    assert tuple(model.engine_ for model in models) == engines
    few = digits.train.X[::4], digits.train.y[::4]
    assert make_estimator(name, **params).fit(*few).engine_ == engines[0]
    first, *others = (model.predict(digits.test.X) for model in models)
    for other in others:
        assert (first == other).mean() >= share


def test_knn_votes_as_scikit_learn(digits):
    from sklearn.neighbors import KNeighborsClassifier

    X = digits.train.X.astype(np.float64)
    ours = make_estimator("knn", n_neighbors=5).fit(X, digits.train.y)
    theirs = KNeighborsClassifier(5, weights="distance").fit(X, digits.train.y)
    np.testing.assert_allclose(
        ours.predict_proba(digits.test.X), theirs.predict_proba(digits.test.X.astype(np.float64)), atol=1e-4
    )
    same = make_estimator("knn").fit(X, digits.train.y)
    np.testing.assert_array_equal(same.predict(digits.train.X[:50]), digits.train.y[:50])


@pytest.mark.parametrize("engine", ["auto", "scikit-learn"])
@pytest.mark.parametrize("shift", [0.0, 1000.0])
def test_the_nearest_neighbour_of_an_image_is_itself(shift, engine):
    digits = load_dataset("mnist-5k")
    X = digits.train.X[::4] / 255.0 + shift
    model = make_estimator("knn", engine=engine).fit(X, digits.train.y[::4])
    np.testing.assert_array_equal(model.predict_proba(X).max(axis=1), 1)
    plain = make_estimator("knn").fit(digits.train.X[::4], digits.train.y[::4])
    agreed = model.predict(digits.test.X / 255.0 + shift) == plain.predict(digits.test.X)
    assert agreed.mean() > 0.995


def test_an_svms_default_width_is_that_of_mnist(digits):
    model = make_estimator("svm").fit(digits.train.X, digits.train.y)
    assert model.svc_.gamma == pytest.approx(0.03, rel=0.05)
    wider = make_estimator("svm").fit(digits.train.X / 2.0 + 100, digits.train.y)
    assert wider.svc_.gamma > model.svc_.gamma


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_multiply_accumulates_are_those_of_the_products(degree):
    from hdr_bench.estimators.products import products

    digits = load_dataset("digits-8x8")
    model = make_estimator("polynomial", degree=degree, n_components=5).fit(digits.train.X, digits.train.y)
    names = products(np.array([[2.0, 3.0, 5.0, 7.0, 11.0]]), degree)[0]
    factors = sum(_n_factors(int(product)) - 1 for product in names)
    assert model.n_multiply_accumulates_ == 5 * 64 + factors + 10 * len(names)


def _n_factors(product):
    return sum(1 for prime in (2, 3, 5, 7, 11) for power in range(1, 4) if product % prime**power == 0)


def test_least_squares_is_least_squares():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 4)), rng.integers(0, 3, 60)
    model = make_estimator("linear", loss="squared_error", alpha=0.0, pixel_scale=1.0).fit(X, y)
    design = np.column_stack([X, np.ones(60)])
    solution, *_ = np.linalg.lstsq(design, 2.0 * (y[:, None] == [0, 1, 2]) - 1)
    np.testing.assert_allclose(model.coef_, solution[:4].T, atol=1e-8)
    np.testing.assert_allclose(model.intercept_, solution[4], atol=1e-8)


def test_the_quadratic_classifier_has_lecuns_821_inputs():
    digits = load_dataset("mnist-5k")
    model = make_estimator("polynomial", n_components=40).fit(digits.train.X, digits.train.y)
    # LeCun's 820 products are those of two components; ours hold the 40 components themselves too.
    assert model.coef_.shape == (10, 820 + 40)


@pytest.mark.parametrize(
    ("name", "params", "fault"),
    [
        ("svm", {"kernel": "rbff"}, "unknown kernel 'rbff'. Did you mean 'rbf'"),
        ("svm", {"engine": "svmlight"}, "unknown engine 'svmlight'"),
        ("svm", {"pixel_scale": 0}, "pixel_scale must be a finite number above 0 or None, got 0"),
        ("knn", {"weights": "distanc"}, "Did you mean 'distance'"),
        ("knn", {"n_neighbors": 0}, "n_neighbors must be an integer of at least 1, got 0"),
        ("linear", {"loss": "logloss"}, "Did you mean 'log_loss'"),
        ("linear", {"alpha": -1}, "alpha must be a finite number of at least 0, got -1"),
        ("polynomial", {"degree": 0}, "degree must be an integer between 1 and 100, got 0"),
        ("polynomial", {"engine": "onedal"}, "unknown engine for loss='squared_error' 'onedal'"),
        ("linear", {"loss": "squared_error", "engine": "onedal"}, "unknown engine for loss='squared_error' 'onedal'"),
        ("linear", {"engine": "scipy"}, "unknown engine for loss='log_loss' 'scipy'"),
        ("mlp", {"optimizer": "Adamm"}, "Did you mean 'Adam'"),
        ("mlp", {"schedule": "onecycle"}, "Did you mean 'one-cycle'"),
        ("mlp", {"batch_size": 0}, "batch_size must be an integer of at least 1, got 0"),
        ("knn", {"n_neighbors": 3.0}, "n_neighbors must be an integer of at least 1, got 3.0"),
        ("knn", {"n_neighbors": 10_000}, r"n_neighbors must be at most n_samples=\d+, got 10000"),
        ("linear", {"tol": float("nan")}, "tol must be a finite number of at least 0, got nan"),
        ("linear", {"max_iter": 0.5}, "max_iter must be an integer of at least 1, got 0.5"),
        ("radial-basis", {"n_units": 20.0}, "n_units must be an integer of at least 1, got 20.0"),
        ("cnn", {"image_shape": (27, 28)}, "makes 756 pixels, but X has 784 features"),
        ("cnn", {"layers": "8C3-MP2-8C3-MP9-MP9"}, "MP9: a window of 9x9 does not fit the layer's input of 1x1"),
        ("cnn", {"augmentation": {"rotation": -1}}, "rotation must be between 0 and"),
        ("cnn", {"augmentation": {"rotation": "x"}}, "rotation must be between 0 and 180, got 'x'"),
        ("svm", {"C": -1}, "C must be a number above 0, got -1"),
        ("svm", {"C": "much"}, "C must be a number above 0, got 'much'"),
        ("svm", {"C": True}, "C must be a number above 0, got True"),
        ("svm", {"gamma": "scal"}, "gamma must be .*'auto', 'scale' or None, got 'scal'. Did you mean 'scale'?"),
        ("knn", {"n_neighbors": True}, "n_neighbors must be an integer of at least 1, got True"),
        ("mlp", {"max_epochs": 10**9}, "max_epochs must be an integer between 1 and 1,000,000 or None"),
        ("mlp", {"layers": 3}, "layers must be an instance of 'str' or None, got 3"),
    ],
)
def test_parameters_that_are_not_possible(digits, name, params, fault):
    with pytest.raises(ValueError, match=fault):
        make_estimator(name, **params).fit(digits.train.X[::20], digits.train.y[::20])


# A tree and a neighbour need no second class: they answer with the only one, as scikit-learn's do.
@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if not method.takes_one_class])
def test_one_class_is_no_problem_to_solve(digits, name):
    with pytest.raises(ValueError, match="needs at least two classes; y has one class: "):
        make_estimator(name).fit(digits.train.X[:20], np.zeros(20))


def test_names_and_parameters_that_do_not_exist():
    with pytest.raises(UnknownNameError, match="unknown estimator 'kn'. Did you mean 'knn'"):
        make_estimator("kn")
    with pytest.raises(UnknownNameError, match="unknown parameter of KNNClassifier 'n_neighbours'. Did you mean"):
        make_estimator("knn", n_neighbours=3)
    with pytest.raises(UnknownNameError, match="there is no module sklearnn.* Did you mean 'sklearn'"):
        make_estimator("sklearnn.svm.SVC")
    assert make_estimator("sklearn.neighbors.KNeighborsClassifier", n_neighbors=7).n_neighbors == 7


def test_parameters_are_looked_at_in_fit_only():
    for name in ESTIMATORS:
        assert clone(make_estimator(name)).get_params() == make_estimator(name).get_params()


def test_importing_classical_estimators_loads_no_torch():
    script = (
        "import sys\n"
        "from hdr_bench.estimators import SVMClassifier, KNNClassifier, DecisionTreeClassifier, LinearClassifier\n"
        "from hdr_bench.estimators import PolynomialClassifier\n"
        "print('torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_scikit_learn_is_never_patched():
    script = (
        "import sklearn.svm, sklearn.neighbors, sklearn.linear_model\n"
        "from hdr_bench import load_dataset, make_estimator\n"
        "digits = load_dataset('digits-8x8')\n"
        "for name in ('svm', 'knn', 'linear'):\n"
        "    engine = make_estimator(name).fit(digits.train.X, digits.train.y).engine_\n"
        "    print(engine, file=__import__('sys').stderr)\n"
        "from sklearn.svm import SVC\n"
        "from sklearn.neighbors import KNeighborsClassifier\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "print({kind.__module__.partition('.')[0] for kind in (SVC, KNeighborsClassifier, LogisticRegression)})"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "{'sklearn'}"


def test_an_estimator_may_be_a_parameter_of_another():
    named = {"estimator": "sklearn.linear_model.LogisticRegression", "params": {"C": 2.0}}
    outer = make_estimator("sklearn.multiclass.OneVsRestClassifier", estimator=named)
    assert outer.estimator.C == 2.0
    assert (
        make_estimator("sklearn.multiclass.OneVsOneClassifier", estimator={"estimator": "knn"}).estimator.n_neighbors
        == 3
    )
    with pytest.raises(
        UnknownNameError, match="unknown parameter of LogisticRegression 'c'. Did you mean 'C'. Choose from: C"
    ):
        make_estimator("sklearn.multiclass.OneVsRestClassifier", estimator={**named, "params": {"c": 1}})


def test_what_predictions_need_is_counted(digits):
    few, labels = digits.train.X[::4], digits.train.y[::4]
    knn = make_estimator("knn").fit(few, labels)
    assert knn.n_stored_variables_ == knn.n_multiply_accumulates_ == len(few) * 784
    svm = make_estimator("svm").fit(few, labels)
    n_vectors = len(svm.svc_.support_)
    assert svm.n_stored_variables_ == n_vectors * 784 + n_vectors * 9 + 45
    assert svm.n_multiply_accumulates_ == n_vectors * 784 + n_vectors * 9
    linear = make_estimator("linear", loss="squared_error").fit(few, labels)
    assert linear.n_stored_variables_ == 7850
    cnn = make_estimator("cnn", layers="4C5-BN-MP2", max_epochs=1, random_state=0).fit(few, labels)
    assert cnn.n_stored_variables_ == cnn.n_parameters_ + 8
