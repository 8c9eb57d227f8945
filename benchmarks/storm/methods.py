"""Methods that misbehave, beside honest ones: each is a row that says so, and takes nothing of the others."""

import os
import random
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.storm import oracle
from benchmarks.storm.ground import LONGEST_SECONDS, Ground, Running
from benchmarks.storm.judging import FAILED_TRIALS, RIGHT
from benchmarks.storm.references import RUN, Reference, References, write_suite
from benchmarks.storm.words import read_words

PER_ATTACK = 8
_MOST_BYTES_OF_A_RESULT = 2_000_000
_MOST_BYTES_OF_TEMPORARY_FILES = 50_000_000
_LOOKS_EVERY_SECONDS = 0.1

_STATUSES = {
    "fails": {"failed"},
    "fails_or_crashes": {"failed", "crashed"},
    "crashes": {"crashed"},
    "takes_long": {"timeout"},
    "is_well_or_takes_long": {"ok", "timeout"},
    "is_well": {"ok"},
    "is_well_or_fails": {"ok", "failed"},
    "may_be_anything": {"ok", "failed", "crashed"},
}
# By what a method does: what its trial may come to.
_OUTCOMES = {how: _STATUSES[group] for group, hows in read_words("methods").items() for how in hows}
_DIVERGING = {
    "diverges at once": 'estimator = "mlp"\nparams = { layers = "16N", lr = 1e30, optimizer = "SGD", max_epochs = 2 }',
    "diverges with early stopping": (
        'estimator = "mlp"\nparams = { layers = "16N", lr = 1e30, optimizer = "SGD", max_epochs = 3, '
        "early_stopping = true, n_iter_no_change = 1 }"
    ),
}
"""Networks whose loss is not a number from the first epoch on."""


def attack(ground: Ground, rng: random.Random, references: References) -> None:
    """Run misbehaving methods between honest ones, one at a time or two."""
    hows = rng.sample(sorted(_OUTCOMES), PER_ATTACK)
    diverging = rng.sample(sorted(_DIVERGING), 1) if rng.random() < 0.2 else []
    run_methods(ground, hows, diverging, references["tiny"], rng.choice(("1", "2")))


def run_methods(ground: Ground, hows: list[str], diverging: list[str], reference: Reference, jobs: str) -> None:
    """Run these methods and judge each: its own row, and what it does to the others."""
    faults = [*(f"a method that {how.replace('_', ' ')}" for how in hows), *diverging]
    ground.outcome.faults += faults
    ground.blame(" + ".join(faults))
    suite = write_suite(ground, "tiny")
    # The honest ones come first and last: what is broken in between must not reach them.
    honest = (ground.folder / suite).read_text(encoding="utf-8").replace("[[case]]", "\0[[case]]").split("\0")
    cases = [_case(how) for how in hows] + [f'[[case]]\nname = "{name}"\n{_DIVERGING[name]}\n' for name in diverging]
    # Long enough for an honest trial beside busy neighbors.
    head = f'time_limit = "20s"\n{honest[0]}'
    (ground.folder / suite).write_text("".join([head, honest[1], *cases, *honest[2:]]), encoding="utf-8")
    running = ground.start(["run", suite, *RUN, "--jobs", jobs])
    _watch_temporary_files(ground, running)
    said = running.wait()
    ground.expect(said, FAILED_TRIALS, *((RIGHT,) if _may_be_well(hows, diverging) else ()))
    run = ground.folder / "run"
    stored = oracle.read_store(run)
    ground.found(oracle.compare(reference.store, stored))
    ground.found(oracle.check_report(run, stored))
    ground.found([("lost", "no report")] if not (run / "report.html").is_file() else [])
    ground.found(oracle.leftovers(run))
    right = next(one.accuracy for one in reference.store.values() if one.case == "Tree")
    for fault, how in zip(faults, hows, strict=False):
        ground.blame(fault)
        _judge_row(ground, run, stored, how, right)
    ground.blame(" + ".join(faults))
    ground.expect_nothing_left()


def _case(how: str) -> str:
    return f'[[case]]\nname = "{how}"\nestimator = "storm_methods.Misbehaves"\nparams = {{ how = "{how}" }}\n'


def _may_be_well(hows: list[str], diverging: list[str]) -> bool:
    return not diverging and all("ok" in _OUTCOMES[how] for how in hows)


def _judge_row(ground: Ground, run: Path, stored: oracle.Store, how: str, right: float | None) -> None:
    found = {key: one for key, one in stored.items() if one.case == how}
    if len(found) != 1:
        ground.found([("lost", f"{how}: {len(found)} stored results instead of 1")])
        return
    ((key, result),) = found.items()
    if result.status not in _OUTCOMES[how]:
        wanted = " or ".join(sorted(_OUTCOMES[how]))
        ground.found([("wrong", f"{how}: {result.status} instead of {wanted}: {result.error[:200]}")])
    if result.status == "ok" and result.accuracy != right:
        ground.found([("wrong", f"{how}: accuracy {result.accuracy} instead of {right}")])
    if result.status != "ok" and not result.error.strip():
        ground.found([("unclear", f"{how}: {result.status} without a word")])
    size = (run / "trials" / f"{key}.zip").stat().st_size + len(result.error)
    if size > _MOST_BYTES_OF_A_RESULT:
        ground.found([("left behind", f"{how}: a result of {size:,} bytes")])


def _watch_temporary_files(ground: Ground, running: Running) -> None:
    """Wait for a run's end, and write down how much it had among its temporary files at most."""
    most, deadline = 0, time.monotonic() + LONGEST_SECONDS
    while not running.is_over and time.monotonic() < deadline:
        most = max(most, _size(ground.temporary))
        time.sleep(_LOOKS_EVERY_SECONDS)
    if most > _MOST_BYTES_OF_TEMPORARY_FILES:
        ground.found([("left behind", f"{most:,} bytes of temporary files")])


def _size(folder: Path) -> int:
    total = 0
    # Unlike `Path.rglob`, it passes over folders that have gone meanwhile.
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118
    return total
