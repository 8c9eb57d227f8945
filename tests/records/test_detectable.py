"""The difference that the test of two methods detects, and when none is stated."""

import math

import numpy as np
import pytest

from hdr_bench.records.crossed_variance import Fits
from hdr_bench.records.detectable import detectable_difference
from hdr_bench.reporting.statistics.mcnemar import sign_p_value


def _single(n_images, first_alone, second_alone):
    """Return two single fits, each right alone on so many images, and both on all others."""
    first, second = np.ones((2, 1, n_images), bool)
    second[0, :first_alone] = False
    first[0, first_alone : first_alone + second_alone] = False
    return Fits(first, is_stochastic=False), Fits(second, is_stochastic=False)


@pytest.mark.parametrize("counts", [(6000, 60, 60), (1000, 25, 25), (144, 7, 7), (144, 1, 0)])
def test_of_single_fits_mcnemars_test_detects_it_four_times_in_five(counts):
    """Of 144 images that differ once, all that differ have to be on one side: the discrete test then finds more."""
    n_images, discordant = counts[0], sum(counts[1:]) / counts[0]
    difference = detectable_difference(*_single(*counts))
    share = max(discordant, difference)
    shares = [(share + difference) / 2, (share - difference) / 2, 1 - share]
    drawn = np.random.default_rng(0).multinomial(n_images, shares, 2000)
    power = np.mean([sign_p_value(won, lost) <= 0.05 for won, lost, _ in drawn])
    assert 0.76 <= power <= (0.95 if difference > discordant else 0.84)


def test_connors_formula_is_solved():
    """It holds with the difference put in, and for several levels with the level of their correction."""
    for n_levels, alpha in ((2, 1.959964), (5, 2.326348)):
        found = detectable_difference(*_single(1000, 30, 20), n_levels)
        needed = alpha * math.sqrt(0.05) + 0.841621 * math.sqrt(0.05 - found**2)
        assert math.sqrt(1000) * found == pytest.approx(needed, rel=1e-5)


def test_none_is_stated_if_nothing_varies():
    same = _single(100, 0, 0)
    assert math.isnan(detectable_difference(*same))
    alike = Fits(np.repeat(np.eye(2, dtype=bool), 50, axis=1), is_stochastic=True)
    assert math.isnan(detectable_difference(alike, alike))


def test_it_is_infinite_if_it_exceeds_what_is_possible():
    """Two seeds, whose accuracies differ by some points, leave about one degree of freedom."""
    first, second = (
        Fits(np.arange(1000) < np.array(counts)[:, None], is_stochastic=True) for counts in ((700, 980), (880, 881))
    )
    assert math.isinf(detectable_difference(first, second))
    assert detectable_difference(first, second, n_seeds=20) < 0.2
    assert math.isinf(detectable_difference(*_single(3, 1, 0)))


def test_a_forecast_is_what_more_seeds_then_give():
    rng = np.random.default_rng(0)

    def made():
        ease = rng.normal(size=1000) + 1.5
        return [
            Fits(ease + rng.normal(0, 0.05, (20, 1)) + rng.normal(size=(20, 1000)) > 0, is_stochastic=True)
            for _ in range(2)
        ]

    forecast, found = [], []
    for _ in range(100):
        pair = made()
        first = [Fits(fits.right[:5], is_stochastic=True) for fits in pair]
        assert detectable_difference(*first, n_seeds=5) == pytest.approx(detectable_difference(*first))
        forecast.append(detectable_difference(*first, n_seeds=20))
        found.append(detectable_difference(*pair))
    assert np.median(forecast) == pytest.approx(np.median(found), rel=0.1)
