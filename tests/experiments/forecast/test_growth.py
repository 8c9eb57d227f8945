"""Curves of costs through a few measurements, and how far they can be trusted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdr_bench.experiments.forecast.growth import fit_growth

SIZES = (1000, 1000, 2000, 2000, 4000, 4000)


@given(st.floats(0.01, 10), st.floats(0.001, 10), st.floats(0, 0.1))
@settings(max_examples=20)
def test_a_curve_of_its_own_kind_is_found_again(constant, linear, faster):
    def cost(n):
        return constant + linear * n / 1000 + faster * (n / 1000) ** 1.5

    growth = fit_growth(SIZES, [cost(n) for n in SIZES])
    expected = growth.at(60_000)
    assert expected.value == pytest.approx(cost(60_000), rel=1e-3)
    assert expected.low <= cost(60_000) <= expected.high


def test_noise_widens_the_interval_the_more_the_farther_it_is_carried():
    rng = np.random.default_rng(0)
    costs = np.array(SIZES) / 1000 * rng.lognormal(0, 0.2, len(SIZES))
    growth = fit_growth(SIZES, costs)
    near, far = growth.at(4000), growth.at(60_000)
    assert near.low < 4 < near.high
    assert far.low < 60 < far.high
    assert far.high / far.low > near.high / near.low > 1.4
    exact = fit_growth(SIZES, np.array(SIZES) / 1000)
    assert exact.at(4000).high / exact.at(4000).low < near.high / near.low
    assert exact.exponent_at(4000) == pytest.approx(1)


def test_the_interval_holds_what_it_says():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(100):
        growth = fit_growth(SIZES, (0.5 + np.array(SIZES) / 1000) * rng.lognormal(0, 0.1, len(SIZES)))
        expected = growth.at(8000)
        held += expected.low <= 8.5 * rng.lognormal(0, 0.1) <= expected.high
    assert held >= 85


def test_one_size_is_no_curve():
    with pytest.raises(ValueError, match=r"at two or more sizes, got \[1000\]"):
        fit_growth([1000, 1000], [1, 2])
