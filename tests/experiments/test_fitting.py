"""A method fitted to be kept: as a suite's trial of it, with a card that says how it was made."""

import shlex

import numpy as np
import pytest

from hdr_bench import load_dataset, make_estimator
from hdr_bench.exceptions import DatasetNotFoundError, EstimatorError, SuiteError, UnknownNameError
from hdr_bench.experiments.fitting import FitRequest, fit_command, fit_model, read_params, read_value, write_value
from hdr_bench.models.calibration import fit_reading

THREADS = []


@pytest.fixture(autouse=True)
def _threads(monkeypatch):
    """The threads of the process of the tests stay as they are."""
    THREADS.clear()
    monkeypatch.setattr("hdr_bench.experiments.fitting.limit_threads", THREADS.append)


def test_the_model_is_that_of_the_estimator_and_the_card_says_so():
    request = FitRequest("tree", "digits-8x8", {"max_depth": 7}, ("deskew",), samples=500, seed=3, threads=1)
    fitted = fit_model(request)
    digits = load_dataset("digits-8x8").subsample(500)
    tree = make_estimator("tree", max_depth=7, random_state=3)
    expected = tree.fit(fitted.model[0].transform(digits.train.X), digits.train.y)
    y_pred = expected.predict(fitted.model[0].transform(digits.test.X))
    np.testing.assert_array_equal(fitted.model.predict(digits.test.X), y_pred)
    card = fitted.card
    assert (card.method.name, card.method.parameters) == ("tree", {"max_depth": 7, "random_state": 3})
    assert [step.name for step in card.steps] == ["deskew"]
    assert (card.data.name, card.data.n_train, card.data.date, card.seed) == ("digits-8x8", 500, "1998", 3)
    assert card.data.fingerprint == load_dataset("digits-8x8").fingerprint
    (score,) = card.scores
    assert (score.n_errors, score.n_images) == (np.count_nonzero(y_pred != digits.test.y), 360)
    assert score.low < score.accuracy < score.high
    assert card.image_shape == (8, 8)
    assert card.command == fit_command(request)
    assert THREADS == [1]


def test_a_model_of_28x28_images_knows_how_sure_it_may_be_when_it_reads_pictures():
    fitted = fit_model(FitRequest("svm", "mnist-5k", samples=600))
    reading = fitted.card.reading
    assert reading == fit_reading(fitted.model, *_training_images(600))
    assert reading.calibrated
    assert reading.n_images == 100
    assert fit_model(FitRequest("tree", "digits-8x8")).card.reading is None


def _training_images(n):
    train = load_dataset("mnist-5k").subsample(n).train
    return train.X, train.y


def test_a_dotted_path_is_named_as_it_was_given():
    assert fit_model(FitRequest("sklearn.naive_bayes.GaussianNB", "digits-8x8")).card.method.name.count("._") == 0


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (FitRequest("knm", "digits-8x8"), UnknownNameError, "Did you mean 'knn'?"),
        (FitRequest("knn", "digits-8x8", {"n_neighbours": 3}), UnknownNameError, "Did you mean 'n_neighbors'?"),
        (FitRequest("knn", "digits-8x8", {"n_neighbors": 0}), SuiteError, "^'knn': n_neighbors must be an integer"),
        (FitRequest("knn", "digits-8x8", {"n_neighbors": 9999}), SuiteError, "at most n_samples=1437"),
        (FitRequest("knn", "digits-8x8", steps=("deskw",)), UnknownNameError, "Did you mean 'deskew'?"),
        (FitRequest("knn", "digits-8y8"), UnknownNameError, "Did you mean 'digits-8x8'?"),
        (FitRequest("knn", "npz:none.npz"), DatasetNotFoundError, "none.npz"),
        (FitRequest("sklearn.svm.SVR", "digits-8x8"), EstimatorError, "SVR is a regressor"),
    ],
)
def test_what_cannot_be_fitted_is_said_before_anything_is(request_, error, words):
    with pytest.raises(error, match=words):
        fit_model(request_, lambda _: pytest.fail("it was nearly fitted"))


@pytest.mark.parametrize(
    "value",
    [
        "it's",
        "'7'",
        '"7"',
        " 7",
        " rbf ",
        "",
        "true",
        "a\nb",
        "C:\\new",
        ["it's", "both ' and \"", "a\tb\x7f", "é"],
        {"it's": 1, "a b": "x", "": [True, {"inner": "'"}]},
    ],
)
def test_the_command_line_reads_what_it_writes(value):
    assert read_params([f"x={write_value(value)}"]) == {"x": value}
    words = shlex.split(fit_command(FitRequest("svm", params={"x": value})))
    assert read_params([words[words.index("--param") + 1]]) == {"x": value}


def test_parameters_of_the_command_line():
    given = ["C=2.5", "n=3", "kernel=rbf", "s='7'", "shape=[8, 8]", "on=true", "p={ betas = [0.5, 0.9] }", "x=a=b"]
    params = read_params(given)
    assert params == {
        "C": 2.5,
        "n": 3,
        "kernel": "rbf",
        "s": "7",
        "shape": [8, 8],
        "on": True,
        "p": {"betas": [0.5, 0.9]},
        "x": "a=b",
    }
    assert {name: read_value(write_value(value)) for name, value in params.items()} == params
    for text in ("C", "=3", " =3", "C=1\nD=2"):
        if text == "C=1\nD=2":
            assert read_params([text]) == {"C": "1\nD=2"}
            continue
        with pytest.raises(SuiteError, match="NAME=VALUE"):
            read_params([text])
    with pytest.raises(SuiteError, match="given twice"):
        read_params(["C=1", "C=2"])
