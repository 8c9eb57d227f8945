"""Images to predict that are unlike the training images in range or polarity are not predicted in silence."""

import warnings

import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.estimators import ESTIMATORS, Deskewer, Inverter, PixelScaler
from hdr_bench.estimators.likeness import summarize_pixels
from hdr_bench.exceptions import DatasetWarning
from tests.helpers.method_table import quick


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(300)


@pytest.fixture(scope="module", params=ESTIMATORS)
def fitted(request, digits):
    params = {"max_epochs": 1} if request.param in {"mlp", "cnn"} else {}
    return quick(request.param, **params).fit(digits.train.X, digits.train.y)


def _warnings(model, X):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.predict(X)
    assert all(warning.category is DatasetWarning for warning in caught)
    return {str(warning.message) for warning in caught}


def test_inverted_and_rescaled_images_are_told(fitted, digits):
    name, X = type(fitted).__name__, np.asarray(digits.test.X, np.float64)[:60]
    inverted = (
        f"{name}: X seems to be dark on light, but the training images were light on dark; invert X or the training"
    )
    assert _warnings(fitted, 255 - X) == {f"{inverted} images"}
    (told,) = _warnings(fitted, X / 255)
    assert told.startswith(f"{name}: X ranges from 0 to 1, but the training images ranged from 0 to 255; scale both to")
    assert len(_warnings(fitted, 1 - X / 255)) == 2


def test_good_images_and_few_odd_ones_are_predicted_without_a_word(fitted, digits):
    X = np.asarray(digits.test.X)
    for images in (X, X // 3, X[::-7], np.zeros_like(X), np.full_like(X, 255), 255 - X[:29], X[:29] / 255):
        assert _warnings(fitted, images) == set()


@pytest.mark.parametrize("name", ["mnist-5k", "digits-8x8"])
@pytest.mark.parametrize("change", [lambda X: X, lambda X: X.max() - X, lambda X: X / X.max() - 0.5])
def test_no_batch_of_a_data_set_is_unlike_its_training_images(name, change):
    digits = load_dataset(name)
    train, test = change(digits.train.X), change(digits.test.X)
    for transformer in (PixelScaler(), Deskewer(), Inverter()):
        model = quick("tree", max_depth=1).fit(transformer.fit_transform(train)[:200], digits.train.y[:200])
        for start in range(0, len(test) - 30, 37):
            assert _warnings(model, transformer.transform(test[start : start + 30])) == set()


@pytest.mark.full_mnist
def test_no_digit_of_mnist_is_unlike_the_others(real_data_home):
    digits = load_dataset("mnist")
    model = quick("tree", max_depth=1).fit(digits.train.X[:1000], digits.train.y[:1000])
    for label in range(10):
        assert _warnings(model, digits.test.X[digits.test.y == label]) == set()


def test_features_that_are_no_images_have_no_polarity():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 12)), np.arange(200) % 2
    assert _warnings(quick("tree").fit(X, y), -X) == set()
    assert summarize_pixels(X[:29]) is None


def test_saved_models_of_before_predict_as_they_did(digits):
    model = quick("knn").fit(digits.train.X, digits.train.y)
    del model._fitted_on
    assert _warnings(model, 255 - digits.test.X) == set()
