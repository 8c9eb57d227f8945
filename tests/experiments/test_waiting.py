"""Disturbed times: measured with real neighbours on one processor."""

import hashlib
import os
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from hdr_bench import load_results
from hdr_bench.experiments.waiting import (
    DISTURBED_FROM,
    Processors,
    is_disturbed,
    processor_wait,
    read_processors,
    share_waited,
)
from hdr_bench.reporting.frame import summarise

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts the wait of each thread")
BUSY = "import os; os.sched_setaffinity(0, {{{cpu}}})\nwhile True: pass"
TRIAL = """
    import os
    os.sched_setaffinity(0, {{{cpu}}})
    from hdr_bench import Case, Suite, run_suite
    case = Case(name="MLP", estimator="mlp", params={{"layers": "32N", "max_epochs": 12}})
    if __name__ == "__main__":
        run_suite(Suite(name="own", title="Own", dataset="digits-8x8", cases=[case]), out={out!r}, threads=1)
"""


@pytest.fixture
def cpu():
    return max(os.sched_getaffinity(0))


@pytest.fixture
def neighbour(cpu):
    """A function that starts a process that keeps the processor busy until the test ends."""
    started = []

    def start():
        started.append(subprocess.Popen([sys.executable, "-c", BUSY.format(cpu=cpu)]))

    yield start
    for process in started:
        process.kill()
        process.wait()


def _run(folder, cpu):
    script = textwrap.dedent(TRIAL.format(cpu=cpu, out=str(folder)))
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
    results = load_results(folder)
    return results.iloc[0], summarise(results).iloc[0]


@LINUX
@pytest.mark.alone
def test_a_busy_neighbour_on_the_same_processor_makes_a_fit_disturbed(tmp_path, cpu, neighbour):
    alone, _ = _run(tmp_path / "alone", cpu)
    # The bound is what the same fit took more than the processor worked for it.
    assert alone["fit_wait_share"] <= alone["fit_seconds"] / alone["fit_cpu_seconds"] - 1 + 0.05
    neighbour()
    beside, row = _run(tmp_path / "beside", cpu)
    assert beside["n_concurrent"] == 1
    assert beside["fit_wait_share"] > max(DISTURBED_FROM, alone["fit_wait_share"])
    assert beside["fit_wait_share"] == pytest.approx(beside["fit_seconds"] / beside["fit_cpu_seconds"] - 1, rel=0.35)
    assert row["is_time_disturbed"]


def _compute(seconds):
    """Compute in native code that other threads can run beside."""
    block = bytes(1_000_000)
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        hashlib.sha256(block).digest()


def _waited(block, threads=1):
    cpu_start, start = time.process_time(), time.perf_counter()
    with processor_wait(threads) as wait:
        block()
    return wait.share, (time.perf_counter() - start) / (time.process_time() - cpu_start) - 1


@LINUX
@pytest.mark.alone
def test_sleep_and_barriers_are_no_wait_for_a_processor():
    share, stretch = _waited(lambda: (_compute(0.1), time.sleep(0.5)))
    assert stretch > 1
    assert share < stretch / 2


@LINUX
@pytest.mark.alone
def test_threads_of_the_trial_that_share_a_processor_do_not_disturb_it(cpu):
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        threads = [threading.Thread(target=_compute, args=(0.3,)) for _ in range(2)]

        def block():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        first, start = read_processors(), time.process_time()
        share, _ = _waited(block, threads=2)
        others = read_processors().busy - first.busy - (time.process_time() - start)
    finally:
        os.sched_setaffinity(0, before)
    # Each thread waits about as long as it runs; what others ran meanwhile is measured beside it.
    assert share < 0.25 + 2 * max(others, 0) / 0.6


def test_the_wait_is_at_most_what_others_ran_and_a_hypervisor_took():
    def share(delay, busy, stolen=0.0, wall=2.0, cpu=2.0):
        return share_waited(delay, wall, cpu, Processors(5.0, 1.0, 0.0), Processors(5.0 + busy, 1.0 + stolen, 0.0))

    assert share(0.0, busy=10.0) == 0
    assert share(1.0, busy=2.0) == 0
    assert share(1.0, busy=3.0) == pytest.approx(1.0)
    assert share(1.0, busy=2.5) == pytest.approx(0.5 / 1.5)
    # Of what was stolen the trial has the part that it has of the work.
    assert share(0.0, busy=2.0, stolen=0.5) == pytest.approx(0.5 / 1.5)
    assert share(0.0, busy=4.0, stolen=0.5) == pytest.approx(0.25 / 1.75)
    # A method that uses one of two threads: the other one's idle time is no wait.
    assert share(0.2, busy=4.0, cpu=1.8) == pytest.approx(0.2 / 1.8)
    # Without the processors' counters the delay is all there is.
    assert share_waited(1.0, 2.0, 1.0, None, None) == 1
    # Of a call shorter than a tick too.
    assert share_waited(0.004, 0.008, 0.004, Processors(5.0, 0.0, 0.01), Processors(5.0, 0.0, 0.01)) == 1


def test_without_the_kernels_counters_a_trial_with_one_thread_has_wall_over_processor_time(monkeypatch, tmp_path):
    monkeypatch.setattr("hdr_bench.experiments.waiting._TASKS", tmp_path / "nowhere")
    share, stretch = _waited(lambda: (_compute(0.05), time.sleep(0.1)))
    assert share == pytest.approx(stretch, rel=0.1)
    assert _waited(lambda: _compute(0.01), threads=2)[0] is None


def test_a_kernel_that_does_not_count_waits_says_zero_of_all(monkeypatch, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "schedstat").write_text("0 0 0\n")
    monkeypatch.setattr("hdr_bench.experiments.waiting._TASKS", tmp_path)
    assert _waited(lambda: _compute(0.01), threads=2)[0] is None


def test_results_without_the_measurement_are_disturbed_by_other_trials():
    assert is_disturbed(None, 2)
    assert not is_disturbed(None, 1)
    assert not is_disturbed(DISTURBED_FROM, 4)
    assert is_disturbed(DISTURBED_FROM + 0.01, 1)


@LINUX
def test_a_method_that_computes_in_processes_of_its_own_is_not_measured(run_trial, behaving):
    result, _ = run_trial(behaving("searches", seconds=0.3))
    assert result.status == "ok", result.error
    assert result.measurements.fit_wait_share is None
    assert result.measurements.predict_wait_share is not None
