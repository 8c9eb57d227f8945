"""Disturbed times: measured with real neighbours on one processor, the rest on numbers."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from contextlib import nullcontext

import pytest

from hdr_bench import kernel
from hdr_bench.experiments.forecast.costs_alone import costs_alone
from hdr_bench.experiments.measuring import processor_wait as waiting
from hdr_bench.experiments.measuring.processor_wait import processor_wait
from hdr_bench.kernel import (
    ExternalLoad,
    ProcessorTimes,
    RunDelays,
    descendants,
    external_load,
    read_pressure,
    read_processors,
)
from hdr_bench.records.lost_time import is_disturbed

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts the wait of each thread")
# ExternalLoad have only the most that a call can have waited, in which a sleep counts beside a busy neighbour.
COUNTED = pytest.mark.skipif(not kernel._read_delays(), reason="this kernel does not count the wait of each thread")
BUSY = "import os; os.sched_setaffinity(0, {{{cpu}}}); print(flush=True)\nwhile True: pass"


@pytest.fixture
def cpu():
    return max(os.sched_getaffinity(0))


@pytest.fixture
def neighbour(cpu):
    """A process that keeps the processor busy."""
    busy = subprocess.Popen([sys.executable, "-c", BUSY.format(cpu=cpu)], stdout=subprocess.PIPE)
    busy.stdout.readline()
    yield busy
    busy.kill()
    busy.communicate()


@LINUX
@pytest.mark.usefixtures("neighbour")
@pytest.mark.parametrize("how", ["computes_on_one_processor", "computes_in_a_child"])
def test_a_busy_neighbour_on_the_same_processor_makes_a_fit_disturbed(behaving, run_trial, how):
    result, _ = run_trial(behaving(how, seconds=0.5))
    cost = result.measurements
    assert cost.fit_cpu_seconds >= 0.5
    assert is_disturbed(cost.fit_wait_share, result.n_concurrent)
    # Of a single thread the processor time is the time alone.
    assert costs_alone(result).fit == cost.fit_cpu_seconds < cost.fit_seconds


def test_descendants_are_those_that_children_have_started():
    script = "import subprocess, sys\nwith subprocess.Popen([sys.executable, '-c', 'print(flush=True); input()']): pass"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdout.readline()
    found = descendants()
    child.communicate(b"\n")
    assert child.pid in found
    assert len(found) >= 2
    assert child.pid not in descendants()


def _compute(seconds):
    """Compute in native code that other threads can run beside."""
    block = bytes(1_000_000)
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        hashlib.sha256(block).digest()


def _waited(block, threads=1):
    """Return the wall time, and the part of it that was lost to others."""
    start = time.perf_counter()
    with processor_wait(threads) as wait:
        block()
    wall = time.perf_counter() - start
    return wall, wall * wait.share / (1 + wait.share)


@COUNTED
@pytest.mark.alone
def test_sleep_is_no_wait_for_a_processor():
    # Whatever else runs: while it sleeps, it does not wait for a processor.
    wall, lost = _waited(lambda: (_compute(0.05), time.sleep(0.25)))
    assert lost <= wall - 0.24


@COUNTED
@pytest.mark.alone
def test_threads_of_the_trial_that_share_a_processor_do_not_disturb_it(cpu):
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        threads = [threading.Thread(target=_compute, args=(0.4,)) for _ in range(2)]

        def block():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        first, start = read_processors(), time.process_time()
        _, lost = _waited(block, threads=2)
        last, own = read_processors(), time.process_time() - start
    finally:
        os.sched_setaffinity(0, before)
    # Each thread waits for 0.4 s, for the other one; no more was lost than others had, up to the kernel's ticks.
    assert lost < max(last.busy - first.busy - own, 0) + last.stolen - first.stolen + 0.2


@pytest.fixture
def readings(monkeypatch):
    """A function that has a kernel without counters of threads tell this before and after a block."""

    def set_readings(wall, cpu, busy=None, pressure=None, children=0.0):
        before = waiting._Reading(
            0.0, 0.0, 0.0, 0.0, None if busy is None else ProcessorTimes(0.0, 0.0), pressure and 0.0
        )
        known = None if busy is None else ProcessorTimes(busy, 0.0)
        after = waiting._Reading(cpu, children, cpu, wall, known, pressure)
        monkeypatch.setattr(waiting._Reading, "now", lambda: before)
        monkeypatch.setattr(waiting._Reading, "at_the_end", lambda: after)
        monkeypatch.setattr(waiting, "descendants", lambda: {1} if children else set())

    monkeypatch.setattr(kernel, "_delays_in", lambda _: {})
    return set_readings


def _share(threads):
    with processor_wait(threads) as wait:
        pass
    return wait.share


@LINUX
@pytest.mark.parametrize(
    ("told", "threads", "share"),
    [
        # Wall time over processor time; no more than others had.
        ({"wall": 3.0, "cpu": 1.0}, 1, 2.0),
        ({"wall": 3.0, "cpu": 1.0, "busy": 1.0}, 1, 0.0),
        # A machine that does nothing else disturbs nothing, whatever a method does with its threads.
        ({"wall": 2.0, "cpu": 2.0, "busy": 2.0}, 2, 0.0),
        ({"wall": 2.0, "cpu": 2.0, "busy": 4.0}, 2, 1.0),
        ({"wall": 2.0, "cpu": 2.0, "busy": 2.5}, 2, 0.5 / 1.5),
        # ExternalLoad ran, and nothing waited.
        ({"wall": 2.0, "cpu": 2.0, "busy": 4.0, "pressure": 0.1}, 2, 0.1 / 1.9),
        ({"wall": 2.0, "cpu": 2.0, "pressure": 1.0}, 2, 1.0),
        # Nothing is known: only of what computed all of the time.
        ({"wall": 2.0, "cpu": 2.0}, 2, 1.0),
        ({"wall": 2.0, "cpu": 3.9}, 2, 0.05 / 1.95),
        # A kernel that counts nothing says that nothing was busy.
        ({"wall": 2.0, "cpu": 2.0, "busy": 0.0}, 2, 1.0),
        # Processes of its own, with as many threads as they like.
        ({"wall": 2.0, "cpu": 0.0, "children": 4.0, "busy": 4.0}, 1, 0.0),
        ({"wall": 2.0, "cpu": 0.0, "children": 2.0, "busy": 3.0}, 1, 1.0),
    ],
)
def test_without_the_kernels_counters_it_is_the_most_that_it_can_be(told, threads, share, readings, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    readings(**told)
    assert _share(threads) == pytest.approx(share)


def test_other_systems_tell_it_of_one_thread_only(readings, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    readings(3.0, 1.0)
    assert _share(1) == pytest.approx(2.0)
    assert _share(2) is None
    readings(3.0, 1.0, children=0.5)
    assert _share(1) is None


def test_a_kernel_that_does_not_count_waits_says_zero_of_all(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "schedstat").write_text("0 0 0\n")
    assert kernel._delays_in(tmp_path) == {}
    (tmp_path / "1" / "schedstat").write_text("5 7 1\n")
    assert kernel._delays_in(tmp_path) == {"1": 7}
    assert kernel._delays_in(tmp_path / "nowhere") == {}


def test_pressure_is_read_where_the_kernel_tells_it(monkeypatch, tmp_path):
    monkeypatch.setattr(kernel, "_PRESSURE", tmp_path / "cpu")
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert read_pressure() is None
    (tmp_path / "cpu").write_text("some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\nfull avg10=0.00 total=0\n")
    assert read_pressure() == 6.0
    (tmp_path / "cpu").write_text("")
    assert read_pressure() is None


def test_what_a_thread_ran_between_the_readings_it_has_not_waited(monkeypatch):
    own = str(threading.get_native_id())
    told = iter([{own: 10**9, "7": 0}, {own: 10**9 + 10**7, "7": 2 * 10**6}])
    monkeypatch.setattr(kernel, "_read_delays", lambda: next(told))
    watched = RunDelays()
    watched.begin()
    watched.look()
    # The readings around a block of 4 ms took as long as it: of it the thread waited for 1 ms at most.
    assert watched.waits(0.004, 0.003) == pytest.approx((0.001, 0.002))


def test_what_others_had_is_what_was_busy_without_this_process():
    before = ProcessorTimes(5.0, 1.0)
    assert external_load(before, ProcessorTimes(8.0, 1.5), 2.0) == ExternalLoad(1.0, 0.5)
    assert external_load(before, ProcessorTimes(8.0, 1.5), 2.0, share=0.1) == ExternalLoad(
        pytest.approx(0.1), pytest.approx(0.05)
    )
    # Ticks may say less than this process ran.
    assert external_load(before, ProcessorTimes(5.0, 1.0), 0.004) == ExternalLoad(0.0, 0.0)
    # What computed for longer than a few ticks is seen, unless the kernel does not count.
    assert external_load(before, ProcessorTimes(5.0, 1.0), 2.0) is None


@pytest.mark.parametrize(("others", "least", "most"), [(0.0, 0.0, 0.0), (1.0, 0.9, 1.1)])
def test_a_short_call_is_disturbed_only_if_others_run_around_it(others, least, most, monkeypatch):
    """Ticks of 10 ms say nothing of a call of 4 ms: the processors are watched a little longer."""
    clock, busy, cpu = [100.0], [50.0], [0.0]

    def passes(seconds, own=0.0):
        clock[0] += seconds
        busy[0] += own + others * seconds

    class Known:
        is_known = True

        def begin(self):
            pass

        def look(self):
            pass

        def waits(self, wall, own):
            return (wall / 2,)

    def reading():
        return waiting._Reading(cpu[0], 0.0, 0.0, clock[0], ProcessorTimes(round(busy[0], 2), 0.0), None)

    monkeypatch.setattr(waiting, "watch_delays", lambda: nullcontext(Known()))
    monkeypatch.setattr(waiting._Reading, "now", reading)
    monkeypatch.setattr(waiting._Reading, "at_the_end", reading)
    monkeypatch.setattr(waiting.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(waiting.time, "sleep", passes)
    with processor_wait(1) as wait:
        passes(0.004, own=0.002)
        cpu[0] += 0.002
    assert least <= wait.share <= most
