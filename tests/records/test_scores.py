import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from sklearn.svm import SVC

from hdr_bench import load_dataset
from hdr_bench.experiments.measuring.scoring import read_predictions, score
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.scores import (
    brier_score,
    class_scores,
    margins,
    rejected_share,
    rejection_cuts,
    reliability,
    shares_of,
    top_2_credits,
)

RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 4, 500)
SHARES = RNG.dirichlet(np.ones(4), 500) * 0.4 + 0.6 * np.eye(4)[np.where(RNG.random(500) < 0.8, TRUTH, 3 - TRUTH)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40), st.floats(0, 1))
def test_a_rejection_knows_each_threshold_and_no_other(images, target):
    is_right = np.array([right for right, _ in images])
    margin = np.array([float(each) for _, each in images])
    kept, wrong = rejection_cuts(is_right, margin)
    thresholds = sorted(set(margin))[::-1]
    assert kept.tolist() == [int(np.sum(margin >= least)) for least in thresholds]
    assert wrong.tolist() == [int(np.sum(~is_right[margin >= least])) for least in thresholds]
    for least_kept in (1, 10):
        possible = [
            1 - k / len(images) for k, w in zip(kept, wrong, strict=True) if w <= target * k and k >= least_kept
        ]
        expected = pytest.approx(min(possible)) if possible else None
        assert rejected_share(kept, wrong, target, least_kept) == expected


def test_a_rejection_that_keeps_fewer_than_a_hundred_images_says_nothing():
    is_right = np.append(np.ones(150, bool), np.zeros(50, bool))
    kept, wrong = rejection_cuts(is_right, np.arange(200.0)[::-1])
    assert rejected_share(kept, wrong) == pytest.approx(0.25)
    assert rejected_share(*rejection_cuts(is_right[60:], np.arange(140.0)[::-1])) is None


def test_a_second_guess_among_equal_scores_is_worth_its_probability():
    scores = np.array([[5.0, 1, 1, 1, 0], [3, 3, 3, 0, 0], [9, 8, 1, 1, 1], [0, 0, 0, 0, 0], [2, 1, 0, 0, 0]])
    credited = top_2_credits(np.array([1, 0, 2, 3, 1]), scores)
    np.testing.assert_allclose(credited, [1 / 3, 2 / 3, 0, 2 / 5, 1])
    # The same by trying every order of equal scores.
    rng = np.random.default_rng(0)
    drawn = [
        [truth in np.lexsort((rng.random(5), -row))[:2] for truth, row in zip((1, 0, 2, 3, 1), scores, strict=True)]
        for _ in range(4000)
    ]
    np.testing.assert_allclose(np.mean(drawn, axis=0), credited, atol=0.04)


def test_brier_and_calibration_are_scikit_learns():
    assert brier_score(TRUTH, SHARES) == pytest.approx(
        brier_score_loss(TRUTH, SHARES, labels=range(4), scale_by_half=False)
    )
    y_pred = SHARES.argmax(axis=1)
    found = reliability(y_pred == TRUTH, SHARES.max(axis=1), n_bins=10)
    right, confidence = calibration_curve(y_pred == TRUTH, SHARES.max(axis=1), n_bins=10)
    filled = found.counts > 0
    np.testing.assert_allclose(found.accuracy[filled], right)
    np.testing.assert_allclose(found.confidence[filled], confidence)
    gaps = found.counts[filled] / 500 * abs(right - confidence)
    assert found.calibration_error == pytest.approx(gaps.sum())


def test_a_method_that_is_as_right_as_it_is_sure_has_no_calibration_error():
    confidence = np.repeat([0.25, 0.75], 4)
    is_right = np.array([True, False, False, False, True, True, True, False])
    assert reliability(is_right, confidence).calibration_error == pytest.approx(0)
    assert reliability(np.array([True]), np.array([0.0])).counts[0] == 1


def test_scores_of_classes_as_methods_give_them():
    labels = np.array([0, 1, 1])
    two = Predictions(labels, labels, decisions=np.array([-1.0, 2.0, 0.5], np.float32))
    np.testing.assert_array_equal(class_scores(two, 2).argmax(axis=1), labels)
    np.testing.assert_allclose(margins(class_scores(two, 2)), [2, 4, 1])
    pairs = Predictions(labels, labels, decisions=np.zeros((3, 6), np.float32))
    assert class_scores(pairs, 4) is None
    diverged = Predictions(labels, labels, probabilities=np.full((3, 2), np.nan, np.float32))
    assert class_scores(diverged, 2) is None
    assert shares_of(diverged) is None
    assert class_scores(Predictions(labels, labels), 2) is None


def test_what_a_trial_keeps_of_them():
    kept = score(Predictions(TRUTH, SHARES.argmax(axis=1), probabilities=SHARES.astype(np.float32)), 4)
    ranked = np.argsort(-SHARES, axis=1)
    assert kept.top_2_accuracy == pytest.approx(np.mean((ranked[:, :2] == TRUTH[:, None]).any(axis=1)))
    assert kept.brier_score == pytest.approx(brier_score(TRUTH, SHARES), rel=1e-5)
    assert 0 < kept.calibration_error < 1
    without = score(Predictions(TRUTH, SHARES.argmax(axis=1)), 4)
    assert (without.top_2_accuracy, without.brier_score, without.rejection) == (None, None, None)


@pytest.mark.parametrize("shape", ["ovr", "ovo"])
@pytest.mark.parametrize("n_classes", [3, 10])
def test_a_support_vector_machine_is_judged_by_its_decisions_and_not_by_its_votes(n_classes, shape):
    digits = load_dataset("digits-8x8")
    train, test = (part.take(np.flatnonzero(part.labels < n_classes)) for part in (digits.train, digits.test))
    model = SVC(C=0.05, gamma=0.0005, decision_function_shape=shape).fit(train.X[:300], train.y[:300])
    found = read_predictions(model, test, model.predict(test.X), 10)
    assert model.decision_function_shape == shape
    kept = score(found, 10)
    assert kept.top_2_accuracy > kept.accuracy
    # Votes would have a gap of one for nearly every image; right images are surer than wrong ones.
    margin, is_right = margins(class_scores(found, 10)), found.y_true == found.y_pred
    assert np.median(margin[is_right]) > 1.5 * np.median(margin[~is_right])
    pairs = SVC(C=0.05, gamma=0.0005, decision_function_shape="ovo").fit(train.X[:300], train.y[:300])
    first = pairs.decision_function(test.X)[:, : n_classes - 1].min(axis=1)
    np.testing.assert_allclose(found.decisions[:, 0], first, rtol=1e-5)


def test_scores_that_are_not_those_of_the_predicted_classes_are_none():
    y_pred = SHARES.argmax(axis=1)
    assert class_scores(Predictions(TRUTH, y_pred, decisions=SHARES.astype(np.float32)), 4) is not None
    assert class_scores(Predictions(TRUTH, y_pred, decisions=SHARES[:, ::-1].astype(np.float32)), 4) is None
