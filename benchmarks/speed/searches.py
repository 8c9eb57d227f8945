"""What a grid search costs whose fits run in processes of their own, beside one whose fits run in the trial's.

Another checkout of the library, with an environment of its own, is the other side; both run the same suite by turns, so
that a neighbour of the machine disturbs both. Run it with
``.venv/bin/python benchmarks/speed/searches.py OTHER/.venv/bin/python [REPEATS]``; without another, it prints the times
of this one.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

_SUITE = """
title = "Searches"
dataset = "mnist-5k"
protocol = { kind = "grid-search", folds = 3 }
[[case]]
name = "k-NN"
estimator = "knn"
grid = { n_neighbors = [1, 2, 3, 4, 5, 6, 7, 8], weights = ["uniform", "distance"] }
[[case]]
name = "Tree"
estimator = "tree"
grid = { max_depth = [2, 4, 6, 8, 10, 12, 14, 16], min_samples_leaf = [1, 5] }
[[case]]
name = "MLP"
estimator = "mlp"
params = { layers = "64N", max_epochs = 5 }
grid = { lr = [0.01, 0.03, 0.1, 0.3], batch_size = [32, 128] }
"""
_CASES = ("k-NN", "Tree", "MLP")


def run(python: str, suite: Path, case: str) -> tuple[float, float]:
    """Return the seconds of a whole run, by the clock and of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        begin, used = time.perf_counter(), _processor_seconds()
        command = [python, "-m", "hdr_bench", "run", str(suite), "--only", case, "--threads", "1", "--quiet"]
        subprocess.run([*command, "--out", folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - begin, _processor_seconds() - used


def _processor_seconds() -> float:
    """Return what ended children have used: beside other programs it tells more than the clock."""
    ended = os.times()
    return ended.children_user + ended.children_system


def main() -> None:
    """Print a line for each case: the medians of both sides, and of the ratios of pairs."""
    pythons = [sys.executable, *sys.argv[1:2]]
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(folder) / "searches.toml"
        suite.write_text(_SUITE, encoding="utf-8")
        for case in _CASES:
            pairs = [[run(python, suite, case) for python in pythons] for _ in range(repeats)]
            for unit, name in enumerate(("clock", "processor")):
                columns = list(zip(*[[side[unit] for side in pair] for pair in pairs], strict=True))
                line = ", ".join(f"{median(column):.1f} s" for column in columns)
                if len(columns) > 1:
                    ratios = [own / other for own, other in zip(*columns, strict=True)]
                    line += f"; ratio {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
                print(f"{case:>6}, {name:>9}: {line}", flush=True)


if __name__ == "__main__":
    main()
