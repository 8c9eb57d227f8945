"""A suite killed by ``kill -9`` at three moments, and resumed: what was there, what was left, what came of it.

Run it with the environment's own Python: ``.venv/bin/python benchmarks/speed/killed.py [TIMES]``. It runs the suite
`quick` on 600 images, first undisturbed, then killed while it starts, and after its second and its sixth result, and
resumed each time. Before that a grid search is killed TIMES times (5 by default) after a random number of its fits, and
resumed: stored fits that ran again would be lost.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from hdr_bench import load_results

COMMAND = [sys.executable, "-m", "hdr_bench", "run", "quick", "--samples", "600", "--threads", "1"]
MOMENTS = (0, 2, 6)


def run(folder: Path) -> str:
    """Run, or resume, to the end; return what was said first."""
    ran = subprocess.run([*COMMAND, "--out", str(folder)], capture_output=True, text=True, check=True)
    return ran.stderr.splitlines()[0]


def kill(folder: Path, results: int) -> tuple[int, float]:
    """Begin, and kill once there are so many results: the processes that ran, and the seconds they lived on."""
    process = subprocess.Popen([*COMMAND, "--out", str(folder)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not (folder / "run.json").exists() or len(list((folder / "trials").glob("*.zip"))) < results:
        time.sleep(0.01)
    time.sleep(0.3)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    start = time.perf_counter()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=10)
    if alive:
        raise SystemExit(f"still running: {alive}")
    return len(family), time.perf_counter() - start


SEARCH = """
title = "T"
dataset = "digits-8x8"
[[case]]
name = "Search"
estimator = "knn"
protocol = { kind = "grid-search", folds = 3 }
grid = { n_neighbors = [1, 3, 5, 7] }
"""
N_FITS = 12


def kill_search(folder: Path, after: int) -> str:
    """Kill a search once so many of its fits are stored, resume it, and say what was lost."""
    (suite := folder / "search.toml").write_text(SEARCH)
    own = [*COMMAND, "--out", str(folder / "run")]
    own[own.index("quick")] = str(suite)
    process = subprocess.Popen(own, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while len(_stored(folder)) < after and process.poll() is None:
        time.sleep(0.005)
    time.sleep(random.uniform(0, 0.3))
    process.send_signal(signal.SIGKILL)
    process.wait()
    stored = _stored(folder)
    log = subprocess.run(own, capture_output=True, text=True, check=True).stderr
    first = log.splitlines()[0]
    again = int(first.split(" with ")[1].split()[0]) if " with " in first else 0
    return (
        f"search killed with {len(stored)} of {N_FITS} fits stored; {again} ran; lost: {again + len(stored) - N_FITS}"
    )


def _stored(folder: Path) -> list[str]:
    return [name for _, _, names in os.walk(folder / "run" / "search") for name in names if name.endswith(".zip")]


def main() -> None:
    """Print a line for each kill of the search, and for each of the three moments."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for _ in range(times):
        with tempfile.TemporaryDirectory() as name:
            print(kill_search(Path(name), random.randrange(N_FITS - 1)), flush=True)
    with tempfile.TemporaryDirectory() as name:
        run(whole := Path(name) / "whole")
        columns = ["key", "case", "seed", "status", "accuracy"]
        expected = load_results(whole)[columns]
        for results in MOMENTS:
            folder = Path(name) / str(results)
            processes, lived = kill(folder, results)
            done = {path: path.stat().st_mtime_ns for path in (folder / "trials").glob("*.zip")}
            said = run(folder)
            kept = all(path.stat().st_mtime_ns == then for path, then in done.items())
            same = load_results(folder)[columns].equals(expected)
            left = len(list(folder.rglob(".incoming-*")))
            print(f"killed after {results} results: {processes} processes, gone after {lived:.2f} s; resumed: {said}")
            print(f"  its files untouched: {kept}; results as undisturbed: {same}; half-written files left: {left}")


if __name__ == "__main__":
    main()
