"""The storm in short: a few dozen faults of every class, which lose nothing, spoil nothing and leave nothing behind."""

import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from benchmarks.storm import methods
from benchmarks.storm.faults import KINDS, Finding, Journal, Outcome
from benchmarks.storm.ground import Ground
from benchmarks.storm.storm import CLASSES, Storm
from benchmarks.storm.summary import as_table, figures, list_findings

SEED = 14
ATTACKS = ("kills:0", "disk:0", "disk:1", "damage:0", "data:0", "suites:0", "commands:0", "together:0")
METHODS = ["raises_surrogate", "starts_daemon", "history_other_keys", "predicts_nan", "segfaults"]


@pytest.fixture(scope="module")
def storm():
    # Sockets are made below it, whose names may not be long.
    folder = Path(tempfile.mkdtemp(prefix="storm-"))
    yield Storm(SEED, folder, keep=False)
    shutil.rmtree(folder)


def test_a_short_storm_does_no_harm(storm):
    storm.carry_out_all(ATTACKS, jobs=2)
    outcomes = storm.journal.read()
    assert {outcome.name for outcome in outcomes} == set(ATTACKS)
    assert list_findings(outcomes) == []
    by_class = figures(outcomes)
    assert sum(row["injected"] for row in by_class.values()) >= 30
    assert all(not row[kind] for row in by_class.values() for kind in KINDS)


def test_methods_that_misbehave_do_no_harm(storm):
    ground = Ground(Outcome("methods", 0, SEED), storm.folder / "methods", storm.homes)
    methods.run_methods(ground, METHODS, [], storm.references["tiny"], "2")
    assert ground.outcome.findings == []
    assert len(ground.outcome.faults) == len(METHODS)
