"""Regenerate a report that no suite has: ``python -m benchmarks.beside NAME``.

Each has a budget of its own, and notes beside it how long its parts took by a clock (``made.json``), which the index of
the reports states. Parts that the same code has finished are not repeated.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from hdr_bench.files import write_whole
from hdr_bench.records.environment import read_environment, utc_now
from hdr_bench.records.quantities import duration
from hdr_bench.reporting.page.making import MADE, Making

REPORTS = Path(__file__).parents[1] / "reports"


@dataclass(frozen=True)
class Report:
    """A report that no suite has.

    Attributes
    ----------
    command : str
        What a user types.
    budget : float
        Seconds on two cores.
    parts : mapping of str to sequence of str
        Arguments of Python for each part, in order.
    """

    command: str
    budget: float
    parts: Mapping[str, tuple[str, ...]]


def _scripts(folder: str, *names: str) -> dict[str, tuple[str, ...]]:
    return {name: (f"benchmarks/{folder}/{name}.py",) for name in names}


BESIDE = {
    "speed": Report(
        "make speed",
        3600,
        _scripts("speed", "svm", "neighbors", "logistic", "networks", "predictions", "alone", "busy", "report"),
    ),
    "statistics": Report(
        "make statistics",
        1800,
        _scripts("statistics", "error_rates", "verdicts", "drops", "studies", "learning_rates"),
    ),
    "pictures": Report("make pictures-report", 1800, {"pictures": ("-m", "benchmarks.pictures")}),
    "storm": Report("make storm", 2700, {"storm": ("-m", "benchmarks.storm")}),
    "label-audit": Report(
        "make audits",
        5400,
        {
            name: ("-m", "hdr_bench", "audit", name, "--part", "all", "--jobs", "2", "--threads", "1")
            for name in ("mnist", "nist15")
        },
    ),
}
"""Reports by the name of their folder."""


def make(report: Report, folder: Path) -> int:
    """Run the parts that this code has not finished, and return the exit code of the first that fails, or 0."""
    machine = read_environment()
    made = _begin(report, folder, machine.code, f"{machine.cpu}, {machine.cores} cores")
    for name, arguments in report.parts.items():
        if name in made.parts:
            continue
        start = time.monotonic()
        code = subprocess.run([sys.executable, *arguments], cwd=REPORTS.parent, check=False).returncode
        if code:
            return code
        seconds = round(time.monotonic() - start, 1)
        made = made.model_copy(update={"parts": made.parts | {name: seconds}, "finished": utc_now()})
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / MADE, (made.model_dump_json(indent=1) + "\n").encode())
        print(f"{name}: {duration(seconds)}", flush=True)
    total = sum(made.parts.values())
    print(f"{report.command}: {duration(total)} in all; budget {duration(report.budget)}")
    return 0


def _begin(report: Report, folder: Path, code: str, machine: str) -> Making:
    """Return what the same code has made already on this machine, or a making without any part."""
    new = Making(command=report.command, budget=report.budget, code=code, machine=machine, parts={}, finished="")
    try:
        stored = Making.model_validate_json((folder / MADE).read_bytes())
    except (OSError, ValidationError):
        return new
    is_known = code and not code.endswith("+")
    is_same = (stored.code, stored.machine) == (code, machine)
    return new.model_copy(update={"parts": stored.parts, "finished": stored.finished}) if is_known and is_same else new


def main() -> int:
    """Make the report that is named, and write the index."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__)
    parser.add_argument("report", choices=BESIDE)
    name = parser.parse_args().report
    code = make(BESIDE[name], REPORTS / name)
    return code or subprocess.run([sys.executable, "-m", "hdr_bench", "index", str(REPORTS)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
