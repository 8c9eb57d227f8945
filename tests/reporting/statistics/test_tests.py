"""Every formula against figures that its paper printed, or against another implementation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, t, ttest_1samp

from hdr_bench.reporting.statistics.intervals import margin, score_interval
from hdr_bench.reporting.statistics.letters import letter_groups, split_letters
from hdr_bench.reporting.statistics.tests import benjamini_hochberg, correlated_posterior, holm, resampled_difference

FOLDS = np.array([0.011, -0.002, 0.007, 0.004, 0.009, -0.004, 0.012, 0.003, 0.006, 0.001])


def test_wilsons_interval_as_newcombe_published_it():
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", Table I, method 3.
    for right, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        assert score_interval(right / n, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500), st.data())
def test_wilsons_interval_for_any_number_of_images_is_scipys_for_whole_ones(n, data):
    right = data.draw(st.integers(0, n))
    expected = binomtest(right, n).proportion_ci(method="wilson")
    assert score_interval(right / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.floats(0, 1), st.floats(0.5, 1e6), st.floats(0.5, 1e4))
def test_wilsons_interval_holds_the_share_and_stays_within_0_and_1(share, n, freedom):
    low, high = score_interval(share, n, freedom)
    assert 0 <= low <= share <= high <= 1
    assert low < high
    least, most = score_interval(share, n)
    assert low <= least + 1e-12
    assert most <= high + 1e-12


def test_the_margin_is_the_reach_of_chance_between_two_test_sets():
    for share, points in [(0.99, 0.28), (0.98, 0.39), (0.9, 0.83)]:
        assert 100 * margin(share, 10_000) == pytest.approx(points, abs=0.005)


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


def test_benjamini_and_hochbergs_example():
    # Benjamini and Hochberg (1995), section 4.1: of 15 p-values the procedure finds the first four at 5 %.
    p_values = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    corrected = benjamini_hochberg(p_values)
    assert [p <= 0.05 for p in corrected] == [True] * 4 + [False] * 11
    assert corrected[3] == pytest.approx(0.0095 * 15 / 4)
    # Holm's procedure leaves three of them, as Bonferroni's.
    assert sum(p <= 0.05 for p in holm(p_values)) == 3
    assert benjamini_hochberg([]) == []


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_benjamini_and_hochberg_keep_the_order_and_raise_no_more_than_holm(p_values):
    corrected = benjamini_hochberg(p_values)
    ordered = [after for _, after in sorted(zip(p_values, corrected, strict=True))]
    assert ordered == sorted(ordered)
    for before, after, by_holm in zip(p_values, corrected, holm(p_values), strict=True):
        assert before - 1e-12 <= after <= by_holm + 1e-12
        assert after <= 1


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
