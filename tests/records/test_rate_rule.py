"""The rule that suggests a range of learning rates, on made-up curves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hdr_bench.records.learning_rates import LearningRateRange
from hdr_bench.records.rate_rule import suggest_rates

RATES = np.geomspace(1e-5, 10, 61)
DECADES = np.log10(RATES)


def _curve(middle, first=2.3, fall=2.0, explodes_at=0.5):
    """A loss that falls around 10**middle and then explodes."""
    loss = first - fall / (1 + np.exp(-6 * (DECADES - middle)))
    return np.where(explodes_at < DECADES, np.inf, loss)


def test_the_range_is_where_the_loss_falls():
    low, high = suggest_rates(RATES, _curve(-2.0)).rates
    # A logistic curve is at a tenth and nine tenths of its fall ln(9) on either side of the middle.
    step = DECADES[1] - DECADES[0]
    assert np.log10(low) == pytest.approx(-2 - np.log(9) / 6, abs=1.01 * step)
    assert np.log10(high) == pytest.approx(-2 + np.log(9) / 6, abs=1.01 * step)


@given(arrays(float, len(RATES), elements=st.floats(0, 1e6, allow_subnormal=False)), st.integers(0, len(RATES)))
def test_whatever_the_curve_the_range_is_within_the_fall(loss, n_finite):
    loss[n_finite:] = np.inf
    suggestion = suggest_rates(RATES, loss)
    if suggestion.rates is None:
        assert suggestion.remark
        assert n_finite == 0 or loss.min() >= 0.95 * loss[0] * (1 - 1e-9)
        return
    low, high = suggestion.rates
    begin, end, lowest = np.searchsorted(RATES, low), np.searchsorted(RATES, high), int(loss.argmin())
    assert 0 < begin <= end <= lowest
    fall = loss[0] - loss[lowest]
    assert (loss[begin : end + 1] <= loss[0] - 0.1 * fall + 1e-9 * loss[0]).all()
    assert loss[end] <= loss[0] - 0.9 * fall + 1e-9 * loss[0]
    assert (loss[:end] > loss[0] - 0.9 * fall - 1e-9 * loss[0]).all()


@given(st.floats(-3.5, -0.5), st.floats(0.01, 1e4), st.integers(0, 2**32 - 1))
def test_neither_the_unit_of_the_loss_nor_a_little_noise_matters(middle, unit, seed):
    curve = _curve(middle)
    low, high = suggest_rates(RATES, curve).rates
    assert suggest_rates(RATES, curve * unit).rates == pytest.approx((low, high), rel=0.5)
    noise = np.random.default_rng(seed).normal(0, 0.01, len(curve))
    assert suggest_rates(RATES, curve + noise).rates == pytest.approx((low, high), rel=1.5)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (np.full(61, 2.3), "falls by less than 5 %"),
        (7.3 + DECADES, "falls by less than 5 %"),
        (np.zeros(61), "falls by less than 5 %"),
        (np.full(61, np.inf), "not finite at the first rate, 1e-05"),
    ],
)
def test_a_loss_that_does_not_fall_has_no_range(loss, words):
    suggestion = suggest_rates(RATES, loss)
    assert suggestion.rates is None
    assert words in suggestion.remark


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (_curve(0.8, explodes_at=9), "still falls at the last rate, 10; test higher"),
        (_curve(-5.0), "falls from the first rate on, 1e-05; begin at a lower"),
        (np.where(DECADES < -2, 2.0, 1.0), "within a single step; use more"),
    ],
)
def test_what_limits_the_range_is_remarked(loss, words):
    suggestion = suggest_rates(RATES, loss)
    assert suggestion.rates is not None
    assert words in suggestion.remark


def _range(smoothed):
    smoothed = np.asarray(smoothed, dtype=float)
    return LearningRateRange(tuple(range(len(smoothed))), RATES[: smoothed.shape[1]], smoothed, smoothed)


def test_sweeps_that_have_stopped_count_as_infinite():
    curve = _range([[2.0, 1.0, 0.5], [2.0, 1.2, np.nan], [2.2, np.nan, np.nan]]).curve()
    assert curve["median"].tolist() == [2.0, 1.2, np.inf]
    assert curve["lowest"].tolist() == [2.0, 1.0, 0.5]
    assert curve["highest"].tolist() == [2.2, np.inf, np.inf]
    assert curve["sweeps"].tolist() == [3, 2, 1]


def test_the_sentence_has_the_range_or_the_reason():
    found = _range([_curve(-2.0)])
    low, high = found.suggested
    assert f"{low:.2g} to {high:.2g}" in found.describe()
    assert found.describe().endswith(".")
    none = _range([np.full(61, 2.3)])
    assert none.suggested is None
    assert none.describe().startswith("No learning rate is suggested: the loss falls by less than")


def test_the_frame_has_a_row_for_each_seed_and_step():
    frame = _range([_curve(-2.0), _curve(-1.0)]).frame()
    assert list(frame) == ["seed", "step", "rate", "loss", "smoothed"]
    assert frame.groupby("seed")["rate"].apply(list).tolist() == [RATES.tolist()] * 2
    assert frame["step"].tolist() == [*range(61)] * 2
