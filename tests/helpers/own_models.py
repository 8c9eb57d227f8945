"""Models of a user's own, for `--model module:function` to import."""

import numpy as np


def fitted_tree():
    from tests.helpers.fitted_models import fitted

    return fitted("tree")


def unfitted_tree():
    from hdr_bench import make_estimator

    return make_estimator("tree")


def function():
    def halves(images):
        assert images.ndim == 3
        middle = images.shape[2] // 2
        left, right = images[:, :, :middle].sum(axis=(1, 2)), images[:, :, middle:].sum(axis=(1, 2))
        share = (left + 1.0) / (left + right + 2.0)
        return np.stack([share, 1 - share], axis=1)

    return halves


def always_seven():
    return lambda images: np.full((len(images), 10), 0.01) + 0.9 * (np.arange(10) == 7)


class Labels:
    """Predicts, is not fitted, and knows no scikit-learn."""

    def predict(self, X):
        return np.full(len(X), 7)


class Shares:
    def predict_proba(self, X):
        return always_seven()(X)


class Names(Labels):
    classes_ = ("seven", "eight")

    def predict(self, X):
        return np.full(len(X), "seven")


class Wrong:
    def predict(self, X):
        return np.full(len(X), 12)


def needs_images(images):
    return always_seven()(images)


def returns_a_class():
    return Labels


def module():
    import torch

    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))


def module_of_probabilities():
    import torch

    return torch.nn.Sequential(module(), torch.nn.Softmax(dim=1))


def module_of_logarithms():
    import torch

    return torch.nn.Sequential(module(), torch.nn.LogSoftmax(dim=1))


def wrong_shape():
    return lambda images: np.zeros(len(images))


def no_probabilities():
    return lambda images: np.full((len(images), 10), 3.0)


def fails_later():
    def fail(images):
        raise SystemExit(3)

    return fail


def fails():
    raise RuntimeError("no weights here")


def returns_text():
    return "a model"


CONSTANT = 3
