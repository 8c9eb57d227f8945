"""Regenerate the reports of suites with published tables, and of the timed ones: ``python -m benchmarks.reports``.

Suites whose tables compare times run first, one trial at a time; the others run with several jobs, the shorter ones
first. What is stored under ``reports/`` is not run again. Between the suites stands how long they took by a clock, and
how long what is left is expected to take, by the budgets.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from hdr_bench import RunOptions, list_published_suites, load_suite, plan_suite
from hdr_bench.records.quantities import duration

TIMED = ("quick", "mnist", "transfer", "sklearn-bench-mnist")
"""Suites whose tables compare the times of all methods."""

_THREADS = 1
"""Of a trial, where several run at a time."""

REPORTS = Path(__file__).parents[1] / "reports"


@dataclass(frozen=True)
class Finished:
    """A suite that has run.

    Attributes
    ----------
    name : str
    seconds : float
        By a clock.
    expected : float
        Seconds of the suite's budget for what was not stored.
    budget : float
        Seconds that the suite states.
    code : int
        Exit code of its run.
    """

    name: str
    seconds: float
    expected: float
    budget: float
    code: int


def suites_to_run() -> tuple[str, ...]:
    """Return the suites in the order in which they run; studies have a target of their own."""
    published = [name for name in list_published_suites() if not load_suite(name).studies]
    return (*TIMED, *(name for name in published if name not in TIMED))


def expected_seconds(name: str) -> float:
    """Return a suite's budget for the share of its trials that are not stored."""
    threads = {} if name in TIMED else {"threads": _THREADS}
    plan = plan_suite(name, RunOptions(out=REPORTS / name, **threads))
    return (load_suite(name).budget or 0.0) * len(plan.to_run) / len(plan.trials)


def remaining_seconds(finished: Sequence[Finished], expected: float) -> float:
    """Return how long this will take, if it keeps to what is expected as the finished suites did."""
    ran = [each for each in finished if each.expected]
    pace = sum(each.seconds for each in ran) / sum(each.expected for each in ran) if ran else 1.0
    return pace * expected


def run_suites(jobs: int) -> list[Finished]:
    """Run every suite, and say before each how far they are."""
    names = suites_to_run()
    expected = {name: expected_seconds(name) for name in names}
    finished: list[Finished] = []
    for place, name in enumerate(names):
        budget = load_suite(name).budget or 0.0
        elapsed = sum(each.seconds for each in finished)
        left = remaining_seconds(finished, sum(expected[each] for each in names[place:]))
        print(
            f"\n[{place + 1} of {len(names)}] {name}: budget {duration(budget)}; elapsed {duration(elapsed)}, "
            f"remaining about {duration(left)}",
            flush=True,
        )
        options = [] if name in TIMED else ["--jobs", str(jobs), "--threads", str(_THREADS)]
        start = time.monotonic()
        command = [sys.executable, "-m", "hdr_bench", "run", name, *options, "--out", str(REPORTS / name)]
        code = subprocess.run(command, check=False).returncode
        finished.append(Finished(name, time.monotonic() - start, expected[name], budget, code))
    return finished


def main() -> int:
    """Run every suite, write the index, and return 1 if a run failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="trials at a time of suites that compare no times")
    finished = run_suites(parser.parse_args().jobs)
    code = subprocess.run([sys.executable, "-m", "hdr_bench", "index", str(REPORTS)], check=False).returncode
    rows = [
        (each.name, duration(each.seconds), duration(each.budget), "" if each.code == 0 else f"exit code {each.code}")
        for each in finished
    ]
    rows.append(
        ("all", *(duration(sum(getattr(each, part) for each in finished)) for part in ("seconds", "budget")), "")
    )
    print("\n" + tabulate(rows, ("Suite", "Clock", "Budget", ""), "simple", disable_numparse=True))
    return int(code != 0 or any(each.code for each in finished))


if __name__ == "__main__":
    sys.exit(main())
