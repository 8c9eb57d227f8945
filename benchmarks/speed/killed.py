"""A suite killed by ``kill -9`` at three moments, and resumed: what was there, what was left, what came of it.

Run it with the environment's own Python: ``.venv/bin/python benchmarks/speed/killed.py``. It runs the suite `quick` on
600 images, first undisturbed, then killed while it starts, and after its second and its sixth result, and resumed each
time.
"""

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


def main() -> None:
    """Run the three moments, and print a line each."""
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
