"""Fitted models that several tests save: each is fitted once per process."""

from functools import cache

from hdr_bench import load_dataset, make_transformer
from hdr_bench.estimators import TRANSFORMERS
from tests.helpers.method_table import METHODS, tiny

SIZES = {
    "resize": {"size": (6, 6)},
    "crop": {"size": (6, 6)},
    "box-crop": {"size": (6, 6)},
    "blur": {"sigma": 0.5},
    "hidden-activations": {"estimator": tiny("cnn")},
}


@cache
def digits():
    return load_dataset("digits-8x8").subsample(300)


@cache
def fitted(name):
    return tiny(name).fit(digits().train.X, digits().train.y)


@cache
def fitted_transformers():
    X, y = digits().train.X, digits().train.y
    return {name: make_transformer(name, **SIZES.get(name, {})).fit(X, y) for name in TRANSFORMERS}


def answers(model, X):
    """All that a model says of images."""
    kinds = ("predict", "predict_proba", "decision_function", "transform")
    return {kind: getattr(model, kind)(X) for kind in kinds if hasattr(model, kind)}


NAMES = sorted(METHODS)
