"""Adversarial training: what it makes of batches, what it learns, and what stays as it was."""

import pickle

import numpy as np
import pytest
import torch
from torch import nn

from hdr_bench.estimators import AdversarialTraining, CNNClassifier, MLPClassifier
from hdr_bench.estimators.neural.adversary import Adversary, input_gradient, log_odds_against
from hdr_bench.exceptions import UnknownNameError
from hdr_bench.models import load_model, save_model
from hdr_bench.robustness import attack_images, make_attack
from tests.helpers.attacked_models import accuracy, few_digits, rows_of, some_digits

TINY = {"layers": "4C5-BN-MP4-D0.2-8N", "max_epochs": 2, "random_state": 0}
ADVERSARIAL = {"eps": 0.2, "steps": 2, "ramp_epochs": 1}


@pytest.fixture(scope="module")
def digits():
    images, labels = some_digits(100)
    return rows_of(images), labels


@pytest.fixture(scope="module")
def tiny(digits):
    return CNNClassifier(**TINY, adversarial=ADVERSARIAL).fit(*digits)


def _network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(36, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3))


def test_misleading_images_are_in_reach_and_raise_the_loss():
    # The range of the pixels is not that of numbers from 0 to 1, and a pixel is beyond it.
    images = torch.rand(20, 1, 6, 6, generator=torch.Generator().manual_seed(1)) * 2 - 1
    images[0, 0, 0, 0] = 1.5
    codes, network = torch.arange(20) % 3, _network().train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    adversary = Adversary(AdversarialTraining(eps=0.1, steps=3), low=-1, high=1, n_batches=5)
    moved = adversary.mislead(network, images, codes, torch.Generator().manual_seed(0))
    assert float((moved - images).abs().max()) == pytest.approx(0.2, abs=1e-6)
    assert (float(moved[1:].min()), float(moved[1:].max())) == (-1, 1)
    assert 1.3 - 1e-6 <= float(moved[0, 0, 0, 0]) <= 1.5
    assert network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())
    network.eval()
    with torch.no_grad():
        losses = [log_odds_against(network(each), codes) for each in (images, moved)]
    assert bool((losses[1] > losses[0]).all())
    again = adversary.mislead(network, images, codes, torch.Generator().manual_seed(0))
    torch.testing.assert_close(again, moved)


def test_its_gradient_has_the_direction_of_the_cross_entropys():
    images, codes, network = torch.rand(10, 1, 6, 6), torch.arange(10) % 3, _network().eval()
    _, losses, gradient = input_gradient(network, images, codes)
    pixels = images.clone().requires_grad_(True)
    entropy = nn.functional.cross_entropy(network(pixels), codes, reduction="none")
    (expected,) = torch.autograd.grad(entropy.sum(), pixels)
    # A weight of each image above 0: the probability of the other classes.
    weights = torch.sigmoid(losses).view(-1, 1, 1, 1)
    torch.testing.assert_close(gradient * weights, expected, rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(torch.log1p(losses.exp()), entropy.detach())


def test_a_ramp_grows_batch_by_batch_to_the_full_length():
    images, codes, network = torch.full((2, 1, 6, 6), 0.5), torch.tensor([0, 1]), _network()
    adversary = Adversary(AdversarialTraining(eps=0.4, ramp_epochs=2), low=0, high=1, n_batches=2)
    reaches = [float((adversary.mislead(network, images, codes, None) - images).abs().max()) for _ in range(6)]
    assert reaches == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4], abs=1e-6)


def test_step_lengths_are_those_of_the_papers():
    assert AdversarialTraining(eps=0.2).step_length == pytest.approx(0.25)
    assert AdversarialTraining(eps=0.2, steps=10).step_length == pytest.approx(0.05)
    assert AdversarialTraining(eps=0.2, steps=10, step_size=0.01).step_length == 0.01


def test_it_withstands_an_attack_better():
    train = few_digits().train
    images, labels = some_digits(100)
    params = {"layers": "6C5-MP4-16N", "max_epochs": 15, "lr": 0.02, "random_state": 0}
    attack = make_attack("pgd", 0.1, steps=10)
    plain, learned = (
        CNNClassifier(**params, adversarial=adversarial).fit(train.X, train.y)
        for adversarial in (None, {"eps": 0.15, "ramp_epochs": 5})
    )
    robust = [accuracy(each, attack_images(each, images, labels, attack), labels) for each in (plain, learned)]
    assert robust[1] > robust[0] + 0.1
    assert accuracy(learned, images, labels) > 0.6


def test_the_same_seed_gives_equal_networks_and_another_way_another(tiny, digits):
    expected = tiny.predict_proba(digits[0])
    again = CNNClassifier(**TINY, adversarial=AdversarialTraining(**ADVERSARIAL))
    with torch.inference_mode():
        before = torch.get_rng_state()
        np.testing.assert_array_equal(again.fit(*digits).predict_proba(digits[0]), expected)
        assert torch.equal(torch.get_rng_state(), before)
    plain = CNNClassifier(**TINY).fit(*digits)
    assert (plain.predict_proba(digits[0]) != expected).any()
    assert not hasattr(plain, "pixel_range_")
    assert tiny.pixel_range_ == (0, 255)


@pytest.mark.parametrize("way", ["file", "pickle"])
def test_it_is_saved_and_learns_on(way, tiny, digits, tmp_path):
    if way == "file":
        loaded = load_model(save_model(tiny, tmp_path / "model.hdrm"))
    else:
        loaded = pickle.loads(pickle.dumps(tiny))
    np.testing.assert_array_equal(loaded.predict_proba(digits[0]), tiny.predict_proba(digits[0]))
    assert loaded.get_params() == tiny.get_params()
    before = loaded.predict_proba(digits[0])
    adversary = loaded.net_.adversary
    seen = adversary.seen
    loaded.partial_fit(*digits)
    assert loaded.net_.adversary.seen == seen + 1
    assert (loaded.predict_proba(digits[0]) != before).any()


def test_with_early_stopping_and_distortion_it_learns(digits):
    model = MLPClassifier(
        "8N", max_epochs=2, early_stopping=True, augmentation={"rotation": 5}, adversarial={"steps": 1}, random_state=0
    )
    history = model.fit(*digits).history_
    assert {"train_loss", "train_accuracy", "validation_loss", "validation_accuracy"} <= set(history[0])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"eps": 0}, "eps must be above 0 and at most 1, as a fraction of the pixels' range, got 0"),
        ({"eps": 76.5}, "eps must be above 0 and at most 1, as a fraction of the pixels' range, got 76.5"),
        ({"steps": 0}, "steps must be an integer between 1 and 1,000, got 0"),
        ({"steps": 2.5}, "steps must be an integer between 1 and 1,000, got 2.5"),
        ({"steps": True}, "steps must be an integer between 1 and 1,000, got True"),
        ({"step_size": 0}, "step_size must be above 0 and at most 2, or None to follow eps, got 0"),
        ({"ramp_epochs": -1}, "ramp_epochs must be between 0 and 1,000,000, got -1"),
        ({"ramp_epochs": float("nan")}, "ramp_epochs must be between 0 and 1,000,000, got nan"),
    ],
)
def test_what_cannot_be_is_refused(params, message, digits):
    with pytest.raises(ValueError, match=message):
        AdversarialTraining(**params)
    with pytest.raises(ValueError, match=message):
        MLPClassifier("8N", adversarial=params).fit(*digits)


def test_an_unknown_key_is_refused(digits):
    with pytest.raises(UnknownNameError, match="unknown parameter of adversarial 'epsilon'. Did you mean 'eps"):
        MLPClassifier("8N", adversarial={"epsilon": 0.1}).fit(*digits)
