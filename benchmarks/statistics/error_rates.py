"""How often this library's comparisons are wrong, and how often usual ones are: writes ``reports/statistics/``.

Fits are simulated (`simulation`), with true accuracies that are known; what a rule says is held against them. A few
minutes on one core.
"""

import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from outcomes import pair_outcomes
from rules import as_fits, bootstrap_images, bootstrap_images_and_seeds, crossed, pooled_mcnemar, welch
from scipy.stats import t as student
from simulation import Method, simulate

from hdr_bench.files import write_whole
from hdr_bench.reporting.statistics.intervals import score_interval
from hdr_bench.reporting.statistics.uncertainty import uncertainty_of_fits

FOLDER = Path(__file__).parents[2] / "reports" / "statistics"
N_IMAGES = 10_000
N_RUNS = 2000
N_BOOTSTRAPPED = 400
SEED = 13
# Spreads that leave seeds below 100 %: accuracy, then standard deviations between seeds.
SPREADS = {
    0.80: (0.0005, 0.002, 0.01, 0.03),
    0.90: (0.0005, 0.002, 0.01, 0.03),
    0.98: (0.0005, 0.002, 0.005),
    0.995: (0.0005, 0.0015),
}
SEEDS = (3, 5)

Rows = list[dict[str, object]]


def main() -> None:
    """Simulate, and write the tables as Markdown and CSV."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    began, n_runs = time.perf_counter(), round(share * N_RUNS)
    # Each table has its own generator: one can be changed without the others.
    generators = [np.random.default_rng([SEED, number]) for number in range(5)]
    n_bootstrapped = round(share * N_BOOTSTRAPPED)
    few_seeds = error_rates((2,), n_runs, n_bootstrapped, generators[4])
    errors = [*few_seeds, *error_rates(SEEDS, n_runs, n_bootstrapped, generators[0])]
    tables = {
        "Two equal methods called different": pd.DataFrame(errors),
        "A true difference found": pd.DataFrame(power(n_runs, generators[1])),
        "Intervals of a row that hold the true accuracy": pd.DataFrame(coverage(n_runs, generators[2])),
        "What the report says about two methods": pd.DataFrame(pair_outcomes(n_runs, generators[3])),
    }
    write_whole(FOLDER / "error-rates.md", _page(tables).encode())
    long = pd.concat([table.assign(table=title) for title, table in tables.items()])
    columns = ["table", *(name for name in long.columns if name != "table")]
    write_whole(FOLDER / "error-rates.csv", long[columns].to_csv(index=False, lineterminator="\n").encode())
    print(_page(tables))
    print(f"{time.perf_counter() - began:.0f} s")


def error_rates(
    seeds: tuple[int, ...], n_runs: int, n_bootstrapped: int, rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    """Give how often each rule calls two methods different that are not."""
    for n_seeds, (accuracy, spread, pairing) in product(seeds, _null_cases()):
        first = Method(accuracy, spread, n_seeds)
        seconds = {
            "both alike": first,
            "other deterministic": Method(accuracy, 0.0, 1),
            "other steady": Method(accuracy, SPREADS[accuracy][0], n_seeds),
        }
        calls: dict[str, list[bool]] = {name: [] for name in _TESTS | _BOOTSTRAPS}
        for run, (one, other) in enumerate(simulate(first, seconds[pairing], N_IMAGES, n_runs, rng)):
            for name, test in _TESTS.items():
                calls[name].append(test(one, other))
            if run < n_bootstrapped and pairing == "both alike":
                for name, bootstrap in _BOOTSTRAPS.items():
                    calls[name].append(bootstrap(one, other, rng))
        yield {"seeds": n_seeds, "pair": pairing, "accuracy": accuracy, "spread": spread, **_rates(calls)}


def power(n_runs: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Give how often a true difference is found: of two real methods, and of twice and four times 0.1 points."""
    pairs = [
        (Method(0.9892, 0.0005, 0), Method(0.8177, 0.039, 0)),
        (Method(0.982, 0.0005, 0), Method(0.98, 0.0005, 0)),
        (Method(0.984, 0.0005, 0), Method(0.98, 0.0005, 0)),
        (Method(0.984, 0.002, 0), Method(0.98, 0.002, 0)),
    ]
    for n_seeds, (one, other) in product(SEEDS, pairs):
        first, second = (Method(each.accuracy, each.spread, n_seeds) for each in (one, other))
        calls = {"rule": [crossed(*fits) for fits in simulate(first, second, N_IMAGES, n_runs, rng)]}
        yield {
            "seeds": n_seeds,
            "accuracy": one.accuracy,
            "spread": one.spread,
            "other accuracy": other.accuracy,
            "other spread": other.spread,
            **_rates(calls),
        }


def coverage(n_runs: int, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Give how often a row's interval holds the true accuracy: this library's, and those that it had before."""
    deterministic = [(1, accuracy, 0.0) for accuracy in SPREADS]
    stochastic = [(n, accuracy, spread) for n in SEEDS for accuracy in SPREADS for spread in SPREADS[accuracy]]
    for n_seeds, accuracy, spread in deterministic + stochastic:
        holds: dict[str, list[bool]] = {"rule": [], "Wilson": [], "Student over seeds": []}
        for right, _ in simulate(Method(accuracy, spread, n_seeds), Method(accuracy, 0.0, 1), N_IMAGES, n_runs, rng):
            fits = as_fits(right)
            intervals = {
                "rule": uncertainty_of_fits(fits).interval(fits.accuracy, N_IMAGES),
                "Wilson": score_interval(fits.accuracy, N_IMAGES),
            }
            if n_seeds > 1:
                intervals["Student over seeds"] = _student(right.mean(axis=1))
            for name, (low, high) in intervals.items():
                holds[name].append(low <= accuracy <= high)
        yield {"seeds": n_seeds, "accuracy": accuracy, "spread": spread, **_rates(holds)}


def _null_cases() -> Iterator[tuple[float, float, str]]:
    for accuracy, spreads in SPREADS.items():
        for spread in spreads:
            yield accuracy, spread, "both alike"
            yield accuracy, spread, "other deterministic"
        yield accuracy, spreads[-1], "other steady"


def _student(accuracies: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> tuple[float, float]:
    n = len(accuracies)
    reach = student.ppf(0.975, n - 1) * accuracies.std(ddof=1) / np.sqrt(n)
    return accuracies.mean() - reach, accuracies.mean() + reach


def _rates(outcomes: dict[str, list[bool]]) -> dict[str, object]:
    """Return shares, each with its Monte Carlo standard error."""
    rates: dict[str, object] = {}
    for name, answers in outcomes.items():
        share = float(np.mean(answers)) if answers else np.nan
        rates |= {name: share, f"{name}, error": float(np.sqrt(share * (1 - share) / max(len(answers), 1)))}
    return rates


_TESTS: dict[str, Callable[..., bool]] = {"rule": crossed, "Welch": welch, "pooled McNemar": pooled_mcnemar}
_BOOTSTRAPS: dict[str, Callable[..., bool]] = {
    "bootstrap of images": bootstrap_images,
    "bootstrap of images and seeds": bootstrap_images_and_seeds,
}


_NOTES = {
    "Two equal methods called different": (
        "Asked for: 5 %. “Both alike”: both methods have this accuracy and spread over seeds; “other deterministic”: "
        "the other one has no spread, and one fit; “other steady”: its spread is 0.05 points. Welch: his t-test of the "
        "seeds' accuracies. Pooled McNemar: the images of all seeds counted as if they were so many more images. "
        "Bootstrap: percentile interval, of two methods that are alike."
    ),
    "A true difference found": "Power at the 5 % level, before the correction for the number of pairs.",
    "Intervals of a row that hold the true accuracy": (
        "Asked for: 95 %. The true accuracy is that of the method over all images and seeds. Wilson: of the mean "
        "accuracy on the test images, as earlier versions had it. Student: of the mean over the seeds, as earlier "
        "versions had it beside. With one seed, the method is deterministic."
    ),
    "What the report says about two methods": (
        "The better method has an accuracy of 98 %, the other one is worse by so many margins (0.39 points); with one "
        "seed, both are deterministic."
    ),
}


def _page(tables: dict[str, pd.DataFrame]) -> str:
    """Return all tables as Markdown, shares in percent with their Monte Carlo standard errors."""
    parts = [
        "# Error rates of the comparisons",
        f"Simulated with {N_IMAGES:,} test images and fits whose true accuracies are known; regenerate it with "
        "`make statistics`. Shares in percent, each with its Monte Carlo standard error behind ±; spreads are standard "
        "deviations between seeds, in percentage points.",
    ]
    for title, table in tables.items():
        parts += [f"## {title}", _NOTES[title], _in_words(table).to_markdown(index=False, disable_numparse=True)]
        if title == "Two equal methods called different":
            parts.append(_over_all(table))
    return "\n\n".join(parts) + "\n"


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table's cells as text, each share together with its error."""
    columns = {}
    for name in table.columns:
        if name.endswith(", error"):
            continue
        if f"{name}, error" in table:
            columns[name] = list(map(_share_in_words, table[name], table[f"{name}, error"]))
        elif name.endswith(("accuracy", "spread")):
            columns[name] = [f"{100 * value:g}" for value in table[name]]
        else:
            columns[name] = [f"{value:g}" if isinstance(value, float) else str(value) for value in table[name]]
    return pd.DataFrame(columns)


def _share_in_words(share: float, error: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.1f} ± {100 * error:.1f}"


def _over_all(table: pd.DataFrame) -> str:
    """Say between what bounds each rule's error rate lies, and what it is on average, by the number of seeds."""
    lines = []
    for n_seeds, rows in table.groupby("seeds"):
        parts = [
            f"{name} {100 * rows[name].min():.1f} to {100 * rows[name].max():.1f} (mean {100 * rows[name].mean():.1f})"
            for name in (*_TESTS, *_BOOTSTRAPS)
        ]
        lines.append(f"- With {n_seeds} seeds, in percent: {'; '.join(parts)}.")
    return "\n".join([*lines, "", _EXCESS])


_EXCESS = (
    "The rule exceeds 5 % most with few seeds where these matter more than the images do, and most against a method "
    "without any: the degrees of freedom are then estimated from two or three accuracies, and come out too many when "
    "these happen to be close together. Intervals that add the squares of both reaches (Zou and Donner 2008) would "
    "come closer to 5 % there, but err in only 1 to 3 % between two stochastic methods, with intervals 1.4 times as "
    "wide for three seeds; five seeds are the better remedy. Welch's test and the bootstrap of images each leave out "
    "a part of what chance does: the choice of the images, or of the seeds."
)


if __name__ == "__main__":
    main()
