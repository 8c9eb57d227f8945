"""Processor wait: how long the threads of this process waited for a processor during a block.

A time is *disturbed* if something outside the trial took processors that the trial could have used. This is not known
from the number of concurrent trials, nor from the ratio of wall to processor time: other programs may leave a processor
free, and a method may use one of two threads, read a file, or wait for its other threads at a barrier.

On Linux, the kernel counts for each thread how long it was ready to run without a processor (``run_delay``, the second
figure in ``/proc/PID/task/*/schedstat``), including threads of processes that the trial starts. The thread that waited
longest delays the others at the next barrier, and threads that wait in turn delay each other in turn. The time lost is
therefore between the longest wait and the sum of all waits, and within the rest of the wall time if the threads share
the processor time equally. The threads that watch the trial do not count. A trial's threads also wait if they share too
few processors among themselves, so the wait is at most the time that other programs ran meanwhile on the processors
available to this process (``/proc/stat``). The kernel counts that time in ticks, which are too coarse for a short call;
after a short call that seems to have waited, the processors are watched a little longer. Time taken from these
processors by a hypervisor is added, in proportion to the trial's share.

A kernel without these counters reports, for the whole machine, what other programs ran and how long something waited
for a processor (``/proc/pressure/cpu``). Of the time in which the call could have computed and did not, at most that
much was lost: the share is then an upper bound. On an otherwise idle machine nothing counts as disturbed; next to other
programs, a time may count as disturbed although it is not. If nothing is known about other programs, the share is wall
time over processor time, minus 1: only a call that computed all the time is known to be undisturbed.

Shared caches, memory bandwidth and clock rates slow a trial down too; no counter of the kernel shows them.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from hdr_bench.kernel import (
    ExternalLoad,
    ProcessorTimes,
    descendants,
    external_load,
    read_pressure,
    read_processors,
    seconds_of_descendants,
    watch_delays,
)
from hdr_bench.records.lost_time import DISTURBED_FROM, Call, share_waited

_LONG_ENOUGH_SECONDS = 0.3
"""Duration that ticks of 10 ms measure to within a few per cent."""


class Wait:
    """The share of time spent waiting, available after `processor_wait` has ended and computed on first access."""

    _work_out: Callable[[], float | None] | None = None

    @cached_property
    def share(self) -> float | None:
        """The share; None if it cannot be measured."""
        return None if self._work_out is None else self._work_out()

    def ended(self, work_out: Callable[[], float | None]) -> None:
        """Record how to compute the share.

        Parameters
        ----------
        work_out : callable
            Returns the share; None if it cannot be measured.
        """
        self._work_out = work_out


@dataclass(frozen=True)
class _Reading:
    """Counters at one moment, in seconds, for this process, those that it started, and the whole machine."""

    process: float
    descendants: float
    own: float
    clock: float
    processors: ProcessorTimes | None
    pressure: float | None

    @classmethod
    def now(cls) -> "_Reading":
        """Return the current counters, reading the clock last."""
        processors, pressure, others = read_processors(), read_pressure(), seconds_of_descendants()
        return cls(time.process_time(), others, time.thread_time(), time.perf_counter(), processors, pressure)

    @classmethod
    def at_the_end(cls) -> "_Reading":
        """Return the current counters, reading the clock first."""
        clock, own, cpu = time.perf_counter(), time.thread_time(), time.process_time()
        return cls(cpu, seconds_of_descendants(), own, clock, read_processors(), read_pressure())

    def cpu_since(self, before: "_Reading") -> float:
        """Return the processor time since an earlier reading; that of orphaned processes is lost."""
        return self.process - before.process + max(self.descendants - before.descendants, 0.0)


@contextmanager
def processor_wait(threads: int) -> Iterator[Wait]:
    """Measure how long threads of this process and of those that it starts wait for a processor in the block.

    Without the kernel's counters, the result is an upper bound. Systems other than Linux report nothing about other
    programs: there the share is known only for a trial with one thread that starts no processes.

    Parameters
    ----------
    threads : int
        Number of threads allowed per pool of the trial.

    Yields
    ------
    wait : Wait
        Filled in when the block ends.
    """
    wait = Wait()
    with watch_delays() as delays:
        delays.begin()
        before = _Reading.now()
        yield wait
        after = _Reading.at_the_end()
        delays.look()
    wall, cpu = after.clock - before.clock, after.cpu_since(before)
    has_processes = bool(descendants())
    # Each process of a trial may have any number of threads.
    width = max(threads, os.cpu_count() or 1) if has_processes else threads
    if delays.is_known:
        call = Call(wall, cpu, width, delays.waits(wall, after.own - before.own))
        wait.ended(lambda: _share(call, before, after, _load_by_processors))
    elif is_linux() or not (has_processes or threads > 1):
        call = Call(wall, cpu, width, (max(wall - cpu / width, 0.0),))
        wait.ended(lambda: _share(call, before, after, _load_at_most) if cpu > 0 else None)


def is_linux() -> bool:
    """Return whether the kernel reports on other programs.

    Returns
    -------
    is_linux : bool
    """
    return sys.platform.startswith("linux")


_FindLoad = Callable[[_Reading, _Reading, float], ExternalLoad | None]


def _share(call: Call, before: _Reading, after: _Reading, find: _FindLoad) -> float:
    if call.wall >= _LONG_ENOUGH_SECONDS:
        return share_waited(call, find(before, after, 1.0))
    # Ticks are too coarse for a short call: if it seems to have waited, watch a little longer.
    if before.processors is None or share_waited(call, None) <= DISTURBED_FROM:
        return share_waited(call, None)
    time.sleep(max(_LONG_ENOUGH_SECONDS - (time.perf_counter() - before.clock), 0.0))
    later = _Reading.at_the_end()
    return share_waited(call, find(before, later, call.wall / (later.clock - before.clock)))


def _load_by_processors(before: _Reading, after: _Reading, share: float) -> ExternalLoad | None:
    return external_load(before.processors, after.processors, after.cpu_since(before), share)


def _load_at_most(before: _Reading, after: _Reading, share: float) -> ExternalLoad | None:
    """Return the load of other programs; if something waited for less time, no more than that was lost."""
    others = _load_by_processors(before, after, share)
    if before.pressure is None or after.pressure is None:
        return others
    waited = share * (after.pressure - before.pressure)
    return ExternalLoad(waited, 0.0) if others is None else ExternalLoad(min(others.ran, waited), others.stolen)
