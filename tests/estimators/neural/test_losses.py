import numpy as np
import pytest
import torch

from hdr_bench import load_dataset
from hdr_bench.estimators import MLPClassifier
from hdr_bench.estimators.neural.losses import LOSSES, make_loss


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def _mlp(**params):
    return MLPClassifier(**{"layers": "32N", "max_epochs": 6, "random_state": 0, "label_smoothing": 0.0, **params})


def test_the_loss_is_the_formula(digits):
    outputs, labels = torch.randn(7, 4, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 2, 3, 0, 1, 1])
    weight = torch.tensor([1.0, 2.0, 0.5, 3.0])
    shares = torch.softmax(outputs, dim=1)
    target = 0.9 * torch.eye(4)[labels] + 0.1 / 4
    counts = weight[labels] / weight[labels].sum()
    squared = ((shares - target) ** 2).mean(dim=1)
    divergence = (target * (target.log() - shares.log())).sum(dim=1)
    assert make_loss("squared_error", 0.1, weight)(outputs, labels) == pytest.approx(float((counts * squared).sum()))
    assert make_loss("kl_divergence", 0.1, None)(outputs, labels) == pytest.approx(float(divergence.mean()))
    plain = make_loss("cross_entropy", 0.0, weight)(outputs, labels)
    assert plain == pytest.approx(float((counts * -shares[torch.arange(7), labels].log()).sum()))
    smooth = make_loss("cross_entropy", 0.1, weight)(outputs, labels)
    assert smooth == pytest.approx(float((counts * -(target * shares.log()).sum(dim=1)).sum()))
    assert float(make_loss("cross_entropy", 0.1, torch.tensor([0.0, 1, 1, 1]))(outputs[[0, 4]], labels[[0, 4]])) == 0
    # Without smoothing the divergence from a one-hot target is the cross-entropy.
    assert make_loss("kl_divergence", 0.0, weight)(outputs, labels) == pytest.approx(float(plain))


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_learns(digits, loss):
    model = _mlp(loss=loss, max_epochs=15, lr=0.01).fit(digits.train.X, digits.train.y)
    assert model.score(digits.test.X, digits.test.y) > 0.8
    np.testing.assert_allclose(model.predict_proba(digits.test.X).sum(axis=1), 1, rtol=1e-5)


def test_smoothing_makes_probabilities_modest(digits):
    highest = [
        _mlp(label_smoothing=share, max_epochs=30)
        .fit(digits.train.X, digits.train.y)
        .predict_proba(digits.train.X)
        .max(axis=1)
        for share in (0.0, 0.2)
    ]
    assert highest[0].mean() > 0.95
    assert highest[1].mean() < 0.9


def test_class_weights_move_the_decision(digits):
    few_fives = (digits.train.y != 5) | (np.arange(1000) % 8 == 0)
    X, y = digits.train.X[few_fives], digits.train.y[few_fives]
    plain = _mlp(max_epochs=15).fit(X, y)
    for weight in ("balanced", {5: 8}):
        weighted = _mlp(max_epochs=15, class_weight=weight).fit(X, y)
        fives = digits.test.X[digits.test.y == 5]
        assert (weighted.predict(fives) == 5).mean() > (plain.predict(fives) == 5).mean() + 0.05
    ignored = _mlp(max_epochs=8, class_weight={5: 0.0}, batch_size=2).fit(X[::3], y[::3])
    assert (ignored.predict(digits.test.X) != 5).all()
