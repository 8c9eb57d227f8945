"""Two methods on one test set, against closed forms and published examples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm, t, ttest_rel

from hdr_bench.records.predictions import Predictions
from hdr_bench.reporting.statistics.crossed import Fits, accuracy_variance, paired_difference
from hdr_bench.reporting.statistics.intervals import score_interval
from hdr_bench.reporting.statistics.mcnemar import mcnemar_difference, newcombe_paired, sign_p_value
from hdr_bench.reporting.statistics.uncertainty import (
    uncertainty_of_accuracies,
    uncertainty_of_fits,
    uncertainty_of_folds,
)


def _table(both, won, lost, neither):
    first = np.repeat([True, True, False, False], [both, won, lost, neither])
    second = np.repeat([True, False, True, False], [both, won, lost, neither])
    return first, second


def _fits(*rows):
    right = np.array(rows, bool)
    return Fits(right, is_stochastic=len(right) > 1)


@st.composite
def _methods(draw):
    n = draw(st.integers(2, 40))
    counts = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return tuple(
        Fits(draw(arrays(bool, (count, n))), is_stochastic=count > 1 or draw(st.booleans())) for count in counts
    )


def test_mcnemars_mid_p_as_it_was_published():
    # Fagerland, Lydersen and Laake (2013): airway hyper-responsiveness before and after stem cell transplantation
    # (Bentur et al. 2009), and complete response before and after consolidation therapy (Cavo et al. 2012).
    assert sign_p_value(1, 7) == pytest.approx(0.0391, abs=5e-5)
    assert sign_p_value(6, 16) == pytest.approx(0.0347, abs=5e-5)
    # As large as the smallest numbers, and not below 0, which no correction for many tests takes.
    assert all(0 <= sign_p_value(fewer, 1076) < 1e-300 for fewer in range(1, 9))
    found = mcnemar_difference(*_table(1, 1, 7, 12))
    assert found.value == pytest.approx(-6 / 21)
    assert found.p_value == sign_p_value(7, 1)


def test_newcombes_interval_of_paired_shares_as_it_was_published():
    # Fagerland, Lydersen and Laake (2014), "Recommended tests and confidence intervals for paired binomial
    # proportions", Statistics in Medicine 33: the same two studies.
    assert newcombe_paired(1, 1, 7, 12) == pytest.approx((-0.507, -0.026), abs=5e-4)
    assert newcombe_paired(59, 6, 16, 80) == pytest.approx((-0.1186, -0.0046), abs=5e-5)


def test_as_many_won_as_lost_is_no_difference():
    # statsmodels' continuity correction gives 0.877 for 21 against 21.
    for discordant in (0, 1, 21, 1000):
        found = mcnemar_difference(*_table(2000, discordant, discordant, 50))
        assert (found.value, found.p_value) == (0, 1)
        assert found.low == pytest.approx(-found.high)
        assert found.low < found.low_90 < 0


def test_newcombes_interval_of_many_images_and_of_no_discordant_pair():
    # Of many images it is the interval of the normal distribution; of no discordant pair it is not a point.
    low, high = newcombe_paired(90_000, 3000, 2000, 5000)
    reach = norm.ppf(0.975) * np.sqrt((0.05 - 0.01**2) / 100_000)
    assert (low, high) == pytest.approx((0.01 - reach, 0.01 + reach), abs=2e-4)
    low, high = newcombe_paired(90, 0, 0, 10)
    assert low == pytest.approx(-high)
    assert 0.001 < high < 0.1
    # By hand for a table without agreement beyond chance: correlation 0, Wilson's alone.
    (first_low, first_high), (low, high) = score_interval(0.5, 100), newcombe_paired(25, 25, 25, 25)
    assert (low, high) == pytest.approx(
        (-np.hypot(0.5 - first_low, first_high - 0.5), np.hypot(first_high - 0.5, 0.5 - first_low))
    )


def test_one_fit_each_is_mcnemars_test():
    first, second = _table(70, 12, 5, 13)
    for is_stochastic in (False, True):
        found = paired_difference(Fits(first[None], is_stochastic), Fits(second[None], is_stochastic))
        assert found == mcnemar_difference(first, second)
    with pytest.raises(ValueError, match="100 and 4 images cannot be paired"):
        paired_difference(Fits(first[None], is_stochastic=False), Fits(np.ones((1, 4), bool), is_stochastic=False))


def test_without_an_effect_of_the_seeds_it_is_the_paired_t_test_but_for_the_degrees_of_freedom():
    rng = np.random.default_rng(1)
    shared, other = rng.random(400) < 0.8, rng.random(400) < 0.85
    # Both seeds have the same accuracy: each is right on one image more.
    seeds = np.array([shared, shared])
    seeds[0, :10], seeds[1, :10] = np.arange(10) < 5, np.arange(10) >= 5
    found = paired_difference(Fits(seeds, is_stochastic=True), Fits(other[None], is_stochastic=False))
    expected = ttest_rel(seeds.mean(axis=0), other.astype(float))
    assert found.p_value == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_variance_and_degrees_of_freedom_by_hand():
    # Four images 25 times over; A with seeds right on 1110 and 1000 of them, B with 1100, 0100 and 0000.
    first = Fits(np.tile([[True, True, True, False], [True, False, False, False]], 25), is_stochastic=True)
    second = Fits(np.tile(np.array([[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], bool), 25), is_stochastic=True)
    images = np.tile([1 - 1 / 3, 1 / 2 - 2 / 3, 1 / 2, 0], 25).var(ddof=1) / 100
    # A: accuracies 3/4 and 1/4, s² = 1/8; within the images 0, 1/2, 1/2, 0, r = 1/4.
    # B: accuracies 1/2, 1/4 and 0, s² = 1/16; within the images 1/3, 1/3, 0, 0, r = 1/6.
    v_first, v_second = 1 / 8 - 1 / 400, 1 / 16 - 1 / 600
    variance = images + v_first / 2 + v_second / 3
    freedom = variance**2 / (images**2 / 99 + (1 / 16) ** 2 / 1 + (1 / 48) ** 2 / 2)
    found = paired_difference(first, second)
    assert found.value == pytest.approx(1 / 4)
    assert found.p_value == pytest.approx(2 * t.sf(0.25 / math.sqrt(variance), freedom))
    assert found.low_90 == pytest.approx(0.25 - t.ppf(0.95, freedom) * math.sqrt(variance))
    assert found.high == 1
    own = np.tile([1, 0.5, 0.5, 0], 25).var(ddof=1) / 100
    expected = own + v_first / 2, (own + v_first / 2) ** 2 / (own**2 / 99 + (1 / 16) ** 2)
    assert accuracy_variance(first) == pytest.approx(expected)


def test_a_single_fit_of_a_stochastic_method_against_several_has_an_assumed_spread():
    rng = np.random.default_rng(3)
    single = rng.random((1, 500)) < 0.9
    several = Fits(rng.random((3, 500)) < 0.9, is_stochastic=True)
    known = paired_difference(Fits(single, is_stochastic=False), several)
    found = paired_difference(Fits(single, is_stochastic=True), several)
    p = single.mean()
    assert found.high - found.low > known.high - known.low
    variance, freedom = accuracy_variance(Fits(single, is_stochastic=True))
    assert variance == pytest.approx(single.var(ddof=1) / 500 + (0.1 * p * (1 - p)) ** 2)
    assert freedom > 499


def test_seeds_that_differ_make_it_less_sure():
    rng = np.random.default_rng(2)
    other = Fits(rng.random((1, 1000)) < 0.90, is_stochastic=False)
    steady = Fits(np.array([rng.random(1000) < 0.94 for _ in range(3)]), is_stochastic=True)
    shaky = Fits(np.array([rng.random(1000) < share for share in (0.88, 0.94, 0.999)]), is_stochastic=True)
    assert paired_difference(steady, other).p_value < 0.01 < paired_difference(shaky, other).p_value


def test_what_differs_on_no_image_is_deterministic_whatever_it_declares():
    y_true = np.array([0, 1, 2, 3])

    def made(*predicted, is_deterministic):
        return Fits.from_predictions(
            [Predictions(y_true, np.array(y_pred)) for y_pred in predicted], is_deterministic=is_deterministic
        )

    same = made([0, 1, 2, 2], [0, 1, 2, 2], [0, 1, 2, 2], is_deterministic=False)
    assert not same.is_stochastic
    assert same.right.tolist() == [[True, True, True, False]]
    # Both are wrong on the same image, with other digits.
    other = made([0, 1, 2, 2], [0, 1, 2, 1], is_deterministic=True)
    assert other.is_stochastic
    assert len(other.right) == 2
    assert made([0, 1, 2, 2], is_deterministic=False).is_one_seed
    assert not made([0, 1, 2, 2], is_deterministic=True).is_stochastic
    assert uncertainty_of_fits(same).basis == "images"
    assert uncertainty_of_fits(other).basis == "images and seeds"


def test_a_difference_that_is_the_same_on_every_image_is_not_certain_for_that():
    halves = _fits([1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1])
    never = _fits([0] * 8)
    found = paired_difference(halves, never)
    assert found.value == 0.5
    assert found.p_value == pytest.approx(2 * 0.5**8 / 2)
    assert 0 < found.low < 0.5 < found.high < 1
    same = paired_difference(halves, halves)
    assert (same.value, same.p_value) == (0, 1)
    assert same.low < 0 < same.high


@settings(deadline=None)
@given(_methods())
def test_swapping_two_methods_turns_the_difference_round(methods):
    found, turned = paired_difference(*methods), paired_difference(*reversed(methods))
    assert turned.value == -found.value
    assert turned.p_value == pytest.approx(found.p_value)
    assert (turned.low, turned.high_90) == pytest.approx((-found.high, -found.low_90))


@settings(deadline=None)
@given(_methods())
def test_the_intervals_hold_the_difference_and_stay_within_their_bounds(methods):
    found = paired_difference(*methods)
    assert 0 <= found.p_value <= 1
    ends = found.low, found.low_90, found.value, found.high_90, found.high
    assert found.low >= -1
    assert found.high <= 1
    assert np.all(np.diff(ends) >= -1e-12)


@settings(deadline=None)
@given(_methods())
def test_the_interval_of_a_row_holds_its_accuracy_and_stays_within_0_and_1(methods):
    for fits in methods:
        low, high = uncertainty_of_fits(fits).interval(fits.accuracy, fits.right.shape[1])
        assert 0 <= low <= fits.accuracy <= high <= 1
        assert low < high


@settings(deadline=None)
@given(_methods())
def test_without_predictions_the_variance_is_at_least_that_with_them(methods):
    for fits in methods:
        accuracies, n = fits.right.mean(axis=1), fits.right.shape[1]
        bound = uncertainty_of_accuracies(list(accuracies), n, is_deterministic=not fits.is_stochastic)
        # The variance of a sample divides by one image less than the binomial one.
        assert bound.variance >= uncertainty_of_fits(fits).variance * (n - 1) / n - 1e-15


def test_intervals_of_rows_by_hand():
    deterministic = Fits(np.repeat([[True, False]], [95, 5], axis=1), is_stochastic=False)
    assert uncertainty_of_fits(deterministic).interval(0.95, 100) == pytest.approx(score_interval(0.95, 100))
    for share in (0, 1):
        assert uncertainty_of_accuracies([share] * 3, 100, is_deterministic=False).interval(share, 100) == (
            pytest.approx(score_interval(share, 100))
        )
    # Seeds of 78 to 86 %: the interval is wider than the choice of images alone makes it, and holds them.
    spread = uncertainty_of_accuracies([0.7780, 0.8196, 0.8555], 10_000, is_deterministic=False)
    low, high = spread.interval(0.8177, 10_000)
    assert low < 0.75
    assert 0.87 < high < 0.95
    assert spread.basis == "stored accuracies"
    assert uncertainty_of_accuracies([0.9, 0.9], 100, is_deterministic=True).basis == "images"


def test_folds_by_nadeau_and_bengio():
    accuracies = np.array([0.95, 0.97, 0.96, 0.98])
    found = uncertainty_of_folds(accuracies, 1 / 3)
    assert found.variance == pytest.approx(accuracies.var(ddof=1) * (1 / 4 + 1 / 3))
    assert (found.freedom, found.basis) == (3, "folds")
    low, high = found.interval(0.965, 360)
    assert 0.9 < low < 0.965 < high < 1
    # Student's interval would end above 1.
    wide = uncertainty_of_folds(np.array([1.0, 1.0, 1.0, 0.9]), 1 / 3)
    low, high = wide.interval(0.975, 40)
    assert 0.975 < high < 1
    assert 0.975 + t.ppf(0.975, 3) * math.sqrt(wide.variance) > 1
    assert uncertainty_of_folds(np.array([0.9]), 1 / 3).interval(0.9, 40) == pytest.approx(score_interval(0.9, 40))
