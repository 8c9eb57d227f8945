"""How long it takes to plan many trials: 10,000 cases, one case of 10,000 trials, the largest grid, and halving.

Each is ``hdr-bench run SUITE --dry-run`` in its own process, from the start of Python to the last line. Run it with
``python benchmarks/speed/planning.py [CASES]``.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_HEAD = 'title = "Many"\ndataset = "mnist-5k"\n'
_MODULE = "planned_method"
_OWN = """from sklearn.dummy import DummyClassifier


class Mine(DummyClassifier):
    pass
"""
_REPEATS = 3


def make_suites(n: int) -> dict[str, str]:
    """Return suites of `n` trials each, as TOML, by what they are."""
    neighbors = "".join(
        f'[[case]]\nname = "k-NN {k}"\nestimator = "knn"\nparams = {{ n_neighbors = {k % 50 + 1} }}\n' for k in range(n)
    )
    networks = "".join(
        f'[[case]]\nname = "CNN {k}"\nestimator = "cnn"\nparams = {{ layers = "16C3-MP2-32C3-MP2-{k + 1}N" }}\n'
        for k in range(n)
    )
    others = "".join(
        f'[[case]]\nname = "SVC {k}"\nestimator = "sklearn.svm.SVC"\nparams = {{ C = {k + 1} }}\n' for k in range(n)
    )
    own = "".join(
        f'[[case]]\nname = "mine {k}"\nestimator = "{_MODULE}.Mine"\nparams = {{ constant = {k + 1} }}\n'
        for k in range(n)
    )
    steps = "".join(
        f'[[case]]\nname = "k-NN {k}"\nestimator = "knn"\n'
        f'steps = [{{ name = "deskew" }}, {{ name = "blur", params = {{ sigma = {k + 1} }} }}]\n'
        for k in range(n)
    )
    inner = "".join(
        f'[[case]]\nname = "pairs {k}"\nestimator = "sklearn.multiclass.OneVsOneClassifier"\n'
        f'params.estimator = {{ estimator = "sklearn.svm.SVC", params = {{ C = {k + 1} }} }}\n'
        for k in range(n)
    )
    seeds = f'[[case]]\nname = "tree"\nestimator = "tree"\nprotocol = {{ repeats = {n} }}\n'
    sizes = f"sizes = {[20 + k for k in range(min(n, 1000))]}, repeats = {max(n // 1000, 1)}"
    curve = f'[[case]]\nname = "k-NN"\nestimator = "knn"\nprotocol = {{ kind = "learning-curve", {sizes} }}\n'
    grid = f'[[case]]\nname = "SVM"\nestimator = "svm"\ngrid = {{ C = {[k + 1 for k in range(n)]} }}\n'
    searched = 'protocol = { kind = "grid-search", folds = 5'
    halved = f'[[case]]\nname = "SVM"\nestimator = "svm"\ngrid = {{ C = {[k + 1 for k in range(n // 50)]} }}\n'
    largest = f'[[case]]\nname = "SVM"\nestimator = "svm"\ngrid = {{ C = {[k + 1 for k in range(10 * n)]} }}\n'
    return {
        f"{n:,} cases of k-NN": neighbors,
        f"{n:,} cases of networks": networks,
        f"{n:,} cases of scikit-learn's SVC": others,
        f"{n:,} cases of a class of one's own": own,
        f"{n:,} cases of k-NN after two steps": steps,
        f"{n:,} cases of an estimator in another": inner,
        f"one case of {n:,} seeds": seeds,
        f"one learning curve of {n:,} trials": curve,
        f"one grid of {n:,} candidates": f'{grid}protocol = {{ kind = "grid-search" }}\n',
        f"one grid of {10 * n:,} candidates in 5 folds": f"{largest}{searched} }}\n",
        f"halving of {n // 50:,} candidates in 5 folds": f'{halved}{searched}, strategy = "halving" }}\n',
    }


def measure(suite: str) -> tuple[float, float]:
    """Return the seconds of a dry run, by the clock and of the processor: the least of three."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.toml"
        path.write_text(_HEAD + suite, encoding="utf-8")
        (Path(folder) / f"{_MODULE}.py").write_text(_OWN, encoding="utf-8")
        times = []
        for _ in range(_REPEATS):
            begin, used = time.perf_counter(), _processor_seconds()
            command = [sys.executable, "-m", "hdr_bench", "run", str(path), "--dry-run", "--out", f"{folder}/run"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times.append((time.perf_counter() - begin, _processor_seconds() - used))
    return min(times)


def _processor_seconds() -> float:
    """Return what ended children have used: beside other programs it tells more than the clock."""
    ended = os.times()
    return ended.children_user + ended.children_system


def main() -> None:
    """Print a line for each suite."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for name, suite in make_suites(n).items():
        wall, used = measure(suite)
        print(f"{name:>40}  {wall:5.1f} s, {used:5.1f} s of the processor", flush=True)


if __name__ == "__main__":
    main()
