"""Attacks beside those of the Adversarial Robustness Toolbox, on one network."""

import numpy as np
import pytest
from torch import nn

from hdr_bench.robustness import attack_images, make_attack
from tests.helpers.attacked_models import accuracy, fitted, some_digits


@pytest.fixture(scope="module")
def evasion():
    # Here, not at the top: it takes a second, which each process that collects tests would spend.
    return pytest.importorskip("art.attacks.evasion")


@pytest.fixture(scope="module")
def peer(evasion):
    """The network, for images from 0 to 1, which the toolbox is told."""
    from art.estimators.classification import PyTorchClassifier

    network = fitted("cnn").net_.module_
    return PyTorchClassifier(
        network.eval(), nn.CrossEntropyLoss(), (1, 28, 28), 10, clip_values=(0.0, 1.0), device_type="cpu"
    )


@pytest.fixture(scope="module")
def right():
    """Images that the network gets right: the toolbox attacks the others too."""
    images, labels = some_digits(150)
    known = fitted("cnn").predict(images) == labels
    return images[known], labels[known]


def _scaled(images):
    return images[:, None].astype(np.float32) / 255


@pytest.mark.parametrize("eps", [0.1, 0.3])
def test_fgsm_makes_the_same_images(evasion, peer, right, eps):
    images, labels = right
    theirs = evasion.FastGradientMethod(peer, eps=eps).generate(_scaled(images), labels)[:, 0] * 255
    ours = attack_images(fitted("cnn"), images, labels, make_attack("fgsm", eps))
    # Where a slope is 0 up to rounding its sign is too.
    assert (np.abs(ours - theirs) > 1e-3).mean() < 1e-3


def test_pgd_misleads_as_often(evasion, peer, right):
    images, labels = right
    options = {"eps": 0.1, "eps_step": 0.025, "max_iter": 10, "num_random_init": 1, "verbose": False}
    np.random.seed(0)  # noqa: NPY002  # the toolbox draws from it
    theirs = evasion.ProjectedGradientDescent(peer, **options).generate(_scaled(images), labels)[:, 0] * 255
    ours = attack_images(fitted("cnn"), images, labels, make_attack("pgd", 0.1, steps=10))
    assert np.abs(theirs - images).max() == pytest.approx(25.5, abs=1e-3)
    shares = [accuracy(fitted("cnn"), attacked, labels) for attacked in (ours, theirs)]
    assert shares[0] == pytest.approx(shares[1], abs=0.03)
    assert 0 < shares[0] < 0.9
