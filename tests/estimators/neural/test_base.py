import numpy as np
import pytest
import torch

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier, MLPClassifier
from hdr_bench.estimators.neural.cnn import default_layers
from hdr_bench.estimators.neural.config import default_epochs
from hdr_bench.exceptions import UnknownNameError


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def test_the_parameters_are_the_networks(digits):
    model = CNNClassifier("32C3-MP2-64C3-MP2-64C3-64N", max_epochs=1, random_state=0)
    assert model.fit(digits.train.X, digits.train.y).n_parameters_ == 93_322
    mlp = MLPClassifier("512N-64N-32N-16N", max_epochs=1, device="cpu").fit(digits.train.X, digits.train.y)
    assert (mlp.n_parameters_, mlp.engine_) == (437_530, "torch")
    assert mlp.n_multiply_accumulates_ == 784 * 512 + 512 * 64 + 64 * 32 + 32 * 16 + 16 * 10


def test_the_history_has_an_entry_an_epoch_and_ends_better(digits):
    model = MLPClassifier("64N", max_epochs=6, random_state=0).fit(digits.train.X, digits.train.y)
    assert (len(model.history_), model.n_iter_) == (6, 6)
    assert model.history_[-1]["train_loss"] < model.history_[0]["train_loss"] / 2
    assert model.history_[-1]["train_accuracy"] > 0.9


def test_constant_and_one_cycle_schedules_differ(digits):
    rates = []
    for schedule in ("constant", "one-cycle"):
        model = MLPClassifier("8N", schedule=schedule, lr=0.01, max_epochs=2, random_state=0)
        rates.append(model.fit(digits.train.X, digits.train.y).net_.optimizer_.param_groups[0]["lr"])
    assert rates[0] == 0.01
    assert rates[1] < 1e-4


def test_all_data_are_trained_on_and_none_withheld(digits):
    model = MLPClassifier("8N", max_epochs=1, batch_size=64).fit(digits.train.X, digits.train.y)
    assert model.net_.train_split is None
    assert len(model.net_.history[-1]["batches"]) == 16


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 2), (2, 2), (3, 5), (8, 8), (9, 9), (10, 10), (13, 13), (28, 28), (64, 64)]
)
def test_the_default_network_works_on_any_image(shape):
    X = np.random.default_rng(0).normal(size=(12, shape[0] * shape[1]))
    y = np.arange(12) % 3
    model = CNNClassifier(image_shape=shape, max_epochs=1).fit(X, y)
    assert model.predict_proba(X).shape == (12, 3)


def test_defaults_follow_the_data():
    assert default_layers((28, 28)).startswith("20C5-linear-MP2")
    assert "p2" in default_layers((8, 8))
    assert "MP2" not in default_layers((1, 50))
    assert [default_epochs(batches, 8) for batches in (1, 32, 63, 469)] == [100, 25, 13, 8]


def test_batch_normalisation_takes_other_settings(digits):
    def fitted(layers, params):
        model = MLPClassifier(layers, batch_norm_params=params, max_epochs=1, random_state=0)
        return model.fit(digits.train.X, digits.train.y)

    model = fitted("16N-linear-BN-relu", {"momentum": 0.01, "eps": 1e-3})
    (layer,) = [layer for layer in model.net_.module_.modules() if isinstance(layer, torch.nn.BatchNorm1d)]
    assert (layer.momentum, layer.eps) == (0.01, 1e-3)
    plain = fitted("16N-linear-BN-relu", None)
    assert not np.allclose(plain.predict_proba(digits.test.X), model.predict_proba(digits.test.X))
    with pytest.raises(UnknownNameError, match="unknown batch_norm_params 'momentun'. Did you mean 'momentum'"):
        fitted("16N-BN", {"momentun": 0.1})
    with pytest.raises(ValueError, match="batch_norm_params: eps must be a number above 0 and below 1, got 0"):
        fitted("16N-BN", {"eps": 0})
