"""Every formula against figures that its paper printed, or against another implementation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, norm, t, ttest_1samp

from hdr_bench.reporting.intervals import (
    mean_interval,
    newcombe_interval,
    spread_over_seeds,
    widened,
    wilson_interval,
)
from hdr_bench.reporting.letters import letter_groups, split_letters
from hdr_bench.reporting.statistics import correlated_posterior, holm, paired_difference, resampled_difference

FOLDS = np.array([0.011, -0.002, 0.007, 0.004, 0.009, -0.004, 0.012, 0.003, 0.006, 0.001])


def test_wilsons_interval_as_newcombe_published_it():
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", Table I, method 3.
    for right, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        assert wilson_interval(right / n, n) == pytest.approx((low, high), abs=5e-5)


def test_newcombes_interval_of_a_difference_as_he_published_it():
    # Newcombe (1998), "Interval estimation for the difference between independent proportions", Table II, method 10.
    for right, n, other, n_other, low, high in [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ]:
        assert newcombe_interval(right / n, n, other / n_other, n_other) == pytest.approx((low, high), abs=5e-5)


def test_students_interval_is_scipys():
    values = [0.97, 0.981, 0.975]
    found = ttest_1samp(values, 0).confidence_interval()
    assert mean_interval(values) == pytest.approx((found.low, found.high))
    assert np.isnan(mean_interval([0.9])).all()
    wide = mean_interval(values, variance_factor=0.5)
    assert wide[1] - wide[0] == pytest.approx((found.high - found.low) * np.sqrt(1 / 3 + 0.5) / np.sqrt(1 / 3))


def test_mcnemars_test_is_exact_for_few_discordant_pairs_and_else_the_chi_squared_one():
    def pair(won, lost, n=1000):
        first = np.ones((1, n), bool)
        second = np.ones((1, n), bool)
        second[0, :won] = False
        first[0, won : won + lost] = False
        return paired_difference(first, second)

    few = pair(17, 7)
    assert few.test == "McNemar's test, exact"
    assert few.p_value == pytest.approx(binomtest(7, 24).pvalue)
    assert few.value == pytest.approx(0.010)
    many = pair(86, 150)
    assert many.test == "McNemar's test"
    assert many.p_value == pytest.approx(chi2.sf((150 - 86 - 1) ** 2 / 236, 1))
    assert many.low < many.value < many.high < 0
    assert pair(0, 0).p_value == 1
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_difference(np.ones((1, 5), bool), np.ones((1, 4), bool))


def test_newcombes_interval_of_paired_shares():
    def interval(both, won, lost, neither):
        first = np.repeat([True, True, False, False], [both, won, lost, neither])
        second = np.repeat([True, False, True, False], [both, won, lost, neither])
        found = paired_difference(first[None], second[None])
        return found.low, found.high

    # Of many images it is the interval of the normal distribution; of no discordant pair it is not a point.
    low, high = interval(90_000, 3000, 2000, 5000)
    reach = norm.ppf(0.975) * np.sqrt((0.05 - 0.01**2) / 100_000)
    assert (low, high) == pytest.approx((0.01 - reach, 0.01 + reach), abs=2e-4)
    low, high = interval(90, 0, 0, 10)
    assert low == pytest.approx(-high)
    assert 0.001 < high < 0.1
    # Newcombe (1998), method 10, by hand for a table without agreement beyond chance: correlation 0, Wilson's alone.
    (first_low, first_high), (low, high) = wilson_interval(0.5, 100), interval(25, 25, 25, 25)
    assert (low, high) == pytest.approx(
        (-np.hypot(0.5 - first_low, first_high - 0.5), np.hypot(first_high - 0.5, 0.5 - first_low))
    )
    # The exact test does not tell 5 against 0 from chance, nor does the interval.
    assert interval(900, 5, 0, 95)[0] < 0 < interval(900, 30, 5, 65)[0]


def test_of_seeds_that_agree_the_paired_test_is_the_t_test_over_the_images():
    rng = np.random.default_rng(1)
    first, second = rng.random(400) < 0.9, rng.random(400) < 0.85
    found = paired_difference(np.array([first, first]), np.array([second]))
    expected = ttest_1samp(first.astype(float) - second, 0)
    assert found.p_value == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_seeds_that_differ_make_it_less_sure():
    rng = np.random.default_rng(2)
    other = rng.random((1, 1000)) < 0.90
    steady = np.array([rng.random(1000) < 0.94 for _ in range(3)])
    shaky = np.array([rng.random(1000) < share for share in (0.88, 0.94, 0.999)])
    assert paired_difference(steady, other).p_value < 0.01 < paired_difference(shaky, other).p_value


def test_the_resampled_test_without_its_correction_is_the_t_test():
    assert resampled_difference(FOLDS, 0.0).p_value == pytest.approx(ttest_1samp(FOLDS, 0).pvalue)
    assert resampled_difference(FOLDS, 1 / 9).p_value > resampled_difference(FOLDS, 0.0).p_value
    by_hand = FOLDS.mean() / np.sqrt(FOLDS.var(ddof=1) * (1 / 10 + 1 / 9))
    assert resampled_difference(FOLDS, 1 / 9).p_value == pytest.approx(2 * t.sf(abs(by_hand), 9))
    assert resampled_difference(np.zeros(5), 0.25).p_value == 1
    assert resampled_difference(np.full(5, 0.1), 0.25).p_value == 0


@pytest.mark.parametrize(
    ("differences", "rope", "expected"),
    [
        (FOLDS, 0.001, (0.022535, 0.060177, 0.917288)),
        (FOLDS, 0.01, (0.000102, 0.970480, 0.029418)),
        (np.concatenate([FOLDS, FOLDS[::-1] + 0.001]), 0.001, (0.004016, 0.025663, 0.970321)),
    ],
)
def test_the_bayesian_test_is_that_of_its_authors_own_library(differences, rope, expected):
    # What two_on_single of baycomp 1.0.3, by the authors of the paper, gives for these; two repeats in the last.
    found = correlated_posterior(differences, 1 / 9, rope)
    assert (found.worse, found.equivalent, found.better) == pytest.approx(expected, abs=1e-6)


def test_without_a_region_of_equivalence_it_is_the_resampled_test():
    # Corani and Benavoli (2015), section 3: the posterior's tail is then the one-sided p-value.
    assert correlated_posterior(FOLDS, 1 / 9, 0.0).worse == pytest.approx(
        resampled_difference(FOLDS, 1 / 9).p_value / 2
    )


def test_the_bayesian_test_of_folds_that_agree():
    found = correlated_posterior(np.full(5, 0.01), 0.25)
    assert (found.worse, found.equivalent, found.better) == (0, 0, 1)
    assert correlated_posterior(np.zeros(5), 0.25).equivalent == 1


def test_holms_example():
    # Holm's own rule: the smallest times n, the next times n - 1, never less than the one before.
    assert holm([0.01, 0.02, 0.03, 0.005]) == pytest.approx([0.03, 0.04, 0.04, 0.02])
    assert holm([]) == []


def test_an_interval_is_widened_by_the_spread_over_seeds():
    assert spread_over_seeds([0.98], 1) == 0
    assert spread_over_seeds([0.98, 0.98], 1) == 0
    reach = spread_over_seeds([0.97, 0.98, 0.99], other_repeats=3)
    assert reach == pytest.approx(t.ppf(0.975, 2) * 0.01 * np.sqrt(2 / 3))
    assert widened(0.01, (0.0, 0.02), 0.0) == pytest.approx((0.0, 0.02))
    low, high = widened(0.01, (-0.01, 0.02), reach)
    assert low == pytest.approx(0.01 - np.hypot(0.02, reach))
    assert high == pytest.approx(0.01 + np.hypot(0.01, reach))


def test_piephos_letters():
    # Piepho (2004), section 2: of treatments in a row, each is like its neighbours.
    apart = [("1", "3"), ("1", "4"), ("2", "4")]
    assert letter_groups(["1", "2", "3", "4"], apart) == {"1": "a", "2": "ab", "3": "bc", "4": "c"}
    assert letter_groups(["x", "y"], []) == {"x": "a", "y": "a"}
    assert letter_groups(["x", "y"], [("x", "y")], first=2) == {"x": "c", "y": "d"}


@settings(deadline=None)
@given(st.integers(1, 9), st.data())
def test_two_share_a_letter_exactly_where_they_are_not_told_apart(n, data):
    names = [f"m{number}" for number in range(n)]
    pairs = [(one, other) for place, one in enumerate(names) for other in names[place + 1 :]]
    apart = set(data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [])
    letters = {name: set(split_letters(text)) for name, text in letter_groups(names, sorted(apart)).items()}
    assert all(letters.values())
    assert "a" in letters["m0"]
    for one, other in pairs:
        assert bool(letters[one] & letters[other]) == ((one, other) not in apart)


def test_more_groups_than_letters():
    names = [f"m{number}" for number in range(60)]
    apart = [(one, other) for place, one in enumerate(names) for other in names[place + 1 :]]
    letters = letter_groups(names, apart)
    assert len(set(letters.values())) == 60
    assert split_letters("aZb2") == ["a", "Z", "b2"]
