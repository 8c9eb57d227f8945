"""How often a method is called better than another one, as good, or neither, by the true difference.

Without a difference "better" is wrong; from one margin on, "as good" is.
"""

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from rules import as_fits
from simulation import Method, simulate

from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.statistics.crossed import paired_difference
from hdr_bench.reporting.statistics.intervals import margin

_N_IMAGES = 10_000
_DIFFERENCES = (0.0, 1.0, 2.0)


def pair_outcomes(n_runs: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Give how often two methods are called better, as good, or too few to say; without other pairs beside them."""
    cases = [(1, 0.0), (3, 0.0005), (3, 0.002), (5, 0.0005), (5, 0.002)]
    for (n_seeds, spread), multiple in product(cases, _DIFFERENCES):
        better = 0.98
        worse = better - multiple * margin(better, _N_IMAGES)
        methods = Method(better, spread, n_seeds), Method(worse, spread, n_seeds)
        verdicts = [_verdict(first, second) for first, second in simulate(*methods, _N_IMAGES, n_runs, rng)]
        yield {
            "seeds": n_seeds,
            "spread": spread,
            "difference in margins": multiple,
            **_shares(verdicts, ("better", "as good", "too few")),
        }


def _verdict(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> str:
    """Return the verdict on two methods, of each which images are right, of shape (n_seeds, n_images)."""
    one, other = sorted((first, second), key=lambda right: -right.mean())
    difference = paired_difference(as_fits(one), as_fits(other))
    within = margin(float(one.mean()), _N_IMAGES)
    return Pair("", "", difference, difference.p_value, within, is_one_seed=False).verdict


def _shares(verdicts: list[str], outcomes: tuple[str, ...]) -> dict[str, object]:
    """Return the share of each outcome, with its Monte Carlo standard error."""
    shares: dict[str, object] = {}
    for outcome in outcomes:
        share = verdicts.count(outcome) / len(verdicts)
        shares |= {outcome: share, f"{outcome}, error": math.sqrt(share * (1 - share) / len(verdicts))}
    return shares
