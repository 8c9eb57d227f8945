"""The storm in short: a few dozen faults of every class, which must do no harm, and an oracle that sees harm."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from benchmarks.storm import damage, oracle
from benchmarks.storm.faults import KINDS, Finding, Journal, Outcome
from benchmarks.storm.judging import Said, check_exit, check_words
from benchmarks.storm.patience import VARIABLE, longest_stay, patience
from benchmarks.storm.processes import TOKEN, still_alive, with_token
from benchmarks.storm.storm import CLASSES
from benchmarks.storm.summary import figures, list_findings, write_summary
from tests.helpers.processes import wait_for

ROOT = Path(__file__).parents[1]
SEED = 14
pytestmark = pytest.mark.long
# One of each class that needs no cluster, and none that waits for a time limit.
ATTACKS = ("kills:140", "methods:0", "damage:76", "disk:65", "data:0", "suites:0", "commands:0")


# The command, but for figures, which take the longest: one is drawn, and stands for all others in what runs in forks.
SHORT = """
import dataclasses, sys
from benchmarks.storm.__main__ import main
from hdr_bench.reporting.drawing import jobs

render, drawn = jobs.render, []

def copy_the_first(planned):
    if not drawn:
        drawn.append(render(planned))
    words = {name: getattr(planned, name) for name in ("name", "title", "text", "case", "note")}
    kinds = {"svg": planned.has_svg, "data_uri": planned.has_svg, "png": planned.has_png}
    none = {"svg": b"", "data_uri": "", "png": b""}
    words |= {name: none[name] for name, is_drawn in kinds.items() if not is_drawn}
    return dataclasses.replace(drawn[0], **words)

jobs.render = copy_the_first
sys.exit(main())
"""


@pytest.fixture(scope="session")
def storm(once):
    """The folder of a short storm, which has run in its own process, and what it printed."""

    def make(folder):
        folder.mkdir()
        command = [sys.executable, "-c", SHORT, "--seed", str(SEED), "--only", ",".join(ATTACKS)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", VARIABLE: "100"}
        with (folder / "printed.txt").open("w") as printed:
            subprocess.run(
                [*command, "--work", folder], env=environment, cwd=ROOT, stdout=printed, stderr=printed, check=False
            )

    folder = once("storm", make)
    return folder / f"storm-{SEED}", (folder / "printed.txt").read_text()


@pytest.fixture
def stored(storm, tmp_path):
    """A copy of an undisturbed run, and its results."""
    folder = storm[0] / "references" / "small" / "run"
    shutil.copytree(folder, tmp_path / "run")
    return tmp_path / "run", oracle.read_store(folder)


def test_a_short_storm_does_no_harm(storm):
    folder, printed = storm
    outcomes = Journal(folder / "journal.jsonl", SEED).read()
    assert {outcome.name for outcome in outcomes} == set(ATTACKS), printed
    assert list_findings(outcomes) == []
    assert sum(len(outcome.faults) for outcome in outcomes) >= 30


def test_the_oracle_reads_what_the_library_has_written(stored):
    folder, store = stored
    assert len(store) == 4
    assert all(one.accuracy == one.counted > 0.7 for one in store.values())
    assert list(oracle.compare(store, oracle.read_store(folder))) == []
    assert list(oracle.check_report(folder, store)) == []


def _kinds(findings):
    return {kind for kind, _ in findings}


def test_the_oracle_sees_a_result_that_is_gone_another_or_run_again(stored):
    folder, store = stored
    first, second = sorted((folder / "trials").glob("tree-*"))[:2]
    shutil.copy(first, second)
    assert _kinds(oracle.compare(store, oracle.read_store(folder))) == {"wrong"}
    again = {**store, second.stem: dataclasses.replace(store[second.stem], finished="another time")}
    assert _kinds(oracle.unused(store, again)) == {"lost"}
    second.unlink()
    assert _kinds(oracle.compare(store, oracle.read_store(folder))) == {"lost"}
    first.write_bytes(first.read_bytes()[:-1])
    assert len(list(oracle.compare(store, oracle.read_store(folder)))) == 2


def test_the_oracle_counts_accuracies_again(stored):
    folder, store = stored
    path = next((folder / "trials").glob("tree-*"))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    right = str(store[path.stem].accuracy).encode()
    members["result.json"] = members["result.json"].replace(b'"accuracy": ' + right, b'"accuracy": 0.5')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert oracle.read_result(path) is None
    path.write_bytes(damage.sealed(path.read_bytes()))
    assert oracle.read_result(path).accuracy == 0.5
    assert _kinds(oracle.contradictions(oracle.read_store(folder))) == {"wrong"}


def test_the_oracle_sees_a_report_that_is_half_written_or_says_something_else(stored):
    folder, store = stored
    content = (folder / "report.html").read_bytes()
    (folder / "report.html").write_bytes(content[:-100])
    assert _kinds(oracle.check_report(folder, store)) == {"left behind"}
    (folder / "report.html").write_bytes(content)
    table = folder / "tables" / "accuracy.csv"
    table.write_text(re.sub(r"0\.\d+", "0.5", table.read_text()))
    assert _kinds(oracle.check_report(folder, store)) == {"wrong"}
    table.unlink()
    assert _kinds(oracle.check_report(folder, store)) == {"lost"}
    (folder / ".incoming-5-x").touch()
    assert _kinds(oracle.leftovers(folder)) == {"left behind"}


def test_a_process_that_stays_is_seen_and_ended():
    child = subprocess.Popen(["sleep", "100"], env={**os.environ, TOKEN: "of-a-test"}, start_new_session=True)
    # A process that has just begun may have no environment yet.
    assert [process.pid for process in wait_for(lambda: with_token("of-a-test"))] == [child.pid]
    (line,) = still_alive(lambda: with_token("of-a-test"), 0)
    assert line == f"{child.pid}: sleep 100"
    assert child.wait() != 0
    assert with_token("of-a-test") == []


@pytest.mark.parametrize(
    ("code", "text", "is_clear"),
    [
        (2, "hdr-bench: unknown suite 'x'. Did you mean 'y'?", True),
        (2, "Usage: hdr-bench run [OPTIONS]\nError: Missing argument 'SUITE'.", True),
        (0, "", True),
        (2, "", False),
        (2, "hdr-bench: ", False),
        (2, "hdr-bench: x.toml: case, 1: Input should be a valid integer", False),
        (2, "hdr-bench: KeyError: 'name'", False),
        (0, "Traceback (most recent call last):\n  File", False),
        (-11, "", False),
    ],
)
def test_words_that_say_nothing_are_unclear(code, text, is_clear):
    said = Said(("run", "x"), code, text.encode(), 0.1)
    assert (list(check_words(said)) == []) == is_clear
    assert (list(check_exit(said, (0, 2))) == []) == (code in {0, 2, -11})


def test_a_storm_goes_on_where_it_was_cut_off(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl", SEED)
    outcome = Outcome("kills", 3, SEED, ["one", "two"], [Finding("lost", "one", "a"), Finding("lost", "one", "b")], 1.5)
    journal.add(outcome)
    journal.add(Outcome("kills", 4, SEED + 1, ["another storm's"]))
    with journal.path.open("a") as file:
        file.write('{"storm_class": "kil')
    assert journal.read() == [outcome]
    assert figures([outcome])["kills"] == {"injected": 2, **dict.fromkeys(KINDS, 0), "lost": 1}
    write_summary([outcome], {"kills": CLASSES["kills"].title}, tmp_path)
    page = (tmp_path / "report.md").read_text()
    assert "| Kills of every process | 2 | 1 | 0 | 0 | 0 |" in page
    assert "| **All** | 2 | 1 | 0 | 0 | 0 |" in page
    assert "--seed 14 --only kills:3" in page
    assert json.loads((tmp_path / "figures.json").read_text())["classes"] == figures([outcome])


def test_what_must_go_is_waited_for_a_minute_at_most(monkeypatch):
    assert (patience(10), longest_stay(10), longest_stay(90)) == (10, 10, 90)
    monkeypatch.setenv(VARIABLE, "100")
    assert (patience(10), longest_stay(10), longest_stay(90)) == (1000, 60, 90)


def test_the_command_names_the_classes():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.storm", "--help"], capture_output=True, text=True, check=True
    )
    assert all(name in done.stdout for name in CLASSES)
