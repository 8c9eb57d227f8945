"""Whatever a method does, its trial is a row, in time, and leaves nothing behind."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from hdr_bench.experiments.measuring.memory import is_out_of_memory
from hdr_bench.experiments.messages import Stage, Task
from hdr_bench.experiments.processes.host_pool import ignore_stage
from hdr_bench.experiments.processes.leftovers import processes_with_mark
from hdr_bench.experiments.processes.watch import Watch
from hdr_bench.experiments.processes.worker import run_in_child
from hdr_bench.import_context import ImportContext
from hdr_bench.process_tree import MARK, make_mark
from hdr_bench.records.environment import read_environment
from tests.helpers.processes import read_pids, wait_for

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="data limits are Linux's")
LIMITED = {"memory_limit": 500_000_000}


@pytest.fixture
def time_over(monkeypatch):
    """A function that has the time of a trial's limit pass at an event, instead of after so many seconds."""

    def at(event):
        monkeypatch.setattr(Watch, "pause", lambda _: 0.05)
        monkeypatch.setattr(Watch, "_elapsed", lambda _: 3.0 if event() else 0.0)

    return at


@pytest.fixture
def announced(time_over, tmp_path, monkeypatch):
    """The file of a method that announces itself, which has no more time from then on."""
    path, stages, note = tmp_path / "pids", [], Watch.at

    def at(watch, stage):
        stages.append(stage.name)
        note(watch, stage)

    monkeypatch.setattr(Watch, "at", at)
    # The method may be there before its stage has been read.
    time_over(lambda: "fit" in stages and read_pids(path))
    return path


@pytest.fixture
def mark(monkeypatch):
    """The mark that all have that a trial starts."""
    monkeypatch.setenv(MARK, made := make_mark())
    return made


@pytest.mark.parametrize("how", ["sleeps", "computes", "starts_children", "searches"])
def test_the_time_limit_ends_a_trial_with_all_that_it_started(run_trial, behaving, how, mark, announced):
    asked = behaving(how, {"time_limit": 3.0}, seconds=1234, path=str(announced))
    result, predictions = run_trial(asked)
    assert (result.status, predictions) == ("timeout", None)
    assert result.error == "ended after 3.0 s by the time limit of 3 s, in: fit"
    assert result.key == asked.limited_key != asked.key
    # Loky's tracker may still clear up.
    wait_for(lambda: not processes_with_mark(mark))


def test_the_time_limit_is_in_seconds_since_the_trial_began(run_trial, behaving):
    # However soon or late the machine comes to it: the trial does not end by itself, and not before its limit.
    result, _ = run_trial(behaving("sleeps", {"time_limit": 0.1}, seconds=1234))
    assert result.status == "timeout"
    assert result.seconds >= 0.1


def test_a_fit_inside_a_search_has_what_the_others_left_of_the_time(behaving):
    asked = behaving("sleeps", {"time_limit": 1000.0}, seconds=1234)
    task = Task(asked, seconds_left=0.1)
    result, _ = run_in_child(task, ImportContext.current(), read_environment(), ignore_stage)
    assert (result.status, result.key) == ("timeout", asked.limited_key)
    assert result.error.endswith(" by the time limit of 1000 s, of which this fit had 0.1 s, in: fit")


def test_what_others_left_of_the_time_counts_from_where_the_fit_begins():
    watch = Watch(os.getpid(), 1000.0, None, seconds_left=0.0)
    watch.at(Stage("warm-up"))
    assert watch.passed() is None
    assert watch.pause() > 0
    watch.at(Stage("fit"))
    assert watch.passed().status == "timeout"
    assert watch.passed().reason == "ended after 0.0 s by the time limit of 1000 s, of which this fit had 0 s"
    # A trial of its own has its limit from the start of its process.
    alone = Watch(os.getpid(), 0.0, None)
    assert alone.passed().reason == "ended after 0.0 s by the time limit of 0 s"


def test_how_far_it_came_is_the_epoch(run_trial, trial, time_over):
    asked = trial(estimator="mlp", params={"layers": "64N", "max_epochs": 5000}, is_deterministic=False, time_limit=3.0)
    stages = []
    time_over(lambda: stages and stages[-1].done > 1)
    result, _ = run_trial(asked, stages.append)
    assert result.status == "timeout"
    assert result.error.endswith(f"in: fit: epoch {stages[-1].done} of 5000")


@linux
@pytest.mark.parametrize(("how", "told"), [("takes_numpy", "MemoryError"), ("takes_torch", "RuntimeError")])
def test_most_overruns_of_memory_are_ordinary_errors(run_trial, behaving, how, told):
    result, _ = run_trial(behaving(how, LIMITED))
    assert result.status == "out of memory"
    assert f"the memory limit of 500 MB was reached: {told}" in result.error
    assert "in: fit" in result.error
    assert "Traceback" in result.traceback


@linux
def test_a_native_library_meets_the_limit_too(run_trial, trial):
    big = trial(
        estimator="svm",
        params={"engine": "auto"},
        dataset={"name": "mnist-5k"},
        memory_limit=10_000_000,
        fingerprint=_fingerprint("mnist-5k"),
    )
    result, _ = run_trial(big)
    assert result.status in {"out of memory", "crashed"}
    assert "memory limit of 10 MB" in result.error


def _fingerprint(name):
    from hdr_bench import load_dataset

    return load_dataset(name).fingerprint


@pytest.mark.parametrize(("how", "megabytes"), [("takes_slowly", 3000), ("takes_in_a_child", 900)])
def test_the_rest_is_ended_from_outside(run_trial, behaving, how, megabytes):
    result, _ = run_trial(behaving(how, LIMITED, megabytes=megabytes))
    assert result.status == "out of memory"
    assert "by the memory limit of 500 MB" in result.error


def test_a_limit_that_is_not_reached_changes_nothing(run_trial, trial):
    free, _ = run_trial(trial())
    limited, _ = run_trial(trial(**LIMITED))
    assert limited.status == "ok"
    assert limited.scores == free.scores
    assert limited.key == free.key


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("exits", "exit code 3; the method or a library that it uses exited the process"),
        ("segfaults", "signal SIGSEGV"),
        ("is_killed", "signal SIGKILL; most often the kernel kills"),
    ],
)
def test_a_process_that_ends_without_a_word_is_a_row_too(run_trial, behaving, how, told):
    result, predictions = run_trial(behaving(how))
    assert (result.status, predictions) == ("crashed", None)
    assert told in result.error
    assert "in: fit" in result.error


def test_a_method_that_calls_sys_exit_has_failed(run_trial, behaving):
    result, _ = run_trial(behaving("quits"))
    assert (result.status, result.error) == (
        "failed",
        "SystemExit: enough (the method exited its process with sys.exit)",
    )
    assert "in _quits" in result.traceback


def test_a_crash_keeps_the_last_lines_with_the_place_in_python(run_trial, behaving):
    result, _ = run_trial(behaving("segfaults"))
    assert "last words" in result.traceback
    assert "Segmentation fault" in result.traceback
    assert "in _segfaults" in result.traceback


def test_what_a_method_prints_disturbs_nothing(run_trial, behaving, capfd):
    result, _ = run_trial(behaving("prints"))
    assert result.status == "ok"
    assert capfd.readouterr() == ("", "")


def test_temporary_files_of_a_trial_go_with_it(run_trial, behaving, tmp_path, monkeypatch, announced):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    run_trial(behaving("searches", {"time_limit": 3.0}, path=str(announced)))
    run_trial(behaving("well"))
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("pymp-")] == ["pids"]
    number = announced.read_text().split()[0]
    assert list(Path("/dev/shm").glob(f"joblib_memmapping_folder_{number}_*")) == []


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("std::bad_alloc"), True),
        (ValueError("could not convert"), False),
    ],
)
def test_errors_that_mean_no_memory(error, is_so):
    assert is_out_of_memory(error) is is_so
    wrapped = ValueError("the fit failed")
    wrapped.__cause__ = error
    assert is_out_of_memory(wrapped) is is_so
