"""How often the rule for published figures says what, simulated; writes ``reports/statistics/verdicts.md``.

Two methods are equally accurate on all images there are, or differ by one or two margins. On 10,000 test images they
differ by chance besides: most of their errors are the same images, the others are not. Their seeds differ by 0.05
points. One run of the one is published, rounded to four digits; three or five seeds of the other are measured.
"""

import math
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
from tabulate import tabulate

from hdr_bench.files import write_whole
from hdr_bench.reporting.statistics.verdicts import compare_share, margin_of, seeds_error

N_IMAGES = 10_000
RUNS = 20_000
ACCURACIES = (0.90, 0.95, 0.98, 0.985, 0.99, 0.995)
SEEDS = (3, 5)
DIFFERENCES = (0, 1, 2)
"""Between the true accuracies, in margins."""
SPREAD = 0.0005
ROUNDING = 0.00005
ERRORS_IN_COMMON = 0.75
"""Share of their errors that two equally accurate methods make on the same images: an assumption.

The less it is, the more the two differ by chance on one set of test images.
"""

_HEADS = (
    "Accuracy (%)",
    "Margin δ (points)",
    "Seeds",
    "True difference (δ)",
    "Reproduced (%)",
    "Differs (%)",
    "Inconclusive (%)",
)

REPORT = Path(__file__).parents[2] / "reports" / "statistics" / "verdicts.md"
_TEXT = """# Verdicts on published figures: error rates

Written by `benchmarks/statistics/verdicts.py`: {runs:,} simulated comparisons per row, on {n_images:,} test images,
with a standard deviation between seeds of {spread:.2f} points. "True difference" is in units of the margin δ, which is
what the published figure's own images and rounding leave open. "Differs" is better or worse.

{table}
"""


def simulate(accuracy: float, n_seeds: int, difference: float, runs: int = RUNS) -> Counter[str]:
    """Return how often each outcome came of `runs` comparisons.

    Parameters
    ----------
    accuracy : float
        Of the published method, on all images there are.
    n_seeds : int
        Measured seeds.
    difference : float
        Measured minus published method, in margins.
    runs : int
    """
    random = np.random.default_rng(0)
    margin = margin_of(accuracy, N_IMAGES, ROUNDING)
    by_images = math.sqrt(2 * accuracy * (1 - accuracy) * (1 - ERRORS_IN_COMMON) / N_IMAGES)
    published = np.round(accuracy + random.normal(0, SPREAD, runs), 4)
    measured = accuracy + difference * margin + random.normal(0, by_images, (runs, 1))
    seeds = np.clip(measured + random.normal(0, SPREAD, (runs, n_seeds)), 0, 1)
    outcomes: Counter[str] = Counter()
    for value, shares in zip(published.tolist(), seeds.tolist(), strict=True):
        error = seeds_error(shares, 1, is_deterministic=False)
        comparison = compare_share(sum(shares) / n_seeds, value, error, margin, lower_is_better=False)
        outcomes[comparison.outcome] += 1
    return outcomes


def main() -> None:
    """Simulate every combination, and write the table."""
    rows = [_row(*combination) for combination in product(ACCURACIES, SEEDS, DIFFERENCES)]
    table = tabulate(rows, _HEADS, "pipe", disable_numparse=True, colalign=["right"] * len(_HEADS))
    text = _TEXT.format(runs=RUNS, n_images=N_IMAGES, spread=100 * SPREAD, table=table)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    write_whole(REPORT, text.encode())


def _row(accuracy: float, n_seeds: int, difference: float) -> tuple[str, ...]:
    outcomes = simulate(accuracy, n_seeds, difference)
    differs = outcomes["better"] + outcomes["worse"]
    shares = (100 * count / RUNS for count in (outcomes["reproduced"], differs, outcomes["inconclusive"]))
    margin = 100 * margin_of(accuracy, N_IMAGES, ROUNDING)
    return (
        f"{100 * accuracy:.1f}",
        f"{margin:.2f}",
        str(n_seeds),
        f"{difference}",
        *(f"{share:.1f}" for share in shares),
    )


if __name__ == "__main__":
    main()
