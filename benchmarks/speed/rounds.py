"""Sides of a comparison, timed in turn: each in a process of its own, all with the threads that it says.

A script defines its `Comparison`s and calls `run`. Each comparison is written to ``reports/speed/results/`` as soon as
it is done; ``report.py`` makes the table and the figure of them.
"""

import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[2] / "reports" / "speed" / "results"
PEERS = ("keras", "tensorflow-cpu")
WAIT = "wait_share"
FEWEST = 3
"""Undisturbed rounds of which a ratio is made."""
Seconds = dict[str, float]
Timed = Callable[[], Seconds]


@dataclass(frozen=True)
class Side:
    """One of those compared.

    Attributes
    ----------
    start : callable
        Prepares everything in the side's own process, and returns what is called once a round: it gives seconds by
        part, and may give other figures (``"error"``).
    threads : int
        Number of threads of every pool.
    needs : str
        A module without which the side is left out, and said to be.
    """

    start: Callable[[], Timed]
    threads: int = 2
    needs: str = "hdr_bench"


@dataclass(frozen=True)
class Bar:
    """What is asked of a ratio, or of one side's own figure.

    Attributes
    ----------
    part : str
        Key of the figure that is compared.
    ours : str
        The side that is judged.
    theirs : str
        The side that it is held against; empty where the figure stands alone.
    at_least : float or None
        Theirs divided by ours: how many times as fast.
    at_most : float or None
        Ours divided by theirs; or ours alone.
    slack : float
        Seconds more than theirs that are allowed whatever the ratio, where theirs takes less than 0.1 s.
    error_gap : float or None
        How far apart the two sides' errors may be, as a share.
    """

    part: str
    ours: str
    theirs: str = ""
    at_least: float | None = None
    at_most: float | None = None
    slack: float = 0.0
    error_gap: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Sides that do the same work, and what is asked of them."""

    name: str
    work: str
    sides: dict[str, Side]
    bars: tuple[Bar, ...]
    rounds: int = 5
    warm_ups: int = 1


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the wall seconds of a call, and what it gave."""
    start = time.perf_counter()
    given = call()
    return time.perf_counter() - start, given


def run(comparisons: Iterable[Comparison]) -> None:
    """Run the comparisons whose names stand on the command line, or all."""
    chosen = [one for one in comparisons if not sys.argv[1:] or one.name in sys.argv[1:]]
    for comparison in chosen:
        _write(comparison.name, _measured(comparison))


def matrix_product() -> Timed:
    """Measure the rate of a float32 matrix product of side 3,000, in GFLOP/s: the best of twenty."""
    import torch

    square = torch.randn(3000, 3000)

    def step() -> Seconds:
        best = min(timed(lambda: square @ square)[0] for _ in range(20))
        return {"gflops": 2 * 3000**3 / best / 1e9}

    return step


def _measured(comparison: Comparison) -> dict[str, Any]:
    print(f"{comparison.work}", flush=True)
    calibration = _Worker(Side(matrix_product))
    from hdr_bench.estimators.saving import installed_versions

    rate = calibration.round()["gflops"]
    calibration.end()
    sides = {label: side for label, side in comparison.sides.items() if find_spec(side.needs)}
    missing = sorted(set(comparison.sides) - set(sides))
    workers = {label: _Worker(side) for label, side in sides.items()}
    try:
        rounds = []
        for number in range(1 - comparison.warm_ups, comparison.rounds + 1):
            # Every other round runs backwards, so that no side is always the one after another.
            order = list(workers) if number % 2 else list(reversed(workers))
            took = {label: workers[label].round() for label in order}
            # Round 0 warms up: imports, first calls, page cache.
            if number > 0:
                rounds.append(took)
                print("  " + "; ".join(f"{label} {_shown(figures)}" for label, figures in took.items()), flush=True)
        environment = next(iter(workers.values())).environment()
    finally:
        for worker in workers.values():
            worker.end()
    return {
        "name": comparison.name,
        "work": comparison.work,
        "gflops": round(rate, 1),
        "threads": {label: side.threads for label, side in sides.items()},
        "not_installed": missing,
        "bars": [asdict(bar) for bar in comparison.bars],
        "rounds": rounds,
        "peers": installed_versions(PEERS),
        "environment": environment,
    }


def _shown(figures: Seconds) -> str:
    return ", ".join(f"{part} {value:.4g}" for part, value in figures.items())


def _write(name: str, result: dict[str, Any]) -> None:
    from hdr_bench.files import write_whole

    RESULTS.mkdir(parents=True, exist_ok=True)
    write_whole(RESULTS / f"{name}.json", (json.dumps(result, indent=1) + "\n").encode())


def median_ratio(rounds: list[dict[str, Seconds]], bar: Bar) -> tuple[float, float, float]:
    """Return the median, the smallest and the largest of a bar's ratio (or own figure) over the undisturbed rounds.

    All three are NaN of fewer than `FEWEST` of them; memory is not disturbed.
    """
    values = [_value(took, bar) for took in undisturbed(rounds, bar)]
    if len(values) < FEWEST:
        return (float("nan"),) * 3
    return statistics.median(values), min(values), max(values)


def undisturbed(rounds: list[dict[str, Seconds]], bar: Bar) -> list[dict[str, Seconds]]:
    """Return the rounds in which neither side of a bar was disturbed; rounds that did not measure it count."""
    from hdr_bench.records.lost_time import is_disturbed

    if bar.part == "gigabytes":
        return rounds
    sides = [side for side in (bar.ours, bar.theirs) if side]
    return [took for took in rounds if not any(is_disturbed(took[side].get(WAIT), 1) for side in sides)]


def _value(took: dict[str, Seconds], bar: Bar) -> float:
    ours = took[bar.ours][bar.part]
    if not bar.theirs:
        return ours
    theirs = took[bar.theirs][bar.part]
    return theirs / ours if bar.at_least is not None else ours / theirs


class _Worker:
    """A side's process: it prepares once, and works when it is told to."""

    def __init__(self, side: Side) -> None:
        self._connection, other = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=_work, args=(side, other), daemon=True)
        self._process.start()
        self._receive()

    def round(self) -> Seconds:
        self._connection.send("round")
        return self._receive()

    def environment(self) -> dict[str, Any]:
        self._connection.send("environment")
        return self._receive()

    def end(self) -> None:
        self._connection.close()
        self._process.join(timeout=10)
        self._process.kill()

    def _receive(self) -> Any:
        while not self._connection.poll(1):
            if not self._process.is_alive():
                raise RuntimeError(f"a side's process ended with exit code {self._process.exitcode}")
        return self._connection.recv()


def _work(side: Side, connection: Connection) -> None:
    from hdr_bench.experiments.measuring.process_state import limit_threads
    from hdr_bench.records.environment import read_environment

    limit_threads(side.threads)
    step = side.start()
    limit_threads(side.threads)
    connection.send("ready")
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            return
        connection.send(_step(step, side.threads) if asked == "round" else read_environment().model_dump(mode="json"))


def _step(step: Timed, threads: int) -> Seconds:
    """Work once; with the share that the work waited for a processor that something else had, if it is known."""
    from hdr_bench.experiments.measuring.processor_wait import processor_wait

    with processor_wait(threads) as wait:
        figures = step()
    return figures if wait.share is None else {**figures, WAIT: wait.share}
