"""The comparisons of speed: how sides are timed in turn, and what becomes of the figures."""

import json
import math
import os
import sys
from importlib import import_module
from pathlib import Path

import pytest

SPEED = Path(__file__).parents[1] / "benchmarks" / "speed"
SIDES = """
import os

def calibration():
    return lambda: {"gflops": 100.0}

def slow():
    return lambda: {"fit": 4.0, "threads": int(os.environ["OMP_NUM_THREADS"]), "process": os.getpid()}

def fast():
    return lambda: {"fit": 1.0, "threads": int(os.environ["OMP_NUM_THREADS"]), "process": os.getpid()}

def dead():
    os._exit(3)

def missing():
    raise AssertionError("started, although what it needs is not there")
"""


@pytest.fixture
def rounds(tmp_path, monkeypatch):
    """The module of comparisons, with sides that take no time; a side's process finds them where this one does."""
    (tmp_path / "made_sides.py").write_text(SIDES)
    monkeypatch.syspath_prepend(str(SPEED))
    monkeypatch.syspath_prepend(str(tmp_path))
    module = import_module("rounds")
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(module, "matrix_product", import_module("made_sides").calibration)
    monkeypatch.setattr(sys, "argv", ["script.py"])
    yield module
    del sys.modules["made_sides"]


def test_sides_take_turns_in_processes_of_their_own(rounds, tmp_path):
    import made_sides

    sides = {
        "hdr-bench": rounds.Side(made_sides.fast, threads=1),
        "other": rounds.Side(made_sides.slow),
        "gone": rounds.Side(made_sides.missing, needs="nosuch"),
    }
    rounds.run([rounds.Comparison("sleep", "Sleeping", sides, (rounds.Bar("fit", "hdr-bench", "other"),), rounds=3)])
    result = json.loads((tmp_path / "results" / "sleep.json").read_text())
    assert len(result["rounds"]) == 3
    assert result["not_installed"] == ["gone"]
    assert result["gflops"] == 100
    assert "cpu" in result["environment"]
    for took in result["rounds"]:
        assert (took["hdr-bench"]["fit"], took["other"]["fit"]) == (1.0, 4.0)
        assert (took["hdr-bench"]["threads"], took["other"]["threads"]) == (1, 2)
    processes = {took[side]["process"] for took in result["rounds"] for side in took}
    assert len(processes | {os.getpid()}) == 3


def test_a_side_that_dies_ends_the_run_and_leaves_no_result(rounds, tmp_path):
    import made_sides

    with pytest.raises(RuntimeError, match="ended with exit code 3"):
        rounds.run([rounds.Comparison("death", "Dying", {"hdr-bench": rounds.Side(made_sides.dead)}, ())])
    assert not list((tmp_path / "results").glob("*"))


def test_ratios_are_of_one_round(rounds):
    Bar, median_ratio = rounds.Bar, rounds.median_ratio
    took = [{"us": {"fit": ours}, "them": {"fit": theirs}} for ours, theirs in ((1, 2), (1, 4), (2, 6))]
    assert median_ratio(took, Bar("fit", "us", "them", at_least=2)) == (3, 2, 4)
    assert median_ratio(took, Bar("fit", "us", "them", at_most=1.1)) == (pytest.approx(1 / 3), 0.25, 0.5)
    assert median_ratio(took, Bar("fit", "us", at_most=5)) == (1, 1, 2)


def test_no_ratio_is_made_of_disturbed_rounds(rounds):
    def took(ours, theirs, wait):
        return {"us": {"fit": ours, "wait_share": 0.0}, "them": {"fit": theirs, "wait_share": wait}}

    bar = rounds.Bar("fit", "us", "them", at_least=2)
    quiet, disturbed = [took(1, 2, 0.0)] * 3, [took(1, 50, 0.9)] * 4
    assert rounds.median_ratio(quiet + disturbed, bar) == (2, 2, 2)
    assert all(math.isnan(value) for value in rounds.median_ratio(quiet[:2] + disturbed, bar))
    # What concerns the other side alone stands.
    assert rounds.median_ratio(disturbed, rounds.Bar("fit", "us", at_most=5)) == (1, 1, 1)


def test_the_table_of_busy_neighbours_has_no_ratio_of_disturbed_rounds(rounds):
    from busy import table

    def times(seconds, others):
        return [{"seconds": seconds, "cpu": seconds, "others": others}] * 3

    found = {
        "svm": {
            "libraries": {"alone": times(2.0, 0.0), "beside": times(40.0, 0.0)},
            "trials": {"alone": times(2.1, 0.0), "beside": times(9.0, 0.8)},
        }
    }
    *_, libraries, trials = table(found).splitlines()
    assert libraries.endswith("| libraries | 2.00 (2.00–2.00) | 1.00 | 40.00 (40.00–40.00) | 10.00 |")
    assert trials.endswith("| trials | 2.10 (2.10–2.10) | 1.05 | disturbed | – |")
