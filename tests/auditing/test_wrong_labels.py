import numpy as np
import pytest

from hdr_bench.auditing.ranking import rank_labels
from hdr_bench.auditing.wrong_labels import estimate_wrong_labels
from hdr_bench.exceptions import MissingDependencyError


def _judged(n_classes=4, n=2000, n_wrong=60, seed=0):
    """Labels of which some are wrong, and probabilities of who knows the right ones, sometimes."""
    rng = np.random.default_rng(seed)
    right = rng.integers(0, n_classes, n)
    labels, wrong = right.copy(), rng.choice(n, n_wrong, replace=False)
    labels[wrong] = (right[wrong] + rng.integers(1, n_classes, n_wrong)) % n_classes
    outputs = 4.0 * (np.arange(n_classes) == right[:, None]) + rng.normal(0, 0.8, (n, n_classes))
    powers = np.exp(outputs)
    return labels, powers / powers.sum(axis=1, keepdims=True), set(wrong.tolist())


@pytest.mark.parametrize("n_wrong", [0, 60, 200])
def test_the_number_of_wrong_labels_is_in_the_interval(n_wrong):
    labels, probabilities, _ = _judged(n_wrong=n_wrong)
    estimate = estimate_wrong_labels(labels, probabilities)
    assert estimate.low <= n_wrong <= estimate.high + 1
    assert estimate.low <= estimate.count <= estimate.high
    assert estimate.n_images == 2000


def test_the_interval_is_that_of_the_seed():
    labels, probabilities, _ = _judged(n=500, n_wrong=20)
    one, same, other = (estimate_wrong_labels(labels, probabilities, seed=seed) for seed in (0, 0, 1))
    assert one == same
    assert one.count == other.count
    assert (one.low, one.high) != (other.low, other.high)


def test_a_class_without_images_is_no_wrong_label():
    labels, probabilities, _ = _judged(n_wrong=0)
    wider = np.column_stack([probabilities, np.full(len(labels), 1e-6)])
    assert estimate_wrong_labels(labels, wider).count == estimate_wrong_labels(labels, probabilities).count


def test_wrong_labels_come_first_and_are_flagged():
    labels, probabilities, wrong = _judged()
    ranking = rank_labels(labels, probabilities)
    first = set(ranking.order[: len(wrong)].tolist())
    assert len(first & wrong) > 0.9 * len(wrong)
    assert ranking.is_flagged[list(wrong)].mean() > 0.8
    assert ranking.is_flagged.sum() < 2 * len(wrong)


def test_a_class_with_one_image_or_none_is_no_obstacle():
    labels, probabilities, _ = _judged(n=400, n_wrong=10)
    rows = np.flatnonzero(labels < 2)
    rows = np.append(rows, np.flatnonzero(labels == 2)[0])
    ranking = rank_labels(labels[rows], probabilities[rows])
    assert 0 < ranking.is_flagged.sum() < len(rows) / 4


def test_without_cleanlab_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cleanlab.filter", None)
    with pytest.raises(MissingDependencyError, match=r"needs cleanlab, .*; run: pip install 'hdr-bench\[audit\]'"):
        rank_labels(*_judged()[:2])
