"""How a card names the method of an estimator."""

from skorch import NeuralNetClassifier
from torch import nn

from hdr_bench.models.estimator_card import describe_step


def test_a_net_of_skorchs_has_the_parameters_that_are_not_its_defaults():
    step = describe_step(NeuralNetClassifier(nn.Identity, max_epochs=3, verbose=0, module__size=2))
    assert step.name == "skorch.classifier.NeuralNetClassifier"
    assert step.parameters == {
        "module": "torch.nn.modules.linear.Identity",
        "max_epochs": 3,
        "verbose": 0,
        "module__size": 2,
    }
