"""How often each of three things is said: of two methods, and of a published accuracy, by the true difference.

Twice the margin below the other accuracy, "as good" and "reproduced" are wrong; at no difference, "better" and
"differs" are.
"""

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
from rules import as_fits
from scipy.stats import t as student
from simulation import Method, simulate

from hdr_bench.reporting.crossed import paired_difference
from hdr_bench.reporting.intervals import margin
from hdr_bench.reporting.pairs import Pair

_N_IMAGES = 10_000
_DIFFERENCES = (0.0, 1.0, 2.0)
_HALF_A_UNIT = 0.00005
"""Of the last digit of a published accuracy with four decimals."""


def pair_outcomes(n_runs: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Give how often two methods are called better, as good, or too few to say; without other pairs beside them."""
    cases = [(1, 0.0), (3, 0.0005), (3, 0.002), (5, 0.0005), (5, 0.002)]
    for (n_seeds, spread), multiple in product(cases, _DIFFERENCES):
        better = 0.98
        worse = better - multiple * margin(better, _N_IMAGES)
        found = [
            _verdict(first, second)
            for first, second in simulate(
                Method(better, spread, n_seeds), Method(worse, spread, n_seeds), _N_IMAGES, n_runs, rng
            )
        ]
        yield {"seeds": n_seeds, "spread": spread, "difference in margins": multiple,
               **_shares(found, ("better", "as good", "too few"))}  # fmt: skip


def published_outcomes(n_runs: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Give how often a published accuracy, of one run on the same images, is called reproduced or different."""
    cases = [(3, 0.99, 0.0005), (3, 0.98, 0.0005), (3, 0.98, 0.001), (3, 0.9, 0.0005), (5, 0.98, 0.0005),
             (5, 0.98, 0.001)]  # fmt: skip
    for (n_seeds, accuracy, spread), multiple in product(cases, _DIFFERENCES):
        other = accuracy - multiple * margin(accuracy, _N_IMAGES)
        found = [
            published_verdict(rng.normal(accuracy, spread, n_seeds), round(float(rng.normal(other, spread)), 4))
            for _ in range(n_runs)
        ]
        yield {"seeds": n_seeds, "accuracy": accuracy, "spread": spread, "difference in margins": multiple,
               **_shares(found, ("reproduced", "differs", "inconclusive"))}  # fmt: skip


def published_verdict(accuracies: "np.ndarray[tuple[int], np.dtype[np.float64]]", published: float) -> str:
    """Hold the accuracies of seeds against a published one of a single run on the same images."""
    n = len(accuracies)
    difference, error = accuracies.mean() - published, accuracies.std(ddof=1) * math.sqrt(1 / n + 1)
    within = margin(published, _N_IMAGES) + _HALF_A_UNIT
    reach_90, reach_95 = (student.ppf(level, n - 1) * error for level in (0.95, 0.975))
    if abs(difference) + reach_90 <= within:
        return "reproduced"
    return "differs" if abs(difference) > reach_95 else "inconclusive"


def _verdict(first: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]",
             second: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> str:  # fmt: skip
    one, other = sorted((first, second), key=lambda right: -right.mean())
    difference = paired_difference(as_fits(one), as_fits(other))
    within = margin(float(one.mean()), _N_IMAGES)
    return Pair("", "", difference, difference.p_value, within, is_one_seed=False).verdict


def _shares(found: list[str], outcomes: tuple[str, ...]) -> dict[str, object]:
    """Return the share of each outcome, with its Monte Carlo standard error."""
    shares: dict[str, object] = {}
    for outcome in outcomes:
        share = found.count(outcome) / len(found)
        shares |= {outcome: share, f"{outcome}, error": math.sqrt(share * (1 - share) / len(found))}
    return shares
