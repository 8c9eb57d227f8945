"""Wait for a processor: how long the threads of this process waited while something ran.

A time is *disturbed* when something outside the trial took processors that the trial could have used. Neither the
number of trials at a time nor the ratio of wall to processor time says so: neighbours may leave a processor free, and
a method may use one of two threads, read a file, or wait at a barrier for its other threads.

On Linux the kernel counts for each thread how long it was ready to run and had no processor (``run_delay``, the second
figure of ``/proc/PID/task/*/schedstat``), also for those of processes that the trial starts. The thread that waited
longest holds the others up at the next barrier, and threads that wait in turn hold each other up in turn: what was lost
lies between the longest wait and the sum of them, and within what is left of the wall time if the threads share the
processor time equally. The threads that watch the trial do not count. Threads of the trial that share too few
processors among themselves also wait; hence the wait is at most what others ran meanwhile on the processors that this
process may use (``/proc/stat``). The kernel counts that in ticks, which say nothing of a short call; after one that
seems to have waited, the processors are watched a little longer. What a hypervisor took from these processors comes on
top, to the part that is the trial's.

A kernel without these counters tells of the whole machine what others ran, and how long something waited for a
processor (``/proc/pressure/cpu``). Of what the call could have computed and did not, at most that was lost: the share
is then the most that it can be. A machine that does nothing else disturbs nothing; beside others a time may count as
disturbed that is not. If nothing is known of others, the share is wall time over processor time, less 1: only a call
that computed all of the time is known to be undisturbed.

Shared caches, memory bandwidth and clock rates slow a trial down as well; no counter of the kernel shows them.
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
"""Ticks of 10 ms tell such a time within a few per cent."""


class Wait:
    """The share of time waited: known when `processor_wait` has ended, and worked out when it is first asked for."""

    _work_out: Callable[[], float | None] | None = None

    @cached_property
    def share(self) -> float | None:
        """The share; None where it cannot be measured."""
        return None if self._work_out is None else self._work_out()

    def ended(self, work_out: Callable[[], float | None]) -> None:
        """Note how the share is worked out.

        Parameters
        ----------
        work_out : callable
            Returns the share; None if it cannot be measured.
        """
        self._work_out = work_out


@dataclass(frozen=True)
class _Reading:
    """Counters at one moment, in seconds: of this process, of those that it started, and of the whole machine."""

    process: float
    descendants: float
    own: float
    clock: float
    processors: ProcessorTimes | None
    pressure: float | None

    @classmethod
    def now(cls) -> "_Reading":
        """Return what is known now; the clock is looked at last."""
        processors, pressure, others = read_processors(), read_pressure(), seconds_of_descendants()
        return cls(time.process_time(), others, time.thread_time(), time.perf_counter(), processors, pressure)

    @classmethod
    def at_the_end(cls) -> "_Reading":
        """Return what is known now; the clock is looked at first."""
        clock, own, cpu = time.perf_counter(), time.thread_time(), time.process_time()
        return cls(cpu, seconds_of_descendants(), own, clock, read_processors(), read_pressure())

    def cpu_since(self, before: "_Reading") -> float:
        """Return the processor time since an earlier reading; what an orphan has computed is lost with it."""
        return self.process - before.process + max(self.descendants - before.descendants, 0.0)


@contextmanager
def processor_wait(threads: int) -> Iterator[Wait]:
    """Measure how long the threads of this process, and of those that it starts, wait for a processor in the block.

    Without the kernel's counters it is the most that they can have waited. Other systems than Linux tell nothing of
    others: there the share is known of a trial with one thread, if it starts no processes.

    Parameters
    ----------
    threads : int
        Threads that each pool of the trial may have.

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
    # Each process of a trial may have as many threads as it likes.
    width = max(threads, os.cpu_count() or 1) if has_processes else threads
    if delays.is_known:
        call = Call(wall, cpu, width, delays.waits(wall, after.own - before.own))
        wait.ended(lambda: _share(call, before, after, _load_by_processors))
    elif is_linux() or not (has_processes or threads > 1):
        call = Call(wall, cpu, width, (max(wall - cpu / width, 0.0),))
        wait.ended(lambda: _share(call, before, after, _load_at_most) if cpu > 0 else None)


def is_linux() -> bool:
    """Whether the kernel tells of others.

    Returns
    -------
    is_linux : bool
    """
    return sys.platform.startswith("linux")


_FindLoad = Callable[[_Reading, _Reading, float], ExternalLoad | None]


def _share(call: Call, before: _Reading, after: _Reading, find: _FindLoad) -> float:
    if call.wall >= _LONG_ENOUGH_SECONDS:
        return share_waited(call, find(before, after, 1.0))
    # Ticks say nothing of a short call: one that seems to have waited is watched a little longer.
    if before.processors is None or share_waited(call, None) <= DISTURBED_FROM:
        return share_waited(call, None)
    time.sleep(max(_LONG_ENOUGH_SECONDS - (time.perf_counter() - before.clock), 0.0))
    later = _Reading.at_the_end()
    return share_waited(call, find(before, later, call.wall / (later.clock - before.clock)))


def _load_by_processors(before: _Reading, after: _Reading, share: float) -> ExternalLoad | None:
    return external_load(before.processors, after.processors, after.cpu_since(before), share)


def _load_at_most(before: _Reading, after: _Reading, share: float) -> ExternalLoad | None:
    """Return what others had; if something waited for less time, no more than that was lost."""
    others = _load_by_processors(before, after, share)
    if before.pressure is None or after.pressure is None:
        return others
    waited = share * (after.pressure - before.pressure)
    return ExternalLoad(waited, 0.0) if others is None else ExternalLoad(min(others.ran, waited), others.stolen)
