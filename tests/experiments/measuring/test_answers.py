"""What a method answers is one class, and one probability per class, for each image, or its trial has failed."""

import re
from contextlib import nullcontext
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.naive_bayes import GaussianNB

from hdr_bench import load_dataset
from hdr_bench.exceptions import ContradictionWarning, LeftOutScoresWarning, PredictionsError, UnknownClassesWarning
from hdr_bench.experiments.measuring.answers import (
    RANGE_TOLERANCE,
    SUM_TOLERANCE,
    check_classes,
    check_decisions,
    check_labels,
    check_probabilities,
)
from hdr_bench.experiments.measuring.scoring import read_predictions
from hdr_bench.records.store import Store

LABELS = [3, 0, 9, 1]
MASKED = np.ma.masked_array(LABELS, mask=[False, True, False, False])


class UnspeakableError(RuntimeError):
    def __str__(self):
        raise ValueError("no words")


class Unreadable:
    def __array__(self, dtype=None, copy=None):
        raise UnspeakableError


@pytest.mark.parametrize(
    "answer",
    [
        LABELS,
        tuple(LABELS),
        np.array(LABELS, np.uint8),
        np.array(LABELS, np.float32),
        np.array(LABELS, np.float16),
        np.array(LABELS)[:, None],
        np.array(LABELS, np.float64)[:, None],
        np.array(LABELS)[::-1][::-1],
        np.ma.masked_array(LABELS),
        pd.Series(LABELS, index=[7, 6, 5, 4]),
        pd.DataFrame({"label": LABELS}),
        pd.Categorical(LABELS),
        pd.Series(LABELS, dtype="category"),
        pd.Series(LABELS, dtype="Int64"),
        torch.tensor(LABELS),
        torch.tensor(LABELS, dtype=torch.float32, requires_grad=True),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_labels_of_any_container_pass(answer):
    labels = check_labels(answer, 4, 10)
    assert labels.dtype == np.int64
    assert labels.tolist() == LABELS


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([3, 0, 3.7, 1], r"^predicts 3\.7 for image 2; labels must be whole numbers from 0 to 9$"),
        ([3, np.nan, 9, 1], "^predicts nan for image 1; "),
        ([3, 0, 9, np.inf], "^predicts inf for image 3; "),
        ([3, 0, 1e20, 1], r"^predicts 1e\+20 for image 2; "),
        ([3, 0, 9, -1], "^predicts -1 for image 3; "),
        ([3, 10, 9, 1], "^predicts 10 for image 1; "),
        (np.array([3, 200, 9, 1]).astype(np.int8), "^predicts -56 for image 1; "),
        (np.array([3, 2**64 - 1, 9, 1], np.uint64), "^predicts 18446744073709551615 for image 1; "),
        ([3, 0, 9 + 0j, 1], "^predict returned values of type complex128; labels must be whole numbers from 0 to 9$"),
        (np.array(LABELS, "datetime64[D]"), "type datetime64"),
        (np.array(LABELS, "timedelta64[s]"), "type timedelta64"),
        (["3", "0", "9", "1"], "type <U1"),
        (np.array([b"3"] * 4), "type |S1"),
        (np.array(LABELS, object), "type object"),
        (np.array([(3,)] * 4, [("label", int)]), "type .*label"),
        ([True, False, True, True], "type bool, which cannot hold all labels"),
        ([3, 0, 9], r"an array of shape \(3,\) for 4 images; it must return one label per image"),
        ([LABELS], r"shape \(1, 4\)"),
        (np.eye(4), r"shape \(4, 4\)"),
        (3, r"shape \(\)"),
        (None, r"shape \(\)"),
        ([[3], [0, 9], [1]], "returned a value of type list, which is not an array"),
        (pd.Categorical(["3", "0", "9", "1"]), "type object"),
        (pd.Series([3, None, 9, 1], dtype="Int64"), "type object|predicts nan"),
        (torch.full((4,), 3.7), r"^predicts 3\.7"),
        (
            Unreadable(),
            "value of type Unreadable, which is not an array: <UnspeakableError whose text could not be made",
        ),
        (MASKED, "returned a masked array with masked values"),
    ],
)
def test_labels_that_are_none(answer, reason):
    with pytest.raises(PredictionsError, match=reason):
        check_labels(answer, 4, 10)


def test_a_label_that_may_have_wrapped_is_an_error_even_if_it_is_a_class():
    assert check_labels(np.array([44, 1], np.uint8), 2, 256).tolist() == [44, 1]
    with pytest.raises(PredictionsError, match="type uint8, which cannot hold all labels; .* from 0 to 299"):
        check_labels(np.array([300, 1]).astype(np.uint8), 2, 300)


def test_two_classes_may_be_false_and_true():
    assert check_labels([True, False], 2, 2).tolist() == [1, 0]


_dtypes = st.one_of(
    arrays.integer_dtypes(),
    arrays.unsigned_integer_dtypes(),
    arrays.floating_dtypes(),
    arrays.boolean_dtypes(),
    arrays.complex_number_dtypes(),
    arrays.datetime64_dtypes(),
    arrays.unicode_string_dtypes(),
    arrays.byte_string_dtypes(),
)
_shapes = st.one_of(arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4), st.just((3,)), st.just((3, 1)))


def _near_labels(dtype):
    if dtype.kind in "iu":
        low = 0 if dtype.kind == "u" else -3
        return st.one_of(st.integers(low, 12), st.integers(np.iinfo(dtype).min, np.iinfo(dtype).max))
    if dtype.kind == "f":
        return st.one_of(st.sampled_from([0.0, 1.0, 9.0, 10.0, 3.5, -0.0]), arrays.from_dtype(dtype))
    return arrays.from_dtype(dtype)


@given(st.data(), st.integers(1, 12))
def test_any_array_passes_with_equal_labels_or_is_refused(data, n_classes):
    dtype = data.draw(_dtypes)
    answer = data.draw(arrays.arrays(dtype, data.draw(_shapes), elements=_near_labels(dtype)))
    try:
        labels = check_labels(answer, 3, n_classes)
    except PredictionsError:
        # What is refused is no label for at least one image.
        is_label = answer.shape in {(3,), (3, 1)} and answer.dtype.kind in "iuf" and np.isin(answer, range(n_classes))
        assert not np.all(is_label)
        return
    assert labels.shape == (3,)
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, answer.reshape(3))
    assert set(labels.tolist()) <= set(range(n_classes))


@given(
    arrays.arrays(st.sampled_from([np.float16, np.float32, np.float64]), (5, 4), elements=st.floats(-4, 4, width=16))
)
def test_probabilities_of_a_softmax_pass_in_any_precision(values):
    shares = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    checked = check_probabilities(shares, 5, 4)
    assert checked.dtype == np.float32
    np.testing.assert_allclose(checked, shares, atol=1e-6)


_any_number = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-0.5, 1.5)


@given(arrays.arrays(np.float64, (2, 3), elements=_any_number))
def test_any_numbers_are_probabilities_or_refused(values):
    is_in_range = (values >= -RANGE_TOLERANCE) & (values <= 1 + RANGE_TOLERANCE)
    is_good = is_in_range.all() and (np.abs(values.sum(axis=1) - 1) <= SUM_TOLERANCE).all()
    if not is_good:
        with pytest.raises(PredictionsError, match="^predict_proba returned "):
            check_probabilities(values, 2, 3)
        return
    checked = check_probabilities(values, 2, 3)
    assert ((checked >= 0) & (checked <= 1)).all()
    np.testing.assert_allclose(checked, values, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda shares: shares * 7,
            r"^predict_proba returned 3\.5 for image 0; probabilities must be between 0 and 1$",
        ),
        (lambda shares: shares - 0.1, r"returned -0\.1 for image 0"),
        (lambda shares: shares * 0.9, r"a row with sum 0\.9 for image 0; rows must sum to 1, within 0\.001"),
        (lambda shares: shares * 0, "a row with sum 0 for image 0"),
        (
            lambda shares: shares * np.nan,
            "returned nan for image 0; .*; if the loss is nan too, training diverged: lower the learning rate",
        ),
        (lambda shares: shares * np.inf, "returned (nan|inf) for image 0"),
        (lambda shares: shares.astype(complex), "returned values of type complex128; they must be real numbers"),
        (lambda shares: shares.astype(str), "they must be real numbers"),
        (
            lambda shares: shares[:-1],
            r"shape \(2, 4\) for 3 images and 4 classes; it must return one row per image and",
        ),
        (lambda shares: shares[:, :-1], r"shape \(3, 3\)"),
        (lambda shares: shares[:, 0], r"shape \(3,\)"),
        (lambda shares: [shares, shares], r"shape \(2, 3, 4\)"),
        (np.ma.masked_less, "masked"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_probabilities_that_are_none(change, reason):
    shares = np.tile([0.5, 0.5, 0.0, 0.0], (3, 1))
    answer = change(shares, 0.4) if change is np.ma.masked_less else change(shares)
    with pytest.raises(PredictionsError, match=reason):
        check_probabilities(answer, 3, 4)


@pytest.mark.parametrize(
    ("decisions", "n_classes", "shape"),
    [
        (np.zeros(5), 2, (5,)),
        (np.zeros((5, 1)), 2, (5,)),
        (np.zeros((5, 2)), 2, (5, 2)),
        (np.zeros((5, 4)), 4, (5, 4)),
        (np.zeros((5, 6), np.int8), 4, (5, 6)),
        (np.full((5, 4), 1e300), 4, (5, 4)),
    ],
)
def test_decisions_per_class_or_pair(decisions, n_classes, shape):
    checked = check_decisions(decisions, 5, n_classes)
    assert (checked.shape, checked.dtype) == (shape, np.float32)


@pytest.mark.parametrize(
    ("decisions", "n_classes", "reason"),
    [
        (np.zeros(5), 4, r"shape \(5,\) for 5 images and 4 classes; its shape must be \(5, 4\) or \(5, 6\)"),
        (np.zeros((5, 3)), 2, r"its shape must be \(5,\) or \(5, 2\)"),
        (np.zeros((4, 4)), 4, r"shape \(4, 4\)"),
        (np.full((5, 4), np.nan), 4, "returned nan for image 0"),
        (np.zeros((5, 4), complex), 4, "type complex128"),
    ],
)
def test_decisions_that_are_none(decisions, n_classes, reason):
    with pytest.raises(PredictionsError, match=f"^decision_function .*{reason}"):
        check_decisions(decisions, 5, n_classes)


def test_classes_are_those_of_the_data_set_each_once():
    assert check_classes([0, 2.0, 9], 10).tolist() == [0, 2, 9]
    assert check_classes([2, 1], 10).tolist() == [2, 1]
    for classes, reason in (
        ([0, 10], "classes_ has 10 at index 1; labels must be whole numbers from 0 to 9"),
        ([1, 1], r"classes_ is \[1, 1\]; each class must occur once"),
        (["0", "1"], "classes_ returned values of type"),
        ([], "must be a list of classes"),
        ([[0, 1]], r"shape \(1, 2\)"),
    ):
        with pytest.raises(PredictionsError, match=reason):
            check_classes(classes, 10)


class Fitted:
    """A fitted model whose methods return what it was made with."""

    def __init__(self, classes=None, **answers):
        if classes is not None:
            self.classes_ = classes
        for name, answer in answers.items():
            setattr(self, name, partial(self._answer, answer))

    def _answer(self, answer, X):
        return answer


def test_a_class_that_the_training_part_lacks_has_a_probability_of_zero():
    test = load_dataset("digits-8x8").test.take(np.arange(3))
    model = Fitted(classes=[0, 4, 9], predict_proba=np.tile([0.2, 0.5, 0.3], (3, 1)))
    shares = read_predictions(model, test, [4, 4, 4], 10).probabilities
    np.testing.assert_allclose(shares[:, [0, 4, 9]], np.tile([0.2, 0.5, 0.3], (3, 1)), rtol=1e-6)
    np.testing.assert_array_equal(shares.sum(axis=1), np.float32(1))


@pytest.mark.parametrize(
    ("classes", "reason"),
    [
        (None, "there is no classes_"),
        ([str(number) for number in range(10)], "values of type <U1"),
        (3, r"classes_ has shape \(\)"),
        ({"a": 1}, r"classes_ has shape \(\)"),
        ([0, 0, *range(2, 10)], "each class must occur once"),
    ],
)
@pytest.mark.parametrize("method", ["predict_proba", "decision_function"])
def test_scores_of_columns_whose_classes_are_not_known_are_left_out(classes, reason, method):
    test = load_dataset("digits-8x8").test.take(np.arange(3))
    model = Fitted(classes, **{method: np.full((3, 10), 0.1)})
    with pytest.warns(UnknownClassesWarning, match=f"scores of {method} are left out, .*{reason}.*must set classes_"):
        found = read_predictions(model, test, [4, 4, 4], 10)
    assert found.probabilities is found.decisions is None
    assert found.y_pred.tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    ("method", "n_columns"), [("predict_proba", 10), ("decision_function", 10), ("predict_proba", 7)]
)
def test_scores_of_more_columns_than_classes_are_left_out(method, n_columns):
    test = load_dataset("digits-8x8").test.take(np.arange(3))
    model = Fitted([0, 3, 4, 9], **{method: np.full((3, n_columns), 0.1)})
    with pytest.warns(UnknownClassesWarning, match=f"of {method} .* classes_ has 4 classes for {n_columns} columns"):
        found = read_predictions(model, test, [4, 4, 4], 10)
    assert found.probabilities is found.decisions is None


@pytest.mark.parametrize(
    "error", [RuntimeError("not today"), AttributeError("no x"), SystemExit(3), ValueError("y" * 10**6)]
)
def test_scores_that_cannot_be_had_are_left_out_and_the_next_are_taken(error):
    test = load_dataset("digits-8x8").test.take(np.arange(3))

    def fail(X):
        raise error

    model = Fitted(range(10), decision_function=np.eye(10)[[4, 4, 4]])
    model.predict_proba = fail
    with pytest.warns(
        LeftOutScoresWarning, match=f"scores of predict_proba are left out, .* {type(error).__name__}: "
    ) as caught:
        found = read_predictions(model, test, [4, 4, 4], 10)
    assert found.decisions.shape == (3, 10)
    assert len(str(caught[0].message)) < 2_000
    model.decision_function = fail
    with (
        pytest.warns(LeftOutScoresWarning, match="decision_function"),
        pytest.warns(LeftOutScoresWarning, match="predict_proba"),
    ):
        assert read_predictions(model, test, [4, 4, 4], 10).decisions is None
    error = MemoryError()
    with pytest.raises(MemoryError):
        read_predictions(model, test, [4, 4, 4], 10)


def test_decisions_of_a_machine_whose_shape_cannot_be_set_are_taken_as_they_are():
    test = load_dataset("digits-8x8").test.take(np.arange(3))
    fixed = type("Fixed", (Fitted,), {"decision_function_shape": property(lambda _self: "ovr")})
    model = fixed(range(10), decision_function=np.eye(10)[[4, 4, 4]])
    assert read_predictions(model, test, [4, 4, 4], 10).decisions.shape == (3, 10)


def test_scores_are_those_of_classes_in_any_order():
    test = load_dataset("digits-8x8").test.take(np.arange(3))
    classes = [9, *range(9)]
    sure = np.eye(10)[[4, 0, 9]]
    found = read_predictions(Fitted(classes, predict_proba=sure[:, classes]), test, [4, 0, 9], 10)
    np.testing.assert_array_equal(found.probabilities, sure)
    found = read_predictions(Fitted(classes, decision_function=sure[:, classes]), test, [4, 0, 9], 10)
    np.testing.assert_array_equal(found.decisions, sure)
    few = test.take(np.flatnonzero(np.isin(test.labels, [0, 1]))[:1])
    found = read_predictions(Fitted([1, 0], decision_function=np.full(len(few), 0.5)), few, [0] * len(few), 2)
    assert (found.decisions == -0.5).all()


def test_pairs_in_an_order_that_only_the_method_knows_are_no_scores_of_classes():
    test = load_dataset("digits-8x8").test.take(np.arange(3))
    pairs = Fitted(classes=range(10), decision_function=np.zeros((3, 45)))
    assert read_predictions(pairs, test, [4, 4, 4], 10).decisions is None


class InNameOnly(Fitted):
    """A model whose scores are in name only; what is asked of it fails as foreign models do."""

    decision_function_shape = np.array(["ovo", "ovr"])
    best_estimator_ = steps = svc_ = 3

    def predict_proba(self, X):
        raise NotImplementedError("no probabilities")


def test_scores_in_name_only_are_none():
    test = load_dataset("digits-8x8").test.take(np.arange(3))
    assert read_predictions(InNameOnly(range(10)), test, [4, 4, 4], 10).probabilities is None
    failing = type("Failing", (Fitted,), {"predict_proba": property(lambda _self: 1 / 0)})(range(10))
    assert read_predictions(failing, test, [4, 4, 4], 10).probabilities is None


@pytest.fixture
def answer(trial, run_trial, monkeypatch, helpers):
    """A function that runs a trial of a class of the module `wrong_answers`."""
    monkeypatch.syspath_prepend(str(helpers))
    return lambda name, params: run_trial(trial(estimator=f"wrong_answers.{name}", params=params, samples=100))


@pytest.mark.parametrize(
    ("name", "params", "reason"),
    [
        (
            "Answers",
            {"how": "fraction"},
            "PredictionsError: predicts 3.7 for image 12; labels must be whole numbers from 0 to 9",
        ),
        (
            "Answers",
            {"how": "unseen"},
            "PredictionsError: predicts 99 for image 12; labels must be whole numbers from 0 to 9",
        ),
        ("Answers", {"how": "text"}, "PredictionsError: predict returned values of type <U"),
        ("Answers", {"how": "squeezed"}, "predict returned an array of shape () for 1 image"),
        ("Sure", {"how": "nan"}, "predict_proba returned nan for image 0"),
        ("Sure", {"how": "unnormalised"}, "predict_proba returned a row with sum 0.7 for image 3"),
        (
            "Decides",
            {"how": "one_column"},
            "decision_function returned an array of shape (360,) for 360 images and 10 classes",
        ),
    ],
)
def test_a_trial_whose_answers_are_wrong_has_failed_and_says_why(answer, name, params, reason):
    result, predictions = answer(name, params)
    assert result.status == "failed"
    assert reason in result.error
    assert (result.scores, predictions) == (None, None)


def test_a_method_that_cannot_be_pickled_has_no_size_and_all_else(answer):
    result, predictions = answer("Holds", {"how": "backwards"})
    assert result.status == "ok", result.error
    assert result.measurements.size_bytes is None
    assert result.measurements.engine == "an engine"
    assert result.parameters["how"].startswith("[[[")
    assert predictions.probabilities is None
    size, scores = result.warnings
    assert size.startswith("UserWarning: the size is unknown, as the fitted estimator cannot be pickled: TypeError: ")
    assert scores == "LeftOutScoresWarning: the scores of predict_proba are left out, as it raised RuntimeError: no"


def test_a_column_of_floats_is_read_as_labels(answer):
    answers = {}
    for how in ("well", "column"):
        result, predictions = answer("Answers", {"how": how})
        assert result.status == "ok", result.error
        answers[how] = predictions.y_pred
    np.testing.assert_array_equal(answers["column"], answers["well"])


@pytest.mark.parametrize(("name", "method"), [("Sure", "predict_proba"), ("Decides", "decision_function")])
def test_scores_that_contradict_the_predictions_are_left_out_with_a_warning(answer, name, method):
    result, predictions = answer(name, {"how": "backwards"})
    assert result.status == "ok", result.error
    assert result.scores.accuracy > 0.8
    found = result.scores
    assert {found.log_loss, found.brier_score, found.calibration_error, found.top_2_accuracy, found.rejection} == {None}
    assert predictions.probabilities is predictions.decisions is predictions.summary is None
    (said,) = result.warnings
    assert re.match(
        rf"ContradictionWarning: for \d+\.\d % of the images {method} has its highest value at another class than "
        "predict returns; at most 5 % are allowed",
        said,
    )
    assert "put the columns in the order of classes_" in said
    agreeing, kept = answer(name, {"how": "well"})
    assert agreeing.warnings == ()
    assert agreeing.scores.top_2_accuracy is not None
    assert kept.probabilities is not None or kept.decisions is not None


def test_a_method_that_is_meant_to_choose_another_class_keeps_its_accuracy():
    digits = load_dataset("digits-8x8")
    train, test = (part.take(np.flatnonzero(part.labels < 2)) for part in (digits.train, digits.test))
    for threshold, is_kept in ((0.5, True), (0.0, False)):
        model = FixedThresholdClassifier(GaussianNB(), threshold=threshold, response_method="predict_proba")
        model.fit(train.X, train.y)
        context = nullcontext() if is_kept else pytest.warns(ContradictionWarning, match="chooses otherwise by design")
        with context:
            found = read_predictions(model, test, model.predict(test.X), 2)
        assert (found.probabilities is not None) == is_kept
        assert len(found.y_pred) == len(test)


def test_an_error_in_another_encoding_is_a_row_like_others(answer, tmp_path):
    result, _ = answer("FailsInAnotherEncoding", {})
    assert result.error == r"ValueError: cannot read \xff.png"
    Store(tmp_path).write(result, None)
    assert Store(tmp_path).read(result.key) == result
