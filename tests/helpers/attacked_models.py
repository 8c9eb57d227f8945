"""Fitted models for tests of attacks, made once in each process that tests."""

from functools import lru_cache

import numpy as np
from sklearn.pipeline import make_pipeline

from hdr_bench import load_dataset, make_estimator
from hdr_bench.estimators import CNNClassifier, Cropper, GaussianBlur, Inverter, PixelScaler, Resizer
from tests.helpers.method_table import quick

_SMOOTH = {"activation": "tanh", "max_epochs": 10, "random_state": 0}

MAKERS = {
    "linear": lambda: quick("linear"),
    "least squares": lambda: quick("linear", loss="squared_error"),
    "polynomial": lambda: quick("polynomial"),
    "cubic": lambda: quick("polynomial", degree=3, n_components=6, loss="log_loss"),
    "radial-basis": lambda: quick("radial-basis"),
    "svm": lambda: quick("svm"),
    "svm, libsvm": lambda: quick("svm", engine="libsvm"),
    "svm, poly": lambda: quick("svm", kernel="poly", coef0=1.0),
    "svm, linear": lambda: quick("svm", kernel="linear"),
    "virtual-svm": lambda: quick("virtual-svm"),
    "mlp": lambda: make_estimator("mlp", layers="32N", **_SMOOTH),
    "cnn": lambda: CNNClassifier("6C5-BN-AP4-D0.2-16N", **_SMOOTH),
    "steps": lambda: make_pipeline(
        Inverter("dark-on-light"), GaussianBlur(0.7), Cropper((24, 24)), Resizer((12, 12)), PixelScaler(), quick("svm")
    ),
}
"""What has a gradient, smooth enough for finite differences."""


@lru_cache
def few_digits():
    return load_dataset("mnist-5k").subsample(500)


@lru_cache
def two_digits():
    """Fives and sixes alone."""
    digits = few_digits()
    return [(part.images[chosen], part.y[chosen]) for part in (digits.train, digits.test) for chosen in [_two(part)]]


@lru_cache
def fitted(name):
    digits = few_digits()
    return MAKERS[name]().fit(digits.train.X, digits.train.y)


def some_digits(n):
    """Return test images of all classes, and their labels: the test part is in the order of the classes."""
    test = few_digits().test
    chosen = np.linspace(0, len(test) - 1, n).astype(int)
    return np.array(test.images[chosen]), np.array(test.y[chosen])


def rows_of(images):
    return images.reshape(len(images), -1)


def accuracy(model, images, labels):
    """Return how often a model is right, a few images at a time: of more it would warn that they are unlike digits."""
    parts = np.array_split(rows_of(images), -(-len(images) // 25))
    return float(np.mean(np.concatenate([model.predict(part) for part in parts]) == labels))


def _two(part):
    return np.isin(part.y, (5, 6))
