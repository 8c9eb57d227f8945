import numpy as np
import pytest

from hdr_bench.auditing.out_of_fold import OutOfFold
from hdr_bench.auditing.probabilities import calibrate, fit_weights, join_probabilities
from hdr_bench.models.calibration import mean_log_loss, scale_outputs


@pytest.fixture
def labels():
    return np.random.default_rng(0).integers(0, 3, 600)


def _votes(labels, rng):
    """Shares of ten votes, most of them for the label."""
    chances = np.where(np.arange(3) == labels[:, None], 0.9, 0.05)
    return np.stack([rng.multinomial(10, each) for each in chances]) / 10


def test_votes_become_calibrated_probabilities_none_of_them_zero(labels):
    votes = _votes(labels, np.random.default_rng(1))
    judgement = calibrate(OutOfFold("k-NN", votes, votes.argmax(axis=1), has_probabilities=True), labels)
    assert np.allclose(judgement.probabilities.sum(axis=1), 1)
    assert judgement.probabilities.min() > 0
    assert mean_log_loss(judgement.probabilities, labels) < mean_log_loss(votes.clip(1e-6, 1), labels)
    assert np.array_equal(judgement.probabilities.argmax(axis=1), votes.argmax(axis=1))


@pytest.mark.parametrize("scale", [0.01, 50.0])
def test_decision_values_of_any_scale_give_the_same_probabilities(labels, scale):
    rng = np.random.default_rng(2)
    decisions = (np.arange(3) == labels[:, None]) + rng.normal(0, 0.7, (len(labels), 3))
    one, other = (
        calibrate(OutOfFold("SVM", decisions * factor, labels, has_probabilities=False), labels)
        for factor in (1.0, scale)
    )
    assert other.temperature == pytest.approx(scale * one.temperature, rel=0.01)
    assert np.allclose(one.probabilities, other.probabilities, atol=1e-3)


def test_methods_that_err_on_different_images_are_better_together(labels):
    methods = [_calibrated(_noisy(labels, 0.7, seed), labels) for seed in (3, 4)]
    weights = fit_weights(methods, labels)
    losses = [mean_log_loss(each.probabilities, labels) for each in methods]
    joined = mean_log_loss(join_probabilities(methods, weights), labels)
    assert joined < mean_log_loss(join_probabilities(methods, np.array([0.5, 0.5])), labels) < min(losses)
    assert fit_weights(methods[:1], labels) == pytest.approx([1], abs=0.01)


def test_a_method_that_only_adds_noise_to_another_one_weighs_little(labels):
    shares = _noisy(labels, 0.7, 3)
    noise = np.random.default_rng(5).normal(0, 2, shares.shape)
    noisier = scale_outputs(np.log(shares) + noise, 1.0)
    weights = fit_weights([_calibrated(shares, labels), _calibrated(noisier, labels)], labels)
    assert weights[0] > 4 * weights[1]


def _calibrated(shares, labels):
    return calibrate(OutOfFold("A", shares, shares.argmax(axis=1), has_probabilities=True), labels)


def _noisy(labels, noise, seed):
    outputs = (np.arange(3) == labels[:, None]) + np.random.default_rng(seed).normal(0, noise, (len(labels), 3))
    return scale_outputs(outputs, 0.5)


def test_a_method_that_says_nothing_does_not_change_the_order(labels):
    sure = calibrate(OutOfFold("A", _noisy(labels, 0.5, 3), labels, has_probabilities=True), labels)
    even = calibrate(OutOfFold("B", np.full((len(labels), 3), 1 / 3), labels, has_probabilities=True), labels)
    joined = join_probabilities([sure, even], fit_weights([sure, even], labels))
    assert np.array_equal(joined.argsort(axis=1), sure.probabilities.argsort(axis=1))
    alone = fit_weights([even], labels)
    assert np.allclose(join_probabilities([even], alone), 1 / 3)
