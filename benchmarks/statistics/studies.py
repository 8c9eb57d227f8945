"""How often studies are wrong and how much they find; writes ``reports/statistics/studies.md``.

All levels of a study are evaluated on the same held-out images. Without a difference between the levels, any that is
called better, by the F test over all levels or by the corrected tests of pairs, is an error. With one better level, it
is the share of found differences that counts; a difference as large as the stated detectable one should be found in
about 80 % of the studies.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.special import ndtri
from scipy.stats import false_discovery_control
from simulation import OWN, SHARED
from tabulate import tabulate

from hdr_bench.files import write_whole
from hdr_bench.records.detectable import detectable_difference
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.omnibus import equal_accuracies

N_RUNS = 2_000
SEED = 29
_ALPHA = 0.05


@dataclass(frozen=True)
class Study:
    """What is simulated.

    Attributes
    ----------
    n_levels, n_seeds, n_images : int
    accuracy : float
        Mean accuracy of a level over all images and seeds that there could be.
    spread : float
        Standard deviation between seeds.
    """

    n_levels: int
    n_seeds: int
    n_images: int
    accuracy: float
    spread: float


STUDIES = (
    Study(2, 5, 6_000, 0.96, 0.002),
    Study(3, 5, 6_000, 0.98, 0.001),
    Study(6, 5, 6_000, 0.96, 0.002),
    Study(6, 5, 6_000, 0.98, 0.005),
    Study(6, 2, 6_000, 0.98, 0.001),
    Study(6, 5, 500, 0.96, 0.002),
    Study(10, 5, 6_000, 0.98, 0.001),
)
REPORT = Path(__file__).parents[2] / "reports" / "statistics" / "studies.md"
_TEXT = """# Studies of one factor: error rates

Written by `benchmarks/statistics/studies.py`: {runs:,} simulated studies per row. "F wrong": how often the F test over
all levels rejects (at 5 %) although all levels are equally accurate. "Pair wrong": how often the corrected tests then
call any level better than another. "Detectable": mean of the difference that each study states for two levels, of those
that state one. "Found": how often a true difference of that size, of one level to all others, is found by their test,
with the correction for all pairs of the study. Reports state about 80 %: the formula takes the standard error as that
of equal levels, and the correction as that which remains if every pair with the better level is found.

{table}
"""


def simulate(study: Study, lead: float, n_runs: int, rng: np.random.Generator) -> Iterator[list[Fits]]:
    """Give the fits of each level, the first of which is more accurate by `lead`, study by study."""
    own = np.sqrt(OWN)
    rest = np.sqrt(1 - SHARED - OWN)
    means = np.full((study.n_levels, 1), study.accuracy)
    means[0] += lead
    for _ in range(n_runs):
        seeds = np.clip(rng.normal(means, study.spread, (study.n_levels, study.n_seeds)), 1e-6, 1 - 1e-6)
        ease = np.sqrt(SHARED) * rng.standard_normal(study.n_images, np.float32)
        levels = ease + own * rng.standard_normal((study.n_levels, study.n_images), np.float32)
        noise = rest * rng.standard_normal((study.n_levels, study.n_seeds, study.n_images), np.float32)
        right = ndtri(seeds)[:, :, None] + levels[:, None] + noise > 0
        yield [Fits(each, is_stochastic=True) for each in right]


def row_of(study: Study, n_runs: int, rng: np.random.Generator) -> dict[str, str]:
    """Simulate a study, and return its row of the table."""
    over_all, any_pair, stated = [], [], []
    for levels in simulate(study, 0.0, n_runs, rng):
        over_all.append(equal_accuracies(levels).p_value)
        any_pair.append(min(_corrected(levels)))
        stated.append(detectable_difference(levels[0], levels[1], len(levels)))
    lead = float(np.mean(np.array(stated)[np.isfinite(stated)]))
    found = [_corrected(levels)[0] for levels in simulate(study, lead, n_runs, rng)]
    return {
        "Levels": f"{study.n_levels}",
        "Seeds": f"{study.n_seeds}",
        "Images": f"{study.n_images:,}",
        "Accuracy (%)": f"{100 * study.accuracy:g}",
        "Std. dev. of seeds (points)": f"{100 * study.spread:g}",
        "F wrong (%)": _rejected(over_all),
        "Pair wrong (%)": _rejected(any_pair),
        "Detectable (points)": f"{100 * lead:.2f}",
        "Found (%)": _rejected(found),
    }


def _corrected(levels: list[Fits]) -> list[float]:
    """Return the p-values of all pairs, corrected as in a report; that of the first two levels is the first."""
    p_values = [paired_difference(*pair).p_value for pair in combinations(levels, 2)]
    return [float(each) for each in false_discovery_control(p_values)]


def _rejected(p_values: list[float]) -> str:
    return f"{100 * np.mean(np.array(p_values) <= _ALPHA):.1f}"


def main() -> None:
    """Simulate every study, and write the table."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    n_runs = round(share * N_RUNS)
    rows = [row_of(study, n_runs, np.random.default_rng([SEED, place])) for place, study in enumerate(STUDIES)]
    table = tabulate(rows, "keys", "pipe", disable_numparse=True, colalign=["right"] * len(rows[0]))
    text = _TEXT.format(runs=n_runs, table=table)
    write_whole(REPORT, text.encode())
    print(text)


if __name__ == "__main__":
    main()
