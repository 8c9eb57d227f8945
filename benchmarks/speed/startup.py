"""How long the command and the import take to start, and a data set to load again.

Each figure is the median of nine runs, with the fastest and the slowest; processes are fresh ones. Run it with the
environment's own Python: ``.venv/bin/python benchmarks/speed/startup.py [DATASET ...]``.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

RUNS = 9
STARTS = {
    "python -c pass": ["-c", "pass"],
    "import hdr_bench": ["-c", "import hdr_bench"],
    "hdr-bench --help": ["-m", "hdr_bench", "--help"],
}


def seconds_of(call: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def report(name: str, call: Callable[[], object]) -> None:
    """Print the median, the fastest and the slowest of nine calls, after one that does not count."""
    call()
    runs = [seconds_of(call) for _ in range(RUNS)]
    print(f"{name:<28} median {statistics.median(runs):.4f} s  ({min(runs):.4f} to {max(runs):.4f})")


def main() -> None:
    """Measure the starts, then loading each data set again."""
    for name, arguments in STARTS.items():
        command = [sys.executable, *arguments]
        report(name, lambda command=command: subprocess.run(command, check=True, capture_output=True))

    from hdr_bench import load_dataset

    for name in sys.argv[1:] or ["mnist-5k"]:
        report(f"load_dataset({name!r})", lambda name=name: load_dataset(name))


if __name__ == "__main__":
    main()
