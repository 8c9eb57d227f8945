"""Several runs at once on one folder, with writers and readers of its report, and kills."""

import random
import signal
import time
from contextlib import suppress

import psutil

from benchmarks.storm import oracle
from benchmarks.storm.ground import PATIENCE_SECONDS, Ground, Running
from benchmarks.storm.judging import FAILED_TRIALS, INTERRUPTED, RIGHT, USAGE
from benchmarks.storm.patience import patience
from benchmarks.storm.processes import descendants, end, has_loaded, running, wait_until
from benchmarks.storm.references import RUN, References, write_suite

_NO_RUN_YET_SECONDS = patience(60.0)
_SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def attack(ground: Ground, rng: random.Random, references: References) -> None:
    """Let two or three runners share a folder, read and write its report meanwhile, kill some, and compare."""
    reference, run = references["small"], ground.folder / "run"
    suite, n_runners = write_suite(ground, "small"), rng.choice((2, 2, 3))
    options = ([], ["--only", "tree"], ["--only", "*n*"], ["--jobs", "2"], ["--rerun", "all"])
    chosen = [rng.choice(options) for _ in range(n_runners)]
    what = " and ".join(" ".join(option) or "all" for option in chosen)
    with ground.injecting(f"{n_runners} runners on one folder ({what})"):
        runners = [ground.start(["run", suite, *RUN, *option]) for option in chosen]
    killed: set[int] = set()
    for runner in rng.sample(runners, rng.choice((0, 1, 1, 2))):
        number, delay = rng.choice(_SIGNALS), rng.uniform(0, 3)
        with ground.injecting(f"{number.name} to one of {n_runners} runners after {delay:.2f} s"):
            # Before that it is an interpreter that starts, and not yet the command.
            wait_until(lambda one=runner: one.is_over or has_loaded(one.pid, "numpy"), _NO_RUN_YET_SECONDS)
            time.sleep(delay)
            _kill(ground, runner, number)
            killed.add(runner.pid)
    wait_until(lambda: (run / "run.json").exists() or all(one.is_over for one in runners), _NO_RUN_YET_SECONDS)
    for _ in range(rng.randint(1, 3)):
        with ground.injecting("a report written while runs go on"):
            said = ground.call(["report", "run"])
            ground.expect(said, RIGHT, FAILED_TRIALS, USAGE)
            ground.found(oracle.contradictions(oracle.read_store(run)))
    ground.blame(f"all of: {'; '.join(ground.outcome.faults)}")
    for runner in runners:
        if runner.pid not in killed:
            # What another runner has planned, and what it has not done yet, is missing in this one's report.
            ground.expect(runner.wait(), RIGHT, FAILED_TRIALS)
    said = ground.call(["run", suite, *RUN])
    ground.expect(said, RIGHT)
    ground.found(oracle.compare(reference.store, oracle.read_store(run)))
    ground.found(oracle.check_report(run, reference.store))
    ground.found(oracle.leftovers(run))
    ground.expect_nothing_left()


def _kill(ground: Ground, runner: Running, number: signal.Signals) -> None:
    """Kill one of the runners; all below it must go."""
    with suppress(psutil.Error):
        below = descendants(psutil.Process(runner.pid))
        runner.signal(number)
        said = runner.wait(PATIENCE_SECONDS)
        ground.expect(said, RIGHT, FAILED_TRIALS, *INTERRUPTED, is_signalled=True)
        if not wait_until(lambda: not running(below), PATIENCE_SECONDS):
            ground.found(("left behind", f"process {process.pid}") for process in running(below))
            end(below)
