"""Activations of hidden layers: which layer, in which order, and what other methods make of them."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from hdr_bench import Case, Suite, load_dataset, make_estimator
from hdr_bench.estimators import CNNClassifier, HiddenActivations, KNNClassifier, MLPClassifier, make_transformer
from hdr_bench.estimators.neural.hidden import hidden_outputs
from hdr_bench.exceptions import SuiteError, UnknownNameError
from hdr_bench.experiments.measuring.attributes import count_with_steps
from hdr_bench.experiments.runner import plan_suite
from hdr_bench.records.options import RunOptions

QUICK = {"max_epochs": 3, "random_state": 0}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


@pytest.fixture(scope="module")
def cnn(digits):
    return CNNClassifier("4C5-MP2-8C5-AP2-BN-16N-D0.2", **QUICK).fit(digits.train.X, digits.train.y)


def _fitted(network, layer, digits):
    return HiddenActivations(clone(network), layer=layer).fit(digits.train.X, digits.train.y)


def test_the_default_layer_is_the_input_of_the_output_layer(digits, cnn):
    features = _fitted(cnn, -2, digits).transform(digits.test.X)
    hidden, _ = hidden_outputs(cnn, digits.test.X)
    np.testing.assert_array_equal(features, hidden)
    assert features.dtype == np.float32
    assert features.shape == (len(digits.test), 16)


def test_the_last_layer_gives_the_outputs_that_decide(digits, cnn):
    outputs = _fitted(cnn, -1, digits).transform(digits.test.X)
    np.testing.assert_array_equal(cnn.classes_[outputs.argmax(axis=1)], cnn.predict(digits.test.X))


def test_each_layer_has_the_values_of_a_network_computed_in_the_order_of_its_table(digits, cnn):
    # Its first activation is computed after the maximum pooling that follows it in the table.
    first, pooled, activation, second = list(cnn.net_.module_)[:4]
    assert (type(pooled).__name__, type(activation).__name__) == ("MaxPool2d", "ReLU")
    images = torch.from_numpy(digits.test.images[:20].astype(np.float32) / 255).unsqueeze(1)
    with torch.no_grad():
        convolved = first(images)
        expected = [convolved, convolved.relu(), pooled(convolved.relu()), second(pooled(convolved.relu()))]
    for layer, values in enumerate(expected):
        features = _fitted(cnn, layer, digits).transform(digits.test.X[:20])
        np.testing.assert_allclose(features, values.flatten(1).numpy(), atol=1e-5)


def test_a_token_stands_for_its_layer_with_the_activation_after_it(digits, cnn):
    by_name, by_place = (_fitted(cnn, layer, digits) for layer in ("8C5", 4))
    assert by_name.layer_ == 4
    np.testing.assert_array_equal(by_name.transform(digits.test.X), by_place.transform(digits.test.X))
    assert by_name.transform(digits.test.X).min() == 0
    assert _fitted(cnn, "BN", digits).layer_ == 6


@pytest.mark.parametrize(
    ("layers", "layer", "fault", "words"),
    [
        ("8N-4N", "80N", UnknownNameError, "unknown layer '80N'. Did you mean '8N'"),
        ("8N-8N", "8N", ValueError, "'8N' occurs 2 times in F-8N-relu-8N-relu-OUT; give its position instead: 1, 3"),
        ("8N", 4, ValueError, "layer must be between -4 and 3 for the 4 layers F-8N-relu-OUT, got 4"),
        ("8N", -5, ValueError, "got -5"),
        ("8N", 1.5, ValueError, "layer must be an integer or an instance of 'str', got 1.5"),
    ],
)
def test_layers_that_do_not_exist(digits, layers, layer, fault, words):
    with pytest.raises(fault, match=words):
        HiddenActivations(CNNClassifier(layers, **QUICK), layer=layer).fit(digits.train.X, digits.train.y)


def test_only_networks_have_layers(digits):
    with pytest.raises(ValueError, match="estimator must be an instance of .*MLPClassifier.*, got KNNClassifier"):
        HiddenActivations(KNNClassifier()).fit(digits.train.X, digits.train.y)
    with pytest.raises(ValueError, match="requires y to be passed"):
        HiddenActivations(MLPClassifier("8N")).fit(digits.train.X, None)


def test_the_given_network_stays_unfitted_and_features_have_names(digits):
    network = MLPClassifier("8N", **QUICK)
    features = HiddenActivations(network).fit(digits.train.X, digits.train.y)
    assert not hasattr(network, "net_")
    assert list(features.get_feature_names_out())[::7] == ["hiddenactivations0", "hiddenactivations7"]


def test_neighbours_in_the_last_layer_are_as_good_as_its_network(digits):
    network = CNNClassifier("8C5-MP2-16C5-MP2-32N", max_epochs=6, random_state=0)
    model = make_pipeline(HiddenActivations(network), KNNClassifier()).fit(digits.train.X, digits.train.y)
    plain = KNNClassifier().fit(digits.train.X, digits.train.y)
    accuracy = model.score(digits.test.X, digits.test.y)
    assert accuracy > plain.score(digits.test.X, digits.test.y) + 0.02
    assert accuracy > clone(network).fit(digits.train.X, digits.train.y).score(digits.test.X, digits.test.y) - 0.02


def test_it_says_the_same_when_loaded(digits, cnn):
    features = _fitted(cnn, -2, digits)
    again = pickle.loads(pickle.dumps(features))
    np.testing.assert_array_equal(again.transform(digits.test.X), features.transform(digits.test.X))
    assert again.engine_ == "torch"


def test_what_a_pipeline_counts_includes_the_network_up_to_the_layer(digits):
    network = MLPClassifier("8N", **QUICK)
    model = make_pipeline(HiddenActivations(network), KNNClassifier()).fit(digits.train.X, digits.train.y)
    n = len(digits.train)
    assert count_with_steps(model, "n_multiply_accumulates_") == 784 * 8 + n * 8
    assert count_with_steps(model, "n_stored_variables_") == 785 * 8 + n * 8
    # Nearest neighbours have no fixed number of parameters.
    assert count_with_steps(model, "n_parameters_") is None


def test_a_suite_that_names_it_is_checked_before_anything_is_run():
    def suite(**params):
        network = {"estimator": "cnn", "params": {"layers": "4C5-AP2-16N", **params.pop("network", {})}}
        step = {"name": "hidden-activations", "params": {"estimator": network, **params}}
        case = Case(name="A", estimator="knn", steps=[step])
        return Suite(name="s", title="S", dataset="mnist-5k", cases=[case])

    for params, words in (
        ({"layer": "17N"}, "unknown layer '17N'. Did you mean '16N'"),
        ({"layer": 9}, "layer must be between -7 and 6"),
        ({"network": {"layers": "4C50-16N"}}, "4C50"),
    ):
        with pytest.raises(SuiteError, match=words):
            plan_suite(suite(**params), RunOptions())


def test_the_number_of_features_is_known_before_the_fit_except_that_of_the_outputs():
    network = make_estimator("cnn", layers="4C5-AP2-16N")
    sizes = [make_transformer("hidden-activations", estimator=network, layer=n)._n_features_after(784) for n in (0, 4)]
    assert sizes == [4 * 24 * 24, 16]
    assert make_transformer("hidden-activations", estimator=network, layer=-1)._n_features_after(784) is None
