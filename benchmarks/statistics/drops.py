"""How often an equal accuracy on another test set is called a drop; writes ``reports/statistics/drops.md``.

The same fits are evaluated on both test sets, on different images (`simulate_on_two_sets`). This library's rule is held
against three others: a t-test over the seeds' own differences, which leaves out that the images are a sample; all
predictions of all fits as if each were of its own image; and the seeds of both test sets as if they were others.
"""

import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_1samp
from simulation import Method, simulate_on_two_sets
from tabulate import tabulate

from hdr_bench.files import write_whole
from hdr_bench.reporting.statistics.crossed import Fits, combine, images_component, seeds_component
from hdr_bench.reporting.statistics.independent import difference_between_sets, difference_of_proportions
from hdr_bench.reporting.statistics.tests import student_difference

SIZES = 10_000, 2_000
N_RUNS = 2_000
SEED = 17
METHODS = (
    Method(0.90, 0.0, 1),
    Method(0.90, 0.002, 3),
    Method(0.90, 0.02, 3),
    Method(0.90, 0.02, 5),
    Method(0.98, 0.0, 1),
    Method(0.98, 0.0005, 3),
    Method(0.98, 0.005, 3),
    Method(0.98, 0.005, 5),
    Method(0.995, 0.0005, 5),
)
_ALPHA = 0.05
Right = NDArray[np.bool_]

REPORT = Path(__file__).parents[2] / "reports" / "statistics" / "drops.md"
_TEXT = """# Drop on another test set: error rates

Written by `benchmarks/statistics/drops.py`: {runs:,} simulated comparisons per row, of the same fits on {n:,} images of
one test set and on {m:,} of another. The four columns of rules say how often (in %) each calls the
accuracies different although they are equal; the nominal rate is 5 %. "Holds": how often the rule's 95 % interval holds
the true difference. "Found": how often a true drop of {losses} standard errors of the images is found.

{table}
"""
_LOSSES = 3


def rule(one: Right, other: Right) -> float:
    """Return this library's p-value."""
    is_stochastic = len(one) > 1
    return difference_between_sets(Fits(one, is_stochastic), Fits(other, is_stochastic)).p_value


def seeds_alone(one: Right, other: Right) -> float:
    """Return the p-value of a t-test over the seeds' own differences; NaN for a single one."""
    differences = one.mean(axis=1) - other.mean(axis=1)
    return float(ttest_1samp(differences, 0.0).pvalue) if len(differences) > 1 and np.ptp(differences) else math.nan


def pooled(one: Right, other: Right) -> float:
    """Return the p-value as if every prediction were of its own image."""
    return difference_of_proportions(float(one.mean()), one.size, float(other.mean()), other.size).p_value


def unrelated_seeds(one: Right, other: Right) -> float:
    """Return the p-value as if both test sets had seeds of their own; NaN for a single one."""
    if len(one) == 1:
        return math.nan
    fits = Fits(one, is_stochastic=True), Fits(other, is_stochastic=True)
    parts = [part for each in fits for part in (images_component(each.shares), *seeds_component(each))]
    variance, freedom = combine(parts)
    value = fits[0].accuracy - fits[1].accuracy
    return student_difference(value, math.sqrt(variance), freedom, "").p_value if variance else 1.0


RULES: Mapping[str, Callable[[Right, Right], float]] = {
    "This rule": rule,
    "Seeds alone": seeds_alone,
    "Predictions pooled": pooled,
    "Seeds unrelated": unrelated_seeds,
}


def row_of(method: Method, n_runs: int, rng: np.random.Generator) -> dict[str, str]:
    """Simulate a method, and return its row of the table."""
    p_values: dict[str, list[float]] = {name: [] for name in RULES}
    held = 0
    for one, other in simulate_on_two_sets(method, 0.0, SIZES, n_runs, rng):
        for name, find in RULES.items():
            p_values[name].append(find(one, other))
        found = difference_between_sets(*(Fits(each, method.is_stochastic) for each in (one, other)))
        held += found.low <= 0 <= found.high
    variance = method.accuracy * (1 - method.accuracy)
    drop = _LOSSES * math.sqrt(variance / SIZES[0] + variance / SIZES[1])
    losses = [rule(*pair) for pair in simulate_on_two_sets(method, drop, SIZES, n_runs, rng)]
    return {
        "Accuracy (%)": f"{100 * method.accuracy:g}",
        "Seeds": f"{method.n_fits}",
        "Std. dev. of seeds (points)": f"{100 * method.spread:g}",
        **{name: _percent(np.array(found) <= _ALPHA, found) for name, found in p_values.items()},
        "Holds (%)": f"{100 * held / n_runs:.1f}",
        f"Found, {100 * drop:.2f} points (%)": f"{100 * np.mean(np.array(losses) <= _ALPHA):.1f}",
    }


def _percent(are_wrong: Right, p_values: list[float]) -> str:
    return "–" if np.isnan(p_values).all() else f"{100 * are_wrong.mean():.1f}"


def main() -> None:
    """Simulate every method, and write the table."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    n_runs = round(share * N_RUNS)
    rows = [row_of(method, n_runs, np.random.default_rng([SEED, place])) for place, method in enumerate(METHODS)]
    # What is to be found differs with the accuracy: it stands in the cell.
    for row in rows:
        name = next(name for name in row if name.startswith("Found"))
        row["Found (%)"] = f"{row.pop(name)} of {name.removeprefix('Found, ').removesuffix(' (%)')}"
    table = tabulate(rows, "keys", "pipe", disable_numparse=True, colalign=["right"] * len(rows[0]))
    text = _TEXT.format(runs=n_runs, n=SIZES[0], m=SIZES[1], losses=_LOSSES, table=table)
    write_whole(REPORT, text.encode())
    print(text)


if __name__ == "__main__":
    main()
