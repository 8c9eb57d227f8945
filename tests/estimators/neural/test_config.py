"""The configuration that the training of a network reads."""

import inspect
from dataclasses import FrozenInstanceError, fields

import pytest

from hdr_bench.estimators import CNNClassifier, MLPClassifier
from hdr_bench.estimators.neural.config import NetConfig
from hdr_bench.exceptions import UnknownNameError

OF_THE_DATA = {"image_shape", "pixel_scale", "random_state"}


@pytest.mark.parametrize("network", [MLPClassifier, CNNClassifier])
def test_it_has_each_parameter_that_does_not_depend_on_the_data(network):
    parameters = set(inspect.signature(network).parameters)
    assert {field.name for field in fields(NetConfig)} == parameters - OF_THE_DATA | {"fewest_epochs"}
    config = network(lr=0.25, batch_size=7)._config()
    assert (config.lr, config.batch_size) == (0.25, 7)
    with pytest.raises(FrozenInstanceError):
        config.lr = 0.5


@pytest.mark.parametrize(
    ("params", "share", "epochs"),
    [
        ({"max_epochs": 3}, 0.0, 3),
        ({"batch_size": 100}, 0.0, 80),
        ({"batch_size": 10}, 0.0, 8),
        ({"batch_size": 100, "validation_fraction": 0.5}, 0.5, 100),
        ({"batch_size": 100, "early_stopping": True}, 0.1, 89),
        ({"batch_size": 100, "early_stopping": True, "validation_fraction": 0.5}, 0.5, 100),
    ],
)
def test_epochs_follow_what_is_left_to_learn_from(params, share, epochs):
    model = MLPClassifier(**params)
    config = model._config()
    assert config.held_out_share == share
    assert config.n_learnt(1000) == 1000 - 1000 * share
    assert model.epochs_for(1000) == config.epochs(config.n_learnt(1000)) == epochs


def test_a_distortion_is_checked_when_it_is_read():
    assert MLPClassifier()._config().distortion is None
    assert MLPClassifier(augmentation={"rotation": 5})._config().distortion.rotation == 5
    with pytest.raises(UnknownNameError, match="parameter of augmentation 'rotations'. Did you mean 'rotation'"):
        _ = MLPClassifier(augmentation={"rotations": 5})._config().distortion
