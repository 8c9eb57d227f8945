import pytest
import torch

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier, MLPClassifier
from hdr_bench.estimators.neural.initialization import WEIGHT_INITS


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def _mlp(**params):
    return MLPClassifier(**{"layers": "32N", "max_epochs": 6, "random_state": 0, "label_smoothing": 0.0, **params})


@pytest.mark.parametrize("name", WEIGHT_INITS)
def test_weights_start_as_named(digits, name):
    model = _mlp(layers="300N-300N", weight_init=name, lr=1e-12, max_epochs=1).fit(digits.train.X, digits.train.y)
    weight, bias = model.net_.module_[1].weight.detach(), model.net_.module_[1].bias.detach()
    deviation = {
        "xavier_uniform": (2 / (784 + 300)) ** 0.5,
        "xavier_normal": (2 / (784 + 300)) ** 0.5,
        "kaiming_uniform": (2 / 784) ** 0.5,
        "kaiming_normal": (2 / 784) ** 0.5,
        "lecun_normal": (1 / 784) ** 0.5,
        "orthogonal": (1 / 784) ** 0.5,
        "uniform": 0.05 / 3**0.5,
        "normal": 0.05,
    }[name]
    assert float(weight.std()) == pytest.approx(deviation, rel=0.03)
    assert float(bias.abs().max()) < 1e-9


def test_weights_start_by_kind_of_layer(digits):
    kinds = {"convolution": "lecun_normal", "output": "uniform"}
    model = CNNClassifier("40C7-MP4-300N", weight_init=kinds, lr=1e-12, max_epochs=1, random_state=0)
    network = model.fit(digits.train.X, digits.train.y).net_.module_
    network.requires_grad_(False)
    convolution, dense, output = (layer for layer in network if hasattr(layer, "weight"))
    assert float(convolution.weight.std()) == pytest.approx(1 / 7, rel=0.05)
    assert float(output.weight.abs().max()) == pytest.approx(0.05, rel=0.01)
    assert float(dense.bias.abs().max()) > 0, "torch's own start has biases"
    with pytest.raises(ValueError, match="unknown kind of layer in weight_init 'conv'. Choose from: convolution"):
        CNNClassifier(weight_init={"conv": "uniform"}).fit(digits.train.X, digits.train.y)


def test_weights_start_again_with_the_seed(digits):
    weights = [
        _mlp(weight_init="orthogonal", random_state=seed, max_epochs=1)
        .fit(digits.train.X, digits.train.y)
        .net_.module_[1]
        .weight
        for seed in (0, 0, 1)
    ]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
