import pytest
import torch

from hdr_bench import load_dataset
from hdr_bench.estimators import MLPClassifier


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def _mlp(**params):
    return MLPClassifier(**{"layers": "32N", "max_epochs": 6, "random_state": 0, "label_smoothing": 0.0, **params})


def test_every_optimizer_of_torch_that_can_learns(digits):
    steps = {"Adadelta": 1.0, "SGD": 0.1, "ASGD": 0.1, "LBFGS": 0.1, "Rprop": 0.001, "Adafactor": 0.03}
    names = [name for name, kind in vars(torch.optim).items() if isinstance(kind, type) and name != "Optimizer"]
    assert len(names) > 12
    for name in set(names) - {"SparseAdam", "Muon"}:
        model = _mlp(layers="16N", optimizer=name, lr=steps.get(name, 0.01), max_epochs=8 if name != "LBFGS" else 1)
        assert model.fit(digits.train.X, digits.train.y).score(digits.test.X, digits.test.y) > 0.7, name
    for name in ("SparseAdam", "Muon"):
        with pytest.raises(ValueError, match="unknown optimizer of torch.optim"):
            _mlp(optimizer=name).fit(digits.train.X, digits.train.y)


def test_optimizers_take_their_own_parameters(digits):
    model = _mlp(optimizer="SGD", optimizer_params={"momentum": 0.9, "nesterov": True}, lr=0.05)
    group = model.fit(digits.train.X, digits.train.y).net_.optimizer_.param_groups[0]
    assert (group["momentum"], group["nesterov"], group["fused"]) == (0.9, True, True)
    group = _mlp(optimizer_params={"foreach": True}).fit(digits.train.X, digits.train.y).net_.optimizer_.param_groups[0]
    assert (group["foreach"], group["fused"]) == (True, None)
    with pytest.raises(ValueError, match="unknown optimizer_params of SGD 'momentun'. Did you mean 'momentum'"):
        _mlp(optimizer="SGD", optimizer_params={"momentun": 0.9}).fit(digits.train.X, digits.train.y)


@pytest.mark.parametrize("optimizer", ["SGD", "RMSprop", "Adagrad", "NAdam", "Adadelta", "AdamW"])
def test_any_optimizer_of_torch(digits, optimizer):
    lr = {"Adadelta": 1.0, "SGD": 0.1}.get(optimizer, 0.005)
    model = MLPClassifier("64N", optimizer=optimizer, lr=lr, max_epochs=8, random_state=0)
    assert model.fit(digits.train.X, digits.train.y).score(digits.test.X, digits.test.y) > 0.8
