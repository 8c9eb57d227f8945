"""The comparisons of speed: how sides are timed in turn, and what becomes of the figures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone

SPEED = Path(__file__).parents[1] / "benchmarks" / "speed"
SCRIPT = """
import os, sys, time
sys.path.insert(0, {speed!r})
import rounds
from pathlib import Path
rounds.RESULTS = Path(sys.argv.pop(1))

def slow():
    return lambda: {{"fit": rounds.timed(lambda: time.sleep(0.04))[0], "threads": int(os.environ["OMP_NUM_THREADS"])}}

def fast():
    return lambda: {{"fit": rounds.timed(lambda: time.sleep(0.01))[0], "threads": int(os.environ["OMP_NUM_THREADS"])}}

def dead():
    os._exit(3)

def missing():
    raise AssertionError("started, although what it needs is not there")

ALL = (
    rounds.Comparison(
        "sleep", "Sleeping",
        {{
            "hdr-bench": rounds.Side(fast, threads=1),
            "other": rounds.Side(slow),
            "gone": rounds.Side(missing, needs="nosuch"),
        }},
        (rounds.Bar("fit", "hdr-bench", "other", at_least=2.0), rounds.Bar("fit", "hdr-bench", "gone", at_most=1.1)),
        rounds=3,
    ),
    rounds.Comparison("death", "Dying", {{"hdr-bench": rounds.Side(dead)}}, ()),
)
if __name__ == "__main__":
    rounds.run(ALL)
"""


@pytest.fixture
def run(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(speed=str(SPEED)))

    def run(*names):
        return subprocess.run(
            [sys.executable, script, tmp_path / "results", *names], capture_output=True, text=True, check=False
        )

    return run


def test_sides_take_turns_in_processes_of_their_own(run, tmp_path):
    done = run("sleep")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "results" / "sleep.json").read_text())
    assert len(result["rounds"]) == 3
    assert result["not_installed"] == ["gone"]
    assert result["gflops"] > 1
    assert "cpu" in result["environment"]
    for took in result["rounds"]:
        assert took["hdr-bench"]["fit"] < took["other"]["fit"]
        assert (took["hdr-bench"]["threads"], took["other"]["threads"]) == (1, 2)


def test_a_side_that_dies_ends_the_run_and_leaves_no_result(run, tmp_path):
    done = run("death")
    assert done.returncode != 0
    assert "ended with exit code 3" in done.stderr
    assert not list((tmp_path / "results").glob("*"))


def test_ratios_are_of_one_round(monkeypatch):
    monkeypatch.syspath_prepend(str(SPEED))
    from rounds import Bar, median_ratio

    rounds = [{"us": {"fit": ours}, "them": {"fit": theirs}} for ours, theirs in ((1, 2), (1, 4), (2, 6))]
    assert median_ratio(rounds, Bar("fit", "us", "them", at_least=2)) == (3, 2, 4)
    assert median_ratio(rounds, Bar("fit", "us", "them", at_most=1.1)) == (pytest.approx(1 / 3), 0.25, 0.5)
    assert median_ratio(rounds, Bar("fit", "us", at_most=5)) == (1, 1, 2)
