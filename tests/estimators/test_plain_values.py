"""Parameters as numpy has them: they do what Python's do."""

from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from hdr_bench import load_dataset, make_estimator
from hdr_bench.estimators import Cropper, Distortion, GaussianBlur, PixelScaler, Resizer
from hdr_bench.estimators.plain_values import to_plain
from hdr_bench.records.fingerprints import describe_estimator
from tests.helpers.method_table import METHODS

INTEGERS = {"int64": np.int64, "uint8": np.uint8, "0-d": np.array}


def _as_numpy(value, integer):
    """Return the value with numpy's scalars; the floats are exact in half precision."""
    for kind, convert in ((bool, np.bool_), (int, integer), (float, np.float16), (str, np.str_)):
        if isinstance(value, kind):
            return convert(value)
    if isinstance(value, dict):
        return {key: _as_numpy(item, integer) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_as_numpy(item, integer) for item in value)
    return type(value)(**{key: _as_numpy(item, integer) for key, item in vars(value).items() if item is not None})


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits-8x8").subsample(200)


@pytest.mark.parametrize("integer", INTEGERS.values(), ids=INTEGERS)
@pytest.mark.parametrize(
    ("name", "params"), [(name, params) for name, method in METHODS.items() for params in method.variants]
)
def test_numpys_parameters_fit_as_pythons(name, params, integer, digits):
    if params.get("engine") in {"faiss", "onedal"} and not (find_spec("faiss") and find_spec("sklearnex")):
        pytest.skip("the engines of hdr-bench[fast] are not installed")
    given = {key: _as_numpy(value, integer) for key, value in params.items()}
    models = [make_estimator(name, **those).fit(digits.train.X, digits.train.y) for those in (params, given)]
    assert all(models[1].get_params()[key] is value for key, value in given.items()), "fit left them as they were given"
    ours, theirs = (
        (model.predict_proba if hasattr(model, "predict_proba") else model.decision_function)(digits.test.X)
        for model in models
    )
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("integer", INTEGERS.values(), ids=INTEGERS)
@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (PixelScaler, {"pixel_scale": 16, "offset": 1}),
        (GaussianBlur, {"sigma": 2, "image_shape": (8, 8)}),
        (Resizer, {"size": (4, 20), "image_shape": (8, 8)}),
        (Cropper, {"size": (4, 20), "image_shape": (8, 8)}),
    ],
)
def test_numpys_parameters_transform_as_pythons(kind, params, integer, digits):
    given = {key: _as_numpy(value, integer) for key, value in params.items()}
    ours, theirs = (kind(**those).fit_transform(digits.train.X) for those in (params, given))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("name", "values"),
    [("knn", {"n_neighbors": np.arange(1, 6)}), ("mlp", {"max_epochs": np.arange(1, 3)}), ("svm", {"C": np.ones(1)})],
)
def test_a_grid_of_arrays_is_a_grid_of_lists(name, values, digits):
    model = make_estimator(name, **({"layers": "16N", "random_state": 0} if name == "mlp" else {}))
    scores = [
        GridSearchCV(model, grid, cv=2).fit(digits.train.X, digits.train.y).cv_results_["mean_test_score"]
        for grid in (values, {key: array.tolist() for key, array in values.items()})
    ]
    np.testing.assert_array_equal(*scores)
    assert np.isfinite(scores[0]).all()


def test_numpys_parameters_have_the_key_of_pythons():
    described = [describe_estimator(make_estimator("knn", n_neighbors=k), None) for k in (3, np.int64(3))]
    assert described[0] == described[1]


def test_other_values_come_back_as_they_are():
    row = np.arange(3)
    assert to_plain(row) is row
    assert to_plain(None) is None
    assert to_plain(Distortion) is Distortion
    assert type(to_plain(np.longdouble(0.5))) is float
    assert to_plain([np.int8(1), {"a": (np.float32(0.5), np.bool_(True))}]) == [1, {"a": (0.5, True)}]
