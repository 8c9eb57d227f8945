"""The test over several methods, and the difference that a test detects."""

import math

import numpy as np
import pytest
from scipy.stats import f as fisher
from scipy.stats import t as student

from hdr_bench.records.detectable import detectable_difference
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.omnibus import equal_accuracies


def _fits(seed, share, n_fits=5, n_images=400):
    return Fits(np.random.default_rng(seed).random((n_fits, n_images)) < share, is_stochastic=n_fits > 1)


def test_for_two_methods_it_is_the_test_of_their_difference():
    first, second = _fits(0, 0.9), _fits(1, 0.87)
    found, pair = equal_accuracies([first, second]), paired_difference(first, second)
    assert found.p_value == pytest.approx(pair.p_value)
    assert found.statistic == pytest.approx(student.isf(pair.p_value / 2, found.denominator) ** 2)
    assert found.numerator == 1


def test_without_seeds_it_is_the_test_of_repeated_measures_by_contrasts():
    """For deterministic methods: Hotelling's statistic, computed here from its definition."""
    methods = [_fits(seed, share, n_fits=1) for seed, share in enumerate((0.9, 0.85, 0.8))]
    shares = np.array([each.shares for each in methods])
    differences = shares[1:] - shares[0]
    mean = differences.mean(axis=1)
    hotelling = mean @ np.linalg.solve(np.cov(differences) / shares.shape[1], mean)
    found = equal_accuracies(methods)
    assert found.statistic == pytest.approx(hotelling / 2)
    assert found.denominator == pytest.approx(399)
    assert found.p_value == pytest.approx(fisher.sf(hotelling / 2, 2, 399))


def test_the_order_of_the_methods_does_not_matter():
    methods = [_fits(seed, share) for seed, share in enumerate((0.9, 0.85, 0.8, 0.86))]
    found, reversed_ = equal_accuracies(methods), equal_accuracies(methods[::-1])
    assert found.p_value == pytest.approx(reversed_.p_value)
    assert found.denominator == pytest.approx(reversed_.denominator)


def test_a_clear_difference_is_found_and_equal_methods_are_alike():
    assert equal_accuracies([_fits(0, 0.9), _fits(1, 0.9), _fits(2, 0.5)]).p_value < 1e-6
    same = _fits(0, 0.9)
    assert equal_accuracies([same, same, same]).p_value == pytest.approx(1)
    one = Fits(np.ones((1, 10), bool), is_stochastic=False)
    assert equal_accuracies([one, one]).p_value == 1


@pytest.mark.parametrize("n_wrong", [0, 5])
def test_levels_that_differ_without_variance_are_not_called_equal(n_wrong):
    """One level is right on all of 50 images, or on some of them, and two others are wrong on all."""
    best, worst = np.ones((1, 50), bool), Fits(np.zeros((1, 50), bool), is_stochastic=False)
    best[0, :n_wrong] = False
    found = equal_accuracies([Fits(best, is_stochastic=False), worst, worst])
    assert found.p_value < 1e-6
    assert math.isinf(found.statistic) == (n_wrong == 0)


def test_without_variance_the_test_of_two_is_that_of_their_difference():
    """The images still are a sample: of four of them, the sign test says little."""
    right, wrong = (Fits(np.full((1, 4), value), is_stochastic=False) for value in (True, False))
    found = equal_accuracies([right, wrong])
    assert found.p_value == paired_difference(right, wrong).p_value == pytest.approx(0.0625)


def test_one_method_is_refused():
    with pytest.raises(ValueError, match="at least two, got 1"):
        equal_accuracies([_fits(0, 0.9)])


def test_it_holds_its_error_rate():
    """Of 300 comparisons of three equal methods whose seeds differ, about 5 % are called different."""
    rng = np.random.default_rng(0)

    def made():
        ease = rng.normal(size=500) + 1.5
        return [
            Fits(ease + rng.normal(0, 0.3, (5, 1)) + rng.normal(size=(5, 500)) > 0, is_stochastic=True)
            for _ in range(3)
        ]

    rejected = np.mean([equal_accuracies(made()).p_value <= 0.05 for _ in range(300)])
    assert rejected <= 0.09


def test_the_detectable_difference_is_detected_four_times_in_five():
    rng = np.random.default_rng(0)
    ease = rng.random(2000)

    def made(share):
        return Fits(np.where(ease < 0.5, rng.random((5, 2000)) < share, ease < 2), is_stochastic=True)

    assumed = np.median([detectable_difference(made(0.8), made(0.8)) for _ in range(20)])
    pairs = [paired_difference(made(0.8 + 2 * assumed), made(0.8)).p_value for _ in range(200)]
    assert 0.7 <= np.mean(np.array(pairs) <= 0.05) <= 0.9
    assert not math.isnan(assumed)


def test_levels_that_differ_by_the_same_on_every_image_are_not_called_equal():
    right, wrong = (Fits(np.full((1, 50), each), is_stochastic=False) for each in (True, False))
    found = equal_accuracies([right, wrong, wrong])
    assert found.statistic == math.inf
    assert 0 < found.p_value < 1e-6
    assert equal_accuracies([right, right, right]).p_value == 1.0
