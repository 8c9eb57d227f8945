"""Whatever a method does, its trial is a row, in time, and leaves nothing behind."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from hdr_bench.experiments.limits import is_out_of_memory

pytestmark = pytest.mark.alone

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="data limits are Linux's")
LIMITED = {"memory_limit": 500_000_000, "time_limit": 20.0}


def _sleepers():
    """Return the processes that `starts_children` and `searches` start."""
    wanted = ("time.sleep(1234)", "sleep 1234", "loky")
    found = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    return [line for line in found if any(word in line for word in wanted)]


@pytest.mark.parametrize("how", ["sleeps", "computes", "starts_children", "searches"])
def test_the_time_limit_ends_a_trial_wherever_it_is_with_all_that_it_started(run_trial, behaving, how):
    before = len(_sleepers())
    asked = behaving(how, {"time_limit": 3.0})
    start = time.monotonic()
    result, predictions = run_trial(asked)
    assert 2.9 < time.monotonic() - start < 5
    assert (result.status, predictions) == ("timeout", None)
    assert result.error.startswith("ended after 3.0 s by the time limit of 3 s, in: fit")
    assert result.key == asked.limited_key != asked.key
    assert result.seconds == pytest.approx(3, abs=1)
    deadline = time.monotonic() + 5
    while len(_sleepers()) > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(_sleepers()) <= before


def test_how_far_it_came_is_the_epoch(run_trial, trial):
    asked = trial(estimator="mlp", params={"layers": "64N", "max_epochs": 5000}, is_deterministic=False, time_limit=3.0)
    result, _ = run_trial(asked)
    assert result.status == "timeout"
    done = int(result.error.partition("epoch ")[2].partition(" of 5000")[0])
    assert done > 1


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
        estimator="svm", params={"engine": "auto"}, dataset={"name": "mnist-5k"}, memory_limit=10_000_000,
        fingerprint=_fingerprint("mnist-5k"),
    )  # fmt: skip
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
    assert result.seconds < 15


def test_a_limit_that_is_not_reached_changes_nothing(run_trial, trial):
    free, _ = run_trial(trial())
    limited, _ = run_trial(trial(**LIMITED))
    assert limited.status == "ok"
    assert limited.scores == free.scores
    assert limited.key == free.key


@pytest.mark.parametrize(
    ("how", "told"),
    [("exits", "exit code 3; the method, or a library that it uses, ended its own process"),
     ("segfaults", "signal SIGSEGV"), ("is_killed", "signal SIGKILL; most often that is the kernel")],
)  # fmt: skip
def test_a_process_that_ends_without_a_word_is_a_row_too(run_trial, behaving, how, told):
    result, predictions = run_trial(behaving(how))
    assert (result.status, predictions) == ("crashed", None)
    assert told in result.error
    assert "in: fit" in result.error


def test_a_method_that_calls_sys_exit_has_failed(run_trial, behaving):
    result, _ = run_trial(behaving("quits"))
    assert (result.status, result.error) == (
        "failed", "SystemExit: enough (the method ended its process by sys.exit)")  # fmt: skip
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


def test_temporary_files_of_a_trial_go_with_it(run_trial, behaving, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    before = {*Path("/dev/shm").glob("joblib_memmapping_folder_*")}
    for how in ("searches", "well"):
        run_trial(behaving(how, {"time_limit": 3.0}))
        left = [path.name for path in tmp_path.iterdir() if not path.name.startswith("pymp-")]
        assert left == []
    assert {*Path("/dev/shm").glob("joblib_memmapping_folder_*")} <= before


@pytest.mark.parametrize(
    ("error", "is_so"),
    [(MemoryError(), True), (RuntimeError("DefaultCPUAllocator: can't allocate memory"), True),
     (RuntimeError("std::bad_alloc"), True), (ValueError("could not convert"), False)],
)  # fmt: skip
def test_errors_that_mean_no_memory(error, is_so):
    assert is_out_of_memory(error) is is_so
    wrapped = ValueError("the fit failed")
    wrapped.__cause__ = error
    assert is_out_of_memory(wrapped) is is_so


def test_the_sleepers_are_found_at_all():
    process = subprocess.Popen(["sleep", "1234"])
    try:
        assert _sleepers()
    finally:
        process.kill()
        process.wait()
