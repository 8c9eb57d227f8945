import math
import runpy
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats import t as student

from hdr_bench.records.published import half_unit
from hdr_bench.reporting.statistics.ratios import LARGEST_RATIO, compare_ratios, ratio_to
from hdr_bench.reporting.statistics.verdicts import (
    StandardError,
    compare_bound,
    compare_share,
    folds_error,
    margin_of,
    seeds_error,
    with_other_images,
)


@pytest.mark.parametrize(("share", "points"), [("0.9900", 0.28), ("0.9800", 0.39), ("0.9000", 0.83)])
def test_the_margin_is_what_the_published_images_leave_open(share, points):
    value = Decimal(share)
    assert 100 * margin_of(float(value), 10_000, half_unit(value)) == pytest.approx(points, abs=0.01)


def test_coarser_rounding_widens_the_margin_by_half_a_unit():
    fine, coarse = (margin_of(0.99, 10_000, half_unit(Decimal(text))) for text in ("0.9900", "0.99"))
    assert coarse - fine == pytest.approx(0.005 - 0.00005)


def test_the_error_by_the_seeds_in_closed_form():
    shares = [0.98, 0.985, 0.99, 0.987]
    error = seeds_error(shares, 5, is_deterministic=False)
    assert error.value == pytest.approx(np.std(shares, ddof=1) * math.sqrt(1 / 4 + 1 / 5))
    assert error.freedom == 3
    assert seeds_error([0.98], 5, is_deterministic=True) == StandardError(0.0)
    assert seeds_error([0.98, 0.98], 1, is_deterministic=False).value == 0
    one = seeds_error([0.9], 1, is_deterministic=False)
    assert one.value == pytest.approx(0.10 * 0.9 * 0.1 * math.sqrt(2))
    assert math.isinf(one.freedom)


def test_other_images_add_the_binomial_variances_of_both():
    found = with_other_images(StandardError(0.002, 2), 0.98, 10_000, 0.97, 5_000)
    binomial = 0.98 * 0.02 / 10_000 + 0.97 * 0.03 / 5_000
    assert found.value == pytest.approx(math.sqrt(0.002**2 + binomial))
    # Satterthwaite: the binomial part is known, and counts for infinitely many degrees of freedom.
    assert found.freedom == pytest.approx((0.002**2 + binomial) ** 2 / (0.002**4 / 2))
    assert math.isinf(with_other_images(StandardError(0.0), 0.98, 100, 0.97, 100).freedom)


def test_folds_are_corrected_on_both_sides():
    shares = [0.94, 0.95, 0.945, 0.955, 0.94]
    found = folds_error(shares, 1 / 4, 10)
    s = np.std(shares, ddof=1)
    assert found.value == pytest.approx(math.sqrt(s**2 * (1 / 5 + 1 / 4) + s**2 * (1 / 10 + 1 / 4)))
    assert found.freedom == 4


def test_intervals_are_students_and_two_one_sided_tests_reproduce():
    error, margin = StandardError(0.001, 4), 0.0028
    found = compare_share(0.9905, 0.9900, error, margin, lower_is_better=False)
    reach = student.ppf(0.975, 4) * 0.001
    assert (found.low, found.high) == pytest.approx((0.0005 - reach, 0.0005 + reach))
    # Each of the two one-sided tests is at 5 %: the same as p below 0.05 on either side.
    p_values = [student.sf((0.0005 + margin) / 0.001, 4), student.cdf((0.0005 - margin) / 0.001, 4)]
    assert (max(p_values) < 0.05) == (found.outcome == "reproduced")
    known = compare_share(0.9905, 0.9900, StandardError(0.001), margin, lower_is_better=False)
    assert known.high == pytest.approx(0.0005 + norm.ppf(0.975) * 0.001)


@pytest.mark.parametrize(
    ("difference", "error", "outcome"),
    [
        (0.0028, StandardError(0.0), "reproduced"),
        (0.0029, StandardError(0.0), "better"),
        (-0.0029, StandardError(0.0), "worse"),
        (0.0, StandardError(0.0005, 4), "reproduced"),
        (0.0, StandardError(0.002, 4), "inconclusive"),
        (0.004, StandardError(0.002, 4), "inconclusive"),
        (0.01, StandardError(0.002, 4), "better"),
        (-0.01, StandardError(0.002, 4), "worse"),
    ],
)
def test_three_outcomes(difference, error, outcome):
    share = 0.98 + difference
    assert compare_share(share, 0.98, error, 0.0028, lower_is_better=False).outcome == outcome
    other_way = {"better": "worse", "worse": "better"}
    as_error = compare_share(share, 0.98, error, 0.0028, lower_is_better=True)
    assert as_error.outcome == other_way.get(outcome, outcome)


@given(
    share=st.floats(0, 1),
    published=st.floats(0, 1),
    error=st.floats(0, 1),
    freedom=st.sampled_from([1, 2, 4, math.inf]),
)
def test_a_difference_never_leaves_what_two_shares_can_differ_by(share, published, error, freedom):
    found = compare_share(share, published, StandardError(error, freedom), 0.003, lower_is_better=False)
    assert -published <= found.low <= found.high <= 1 - published
    assert found.low - 1e-9 <= found.difference <= found.high + 1e-9


@pytest.mark.parametrize(
    ("share", "error", "outcome"),
    [
        (0.999, StandardError(0.001, 4), "reproduced"),
        (0.968, StandardError(0.0005, 4), "reproduced"),
        (0.968, StandardError(0.003, 4), "inconclusive"),
        (0.950, StandardError(0.001, 4), "worse"),
        (0.950, StandardError(0.0), "worse"),
    ],
)
def test_a_bound_is_reproduced_by_a_lower_end_above_it_less_the_margin(share, error, outcome):
    assert compare_bound(share, 0.97, error, 0.0045, lower_is_better=False).outcome == outcome
    assert compare_bound(1 - share, 0.03, error, 0.0045, lower_is_better=True).outcome == outcome


def test_ratios_are_those_of_losses_and_errors_beyond_the_rounding():
    assert ratio_to(0.05, Decimal("0.040"), is_accuracy=False) == pytest.approx(0.05 / 0.0405)
    assert ratio_to(0.03, Decimal("0.040"), is_accuracy=False) == pytest.approx(0.03 / 0.0395)
    assert ratio_to(0.0402, Decimal("0.040"), is_accuracy=False) == 1
    assert ratio_to(0.97, Decimal("0.980"), is_accuracy=True) == pytest.approx(0.03 / 0.0205)
    # Of a loss that prints as nothing, only the rounding is known.
    assert ratio_to(0.002, Decimal("0.00"), is_accuracy=False) == 1
    assert ratio_to(0.02, Decimal("0.00"), is_accuracy=False) == pytest.approx(0.02 / 0.005)
    assert ratio_to(0.99, Decimal("1.00"), is_accuracy=True) == pytest.approx(2)


def test_every_epoch_is_within_the_ratio():
    assert compare_ratios([1.0, LARGEST_RATIO, 1 / LARGEST_RATIO])[1] == "reproduced"
    assert compare_ratios([1.0, 1.26, 0.9]) == (1, "worse")
    assert compare_ratios([1.2, 1.0, 0.79]) == (2, "better")
    assert compare_ratios([1.0, 0.0]) == (1, "better")


@pytest.fixture(scope="module")
def simulate():
    """The simulation whose table is in ``reports/statistics``."""
    script = Path(__file__).parents[3] / "benchmarks" / "statistics" / "verdicts.py"
    return runpy.run_path(str(script), run_name="verdicts")["simulate"]


def test_simulated_rates_with_three_seeds_are_the_stated_ones(simulate):
    runs = 2000
    same = simulate(0.99, 3, 0, runs)
    assert 0.68 < same["reproduced"] / runs < 0.78
    assert 0.01 < (same["better"] + same["worse"]) / runs < 0.03
    far = simulate(0.99, 3, 2, runs)
    assert 0.97 < (far["better"] + far["worse"]) / runs < 0.99
    assert far["reproduced"] == 0
    assert far["worse"] == 0


def test_five_seeds_leave_less_open(simulate):
    three, five = (simulate(0.99, seeds, 0, 2000) for seeds in (3, 5))
    assert five["inconclusive"] < three["inconclusive"] / 2
    assert five["reproduced"] > three["reproduced"]
