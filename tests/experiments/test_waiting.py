"""Disturbed times: measured with real neighbours on one processor."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from contextlib import nullcontext

import pytest

from hdr_bench.experiments import waiting
from hdr_bench.experiments.lost_time import Others, is_disturbed
from hdr_bench.experiments.remaining import costs_alone
from hdr_bench.experiments.waiting import Processors, others_had, processor_wait, read_processors

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts the wait of each thread")


@pytest.fixture
def cpu():
    return max(os.sched_getaffinity(0))


@LINUX
def test_a_busy_neighbour_on_the_same_processor_makes_a_fit_disturbed(behaving, run_trial, cpu):
    busy = f"import os; os.sched_setaffinity(0, {{{cpu}}})\nwhile True: pass"
    neighbour = subprocess.Popen([sys.executable, "-c", busy])
    try:
        result, _ = run_trial(behaving("computes_on_one_processor", seconds=0.5))
    finally:
        neighbour.kill()
        neighbour.wait()
    cost = result.measurements
    assert is_disturbed(cost.fit_wait_share, result.n_concurrent)
    # Whatever else the machine does is in both figures: wall over processor time of a single thread.
    stretch = cost.fit_seconds / cost.fit_cpu_seconds - 1
    assert cost.fit_wait_share == pytest.approx(stretch, rel=0.35, abs=0.1)
    assert costs_alone(result).fit == pytest.approx(cost.fit_cpu_seconds, rel=0.35)


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


def test_what_others_had_is_what_was_busy_without_this_process():
    before = Processors(5.0, 1.0)
    assert others_had(before, Processors(8.0, 1.5), 2.0) == Others(1.0, 0.5)
    assert others_had(before, Processors(8.0, 1.5), 2.0, share=0.1) == Others(pytest.approx(0.1), pytest.approx(0.05))
    # Ticks may say less than this process ran.
    assert others_had(before, Processors(5.0, 1.0), 0.004) == Others(0.0, 0.0)


@pytest.mark.parametrize(("others", "least", "most"), [(0.0, 0.0, 0.0), (1.0, 0.9, 1.1)])
def test_a_short_call_is_disturbed_only_if_others_run_around_it(others, least, most, monkeypatch):
    """Ticks of 10 ms say nothing of a call of 4 ms: the processors are watched a little longer."""
    clock, busy = [100.0], [50.0]

    def passes(seconds, own=0.0):
        clock[0] += seconds
        busy[0] += own + others * seconds

    class Delays:
        is_known = True

        def begin(self):
            pass

        def look(self):
            pass

        def waits(self, wall, own):
            return (wall / 2,)

    cpu = [0.0]

    def call():
        passes(0.004, own=0.002)
        cpu[0] += 0.002

    monkeypatch.setattr(waiting, "_watching_delays", lambda: nullcontext(Delays()))
    monkeypatch.setattr(waiting, "read_processors", lambda: Processors(round(busy[0], 2), 0.0))
    monkeypatch.setattr(waiting.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(waiting.time, "process_time", lambda: cpu[0])
    monkeypatch.setattr(waiting.time, "sleep", passes)
    with processor_wait(1) as wait:
        call()
    assert least <= wait.share <= most


@LINUX
def test_a_method_that_computes_in_processes_of_its_own_is_not_measured(run_trial, behaving):
    result, _ = run_trial(behaving("searches", seconds=0.3))
    assert result.status == "ok", result.error
    assert result.measurements.fit_wait_share is None
