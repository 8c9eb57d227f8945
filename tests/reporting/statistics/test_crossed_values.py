"""Values of images over images and seeds: the same rule as for what is right or wrong."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hdr_bench.reporting.statistics.crossed import Fits, accuracy_variance, paired_difference
from hdr_bench.reporting.statistics.crossed_values import (
    Values,
    difference_of,
    errors_of,
    estimate,
    weighted_sum,
)


def _fits(seed, n_fits, share=0.8, n=300):
    rng = np.random.default_rng(seed)
    return Fits(rng.random((n_fits, n)) < share, is_stochastic=n_fits > 1)


@pytest.mark.parametrize(("k", "m"), [(3, 4), (3, 1), (1, 2)])
def test_of_what_is_right_or_wrong_it_is_the_rule_for_pairs(k, m):
    first, second = _fits(0, k, 0.9), _fits(1, m, 0.7)
    expected = paired_difference(first, second)
    found = difference_of(errors_of(second), errors_of(first))
    assert vars(found).keys() == vars(expected).keys()
    for name in ("value", "low", "high", "low_90", "high_90", "p_value"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name)), name


def test_a_single_fit_of_a_stochastic_method_has_the_spread_that_is_assumed():
    fits = Fits(np.array([[True] * 80 + [False] * 20]), is_stochastic=True)
    found, (variance, freedom) = estimate([errors_of(fits)]), accuracy_variance(fits)
    assert (found.variance, found.freedom) == pytest.approx((variance, freedom))
    # Errors that go together keep their spread; what is halved twice and added is as it was.
    both = weighted_sum([(0.5, errors_of(fits)), (0.5, errors_of(fits))])
    assert estimate([both]).variance == pytest.approx(variance)


@settings(max_examples=25, deadline=None)
@given(arrays(np.float64, (2, 6), elements=st.floats(-3, 3)), st.floats(-2, 2), st.floats(-2, 2))
def test_a_weighted_sum_is_that_of_the_means(values, first, second):
    one, other = Values(values[:1], is_stochastic=False), Values(values, is_stochastic=True)
    found = weighted_sum([(first, one), (second, other)])
    assert found.mean == pytest.approx(first * one.mean + second * other.mean, abs=1e-9)
    assert found.is_stochastic
    assert found.values.shape == (2, 6)


def test_equal_values_are_not_told_apart():
    values = errors_of(_fits(0, 1))
    found = difference_of(values, values)
    assert (found.value, found.p_value) == (0, 1)
    assert math.isclose(found.high, 0)
    with pytest.raises(ValueError, match="300 and 5 images cannot be paired"):
        difference_of(values, Values(np.zeros((1, 5)), is_stochastic=False))
