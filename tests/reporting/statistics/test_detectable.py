"""The difference that two methods' images and seeds allow to detect."""

import math

import numpy as np
import pytest

from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.detectable import detectable_difference, discordant_difference


def _deterministic(right):
    return Fits(np.asarray(right)[None], is_stochastic=False)


def _power(discordant, difference, n_images, n_runs=2000):
    """Share of simulated pairs of deterministic methods with this difference that McNemar's test tells apart."""
    rng = np.random.default_rng(0)
    better, worse = (discordant + difference) / 2, (discordant - difference) / 2
    found = 0
    for _ in range(n_runs):
        kind = rng.choice(3, size=n_images, p=[better, worse, 1 - better - worse])
        found += paired_difference(_deterministic(kind != 1), _deterministic(kind != 0)).p_value <= 0.05
    return found / n_runs


@pytest.mark.parametrize("discordant", [0.05, 0.3])
def test_mcnemars_test_finds_the_difference_in_about_four_of_five_cases(discordant):
    difference = discordant_difference(discordant, 1000)
    assert 0.75 <= _power(discordant, difference, 1000) <= 0.88


def test_without_discordant_images_the_difference_is_one_that_is_found_if_all_are_of_one_method():
    difference = discordant_difference(0.0, 1000)
    assert 0.005 < difference < 0.01
    assert _power(difference, difference, 1000) >= 0.75


def test_methods_that_are_right_on_the_same_images_have_a_difference_above_zero():
    same = np.arange(500) % 10 > 0
    fits = Fits(np.array([same, same, same]), is_stochastic=True)
    assert detectable_difference(_deterministic(same), _deterministic(same)) == discordant_difference(0.0, 500)
    assert detectable_difference(fits, fits) == discordant_difference(0.0, 500)


def test_of_two_seeds_that_differ_much_no_difference_is_stated():
    rng = np.random.default_rng(0)
    first = Fits(rng.random((2, 40)) < np.array([[0.2], [0.9]]), is_stochastic=True)
    second = Fits(rng.random((2, 40)) < np.array([[0.3], [0.8]]), is_stochastic=True)
    assert math.isnan(detectable_difference(first, second, 6))
    assert math.isnan(discordant_difference(0.5, 3))
