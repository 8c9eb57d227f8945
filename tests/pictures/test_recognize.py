"""Marks recognized: columns, temperature, threshold, of any model; what the embedded one is, is tested beside it."""

from typing import Any

import numpy as np
import pytest

from hdr_bench import load_dataset, make_estimator
from hdr_bench.estimators.neural.hidden import hidden_outputs
from hdr_bench.exceptions import ModelFileError, PredictionsError
from hdr_bench.models import ReadingNumbers, describe_estimator, save_model
from hdr_bench.models.calibration import fit_reading
from hdr_bench.models.own_networks import ImageFunctionClassifier
from hdr_bench.pictures.recognize import Recognizer, load_recognizer
from tests.helpers.method_table import METHODS
from tests.helpers.unlucky_tree import FailsForSeedOne


@pytest.fixture(scope="module")
def digits() -> Any:
    return load_dataset("mnist-5k").subsample(400)


def fit(name: str, digits: Any) -> Any:
    method = METHODS[name]
    return make_estimator(name, **(method.params | method.quick)).fit(digits.train.X, digits.train.y)


@pytest.fixture(scope="module")
def linear(digits: Any) -> Any:
    return fit("linear", digits)


@pytest.mark.parametrize("name", list(METHODS))
def test_any_method_is_a_reader(name: str, digits: Any) -> None:
    model = fit(name, digits)
    images = digits.test.images[:200]
    answers = load_recognizer(model).recognize(images)
    assert answers.probabilities.shape == (200, 10)
    np.testing.assert_allclose(answers.probabilities.sum(axis=1), 1)
    assert (answers.probabilities.argmax(axis=1) == model.predict(images.reshape(200, -1))).all()
    assert answers.scores.shape == answers.accepted.shape == (200,)
    # Without a threshold of its own a method without probabilities refuses nothing.
    assert answers.accepted.all() or METHODS[name].has_probabilities


def test_a_file_brings_its_temperature_and_threshold(linear: Any, digits: Any, tmp_path: Any) -> None:
    numbers = fit_reading(linear, digits.train.X, digits.train.y)
    card = describe_estimator(linear).model_copy(update={"reading": numbers})
    recognizer = load_recognizer(save_model(linear, tmp_path / "mine.hdrm", card=card))
    assert recognizer.name == "mine"
    answers = recognizer.recognize(digits.test.images)
    assert recognizer.threshold == numbers.threshold
    assert 0.9 < answers.accepted.mean() < 1
    assert (answers.accepted == (answers.scores >= numbers.threshold)).all()
    accuracy = (answers.probabilities.argmax(axis=1) == digits.test.y).mean()
    assert answers.probabilities.max(axis=1).mean() == pytest.approx(accuracy, abs=0.1)


def test_a_higher_temperature_makes_probabilities_more_even(linear: Any, digits: Any) -> None:
    tops = [
        Recognizer(linear, temperature, 0.0, "linear").recognize(digits.test.images).probabilities.max(axis=1)
        for temperature in (0.5, 1.0, 5.0)
    ]
    assert (tops[0] >= tops[1]).all()
    assert (tops[1] >= tops[2]).all()


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([9, 3, 4], tuple("0123456789")),
        (["9", "x", "4"], (*"0123456789", "x")),
        ([9.0, 3.0, 4.0], tuple("0123456789")),
    ],
)
def test_columns_are_digits_whatever_the_classes(labels: list[Any], names: tuple[str, ...]) -> None:
    X = np.repeat(np.eye(3, 784) * 255, 4, axis=0).astype(np.uint8)
    model = make_estimator("knn", n_neighbors=1).fit(X, np.repeat(labels, 4))
    recognizer = load_recognizer(model)
    assert recognizer.class_names == names
    answers = recognizer.recognize(X[::4].reshape(3, 28, 28))
    assert [names[column] for column in answers.probabilities.argmax(axis=1)] == [str(each)[0] for each in labels]
    assert answers.accepted.tolist() == [str(each)[0].isdigit() for each in labels]


def test_no_images_have_no_answers(linear: Any) -> None:
    answers = load_recognizer(linear).recognize(np.zeros((0, 28, 28), np.uint8))
    assert answers.probabilities.shape == (0, 10)
    assert answers.scores.shape == answers.accepted.shape == (0,)


def test_a_reader_is_returned_as_it_is(linear: Any) -> None:
    recognizer = load_recognizer(linear)
    assert load_recognizer(recognizer) is recognizer


def test_a_model_of_other_images_is_refused(tmp_path: Any) -> None:
    small = load_dataset("digits-8x8").subsample(100)
    model = make_estimator("linear", tol=1e-2).fit(small.train.X, small.train.y)
    with pytest.raises(ValueError, match=r"images of 8x8 pixels; to read pictures, it must be fitted on 28x28"):
        load_recognizer(model)
    path = save_model(model, tmp_path / "small.hdrm")
    with pytest.raises(ModelFileError, match=r"small\.hdrm: small was fitted on images of 8x8 pixels"):
        load_recognizer(path)


def test_a_file_that_is_refused_is_named_once(tmp_path: Any) -> None:
    small = load_dataset("digits-8x8").subsample(100)
    tree = FailsForSeedOne(random_state=0).fit(small.train.X, small.train.y)
    path = save_model(tree, tmp_path / "mine.hdrm", trust=True)
    with pytest.raises(ModelFileError, match="contains a pickle") as refused:
        load_recognizer(path)
    assert str(refused.value).count("mine.hdrm") == 1


@pytest.mark.parametrize("model", [make_estimator("linear"), 5], ids=["unfitted", "number"])
def test_what_is_no_fitted_classifier_is_refused(model: Any) -> None:
    with pytest.raises(ValueError, match="cannot read pictures: use a fitted classifier"):
        load_recognizer(model)


def test_a_model_without_digits_is_refused() -> None:
    model = make_estimator("knn", n_neighbors=1).fit(np.eye(4, 784), list("abab"))
    with pytest.raises(ValueError, match=r"has no digits among its classes \['a', 'b'\]"):
        load_recognizer(model)


def test_hidden_outputs_lead_to_the_probabilities(digits: Any) -> None:
    model = fit("cnn", digits)
    rows = digits.test.X[:700]
    hidden, outputs = hidden_outputs(model, rows)
    assert len(hidden) == len(outputs) == 700
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    np.testing.assert_allclose(powers / powers.sum(axis=1, keepdims=True), model.predict_proba(rows), atol=1e-6)
    last = model.net_.module_[-1]
    np.testing.assert_allclose(hidden @ last.weight.detach().numpy().T + last.bias.detach().numpy(), outputs, atol=1e-4)


def test_weights_of_another_network_are_refused(digits: Any, tmp_path: Any) -> None:
    model = fit("mlp", digits)
    numbers = ReadingNumbers(weights=(1.0, 2.0))
    card = describe_estimator(model).model_copy(update={"reading": numbers})
    recognizer = load_recognizer(save_model(model, tmp_path / "mlp.hdrm", card=card))
    with pytest.raises(ValueError, match="2 weights for a layer of"):
        recognizer.recognize(digits.test.images[:3])


def test_a_network_of_other_classes_than_it_says_is_refused() -> None:
    def eleven(images: np.ndarray) -> np.ndarray:
        return np.full((len(images), 11), 1 / 11)

    recognizer = load_recognizer(ImageFunctionClassifier(eleven))
    with pytest.raises(PredictionsError, match="returned 11 probabilities per image, but has 10 classes"):
        recognizer.recognize(np.ones((2, 28, 28), np.uint8))
