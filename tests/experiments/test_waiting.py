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
# Both fits in one process, which takes its time to start; the second one has a neighbour on its processor.
SCRIPT = """
    import os, subprocess, sys
    from hdr_bench import Case, Suite, run_suite

    busy = "import os; os.sched_setaffinity(0, {{{cpu}}})\\nwhile True: pass"

    if __name__ == "__main__":
        os.sched_setaffinity(0, {{{cpu}}})
        trees = Case(name="Trees", estimator="sklearn.ensemble.ExtraTreesClassifier", params={{"n_estimators": 400}})
        suite = Suite(name="own", title="Own", dataset="digits-8x8", cases=[trees])
        run_suite(suite, out="alone", threads=1)
        neighbour = subprocess.Popen([sys.executable, "-c", busy])
        try:
            run_suite(suite, out="beside", threads=1)
        finally:
            neighbour.kill()
            neighbour.wait()
"""


@pytest.fixture
def cpu():
    return max(os.sched_getaffinity(0))


@LINUX
@pytest.mark.alone
def test_a_busy_neighbour_on_the_same_processor_makes_a_fit_disturbed(tmp_path, cpu):
    (tmp_path / "script.py").write_text(textwrap.dedent(SCRIPT.format(cpu=cpu)))
    subprocess.run([sys.executable, "script.py"], cwd=tmp_path, check=True, timeout=120)
    alone, beside = (load_results(tmp_path / name) for name in ("alone", "beside"))
    shares = [float(results["fit_wait_share"].item()) for results in (alone, beside)]
    stretches = [float((results["fit_seconds"] / results["fit_cpu_seconds"]).item()) - 1 for results in (alone, beside)]
    # Whatever else the machine does is in both figures: wall over processor time of a single thread.
    assert shares[0] == pytest.approx(stretches[0], rel=0.35, abs=0.1)
    assert shares[1] == pytest.approx(stretches[1], rel=0.35, abs=0.1)
    assert shares[1] > shares[0] + DISTURBED_FROM
    assert beside["n_concurrent"].item() == 1
    assert summarise(beside)["is_time_disturbed"].item()
    assert summarise(alone)["is_time_disturbed"].item() == (shares[0] > DISTURBED_FROM)


def _compute(seconds):
    """Compute in native code that other threads can run beside."""
    block = bytes(1_000_000)
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        hashlib.sha256(block).digest()


def _waited(block, threads=1):
    """Return the share waited for a processor, and how much longer the block took than the processor worked."""
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
    assert share == pytest.approx(stretch, rel=0.2)
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
@pytest.mark.alone
def test_a_call_shorter_than_the_readings_around_it_has_not_waited_while_it_ran():
    honest = 0
    for _ in range(20):
        with processor_wait(1) as wait:
            start, own_start = time.perf_counter(), time.thread_time()
            _compute(0.0005)
            wall, own = time.perf_counter() - start, time.thread_time() - own_start
        honest += wait.share <= wall / own - 1 + 0.05
    # The processor may be taken between one reading of the clock and the other, but not most of the times.
    assert honest > 10


@LINUX
def test_a_method_that_computes_in_processes_of_its_own_is_not_measured(run_trial, behaving):
    result, _ = run_trial(behaving("searches", seconds=0.3))
    assert result.status == "ok", result.error
    assert result.measurements.fit_wait_share is None
    assert result.measurements.predict_wait_share is not None
