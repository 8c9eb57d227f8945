"""How many seeds a study needs for the difference that it asks for."""

import numpy as np
import pytest

from hdr_bench import Study
from hdr_bench.records.study_seeds import needed_seeds
from hdr_bench.reporting.statistics.crossed import Fits
from hdr_bench.reporting.statistics.detectable import detectable_difference

DEPTH = {
    "name": "Depth",
    "base": {"estimator": "tree"},
    "factor": "params.max_depth",
    "levels": [{"value": 1}, {"value": 12}],
}


def _right(seed, shares, n_images=4000):
    """Seeds of a level with these accuracies."""
    return np.random.default_rng(seed).random((len(shares), n_images)) < np.array(shares)[:, None]


def _more_seeds(right, n_seeds, seed):
    """As many seeds of a level as are asked for, which differ as these do."""
    accuracies, rng = right.mean(axis=1), np.random.default_rng(seed)
    return Fits(_right(seed, rng.normal(accuracies.mean(), accuracies.std(ddof=1), n_seeds)), is_stochastic=True)


def test_seeds_are_added_until_the_reports_own_test_detects_the_difference():
    study = Study(**DEPTH, seeds=5, detectable=0.03, max_seeds=30)
    steady = [_right(seed, [0.9] * 5) for seed in (0, 1)]
    assert needed_seeds(study, steady) == 5
    spread = [_right(seed, [0.86, 0.88, 0.9, 0.92, 0.94]) for seed in (0, 1)]
    needed = needed_seeds(study, spread)
    assert 5 < needed < 30
    stated = [
        detectable_difference(_more_seeds(spread[0], needed, run), _more_seeds(spread[1], needed, 100 + run))
        for run in range(30)
    ]
    assert np.median(stated) == pytest.approx(0.03, rel=0.15)
    assert needed_seeds(Study(**DEPTH, seeds=5, detectable=0.03, max_seeds=7), spread) == 7


def test_seeds_are_not_added_where_the_images_alone_leave_more_uncertainty():
    study = Study(**DEPTH, seeds=5, detectable=0.01, max_seeds=30)
    rng = np.random.default_rng(0)
    # Each level is nearly always right on some images and nearly never on others: further seeds tell nothing new.
    chances = rng.choice([0.02, 0.98], size=(2, 1, 400))
    shifts = rng.uniform(-0.1, 0.1, size=(2, 5, 1))
    right = [rng.random((5, 400)) < chance + shift for chance, shift in zip(chances, shifts, strict=True)]
    assert needed_seeds(study, right) == 5
