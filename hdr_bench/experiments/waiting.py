"""How long the threads of this process waited for a processor while something ran.

A time is *disturbed* when something outside the trial took processors that the trial could have used. Neither the
number of trials at a time nor the ratio of wall to processor time says so: neighbours may leave a processor free, and
a method may use one of two threads, read a file, or wait at a barrier for its other threads.

On Linux the kernel counts for each thread how long it was ready to run and had no processor (``run_delay``, the second
figure of ``/proc/self/task/*/schedstat``). The thread that waited longest holds the others up at the next barrier, and
threads that wait in turn hold each other up in turn: what was lost lies between the longest wait and the sum of them,
and within what is left of the wall time if the threads share the processor time equally. The threads that watch the
trial do not count. Threads of the trial that share too few processors among themselves also wait; hence the wait is at
most what others ran meanwhile on the processors that this process may use (``/proc/stat``). The kernel counts that in
ticks, which say nothing of a short call; after one that seems to have waited, the processors are watched a little
longer. What a hypervisor took from these processors comes on top, to the part that is the trial's.

Shared caches, memory bandwidth and clock rates slow a trial down as well; no counter of the kernel shows them.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hdr_bench.experiments.lost_time import DISTURBED_FROM, Call, Others, share_waited

_TASKS = Path("/proc/self/task")
_STAT = Path("/proc/stat")
# Threads that end inside the block leave what was read of them last.
_SAMPLE_SECONDS = 0.05
_LONG_ENOUGH_SECONDS = 0.3
"""What ticks of 10 ms tell within a few per cent."""


class Wait:
    """The share of time waited: known when `processor_wait` has ended, and worked out when it is first asked for."""

    _work_out: Callable[[], float | None] | None = None

    @cached_property
    def share(self) -> float | None:
        """The share; None where it cannot be measured."""
        return None if self._work_out is None else self._work_out()

    def ended(self, work_out: Callable[[], float | None]) -> None:
        """Note how the share is worked out."""
        self._work_out = work_out


@dataclass(frozen=True)
class Processors:
    """What processors did since the machine started, summed over those that this process may use, in seconds."""

    busy: float
    stolen: float


@contextmanager
def processor_wait(threads: int) -> Iterator[Wait]:
    """Measure how long the threads of this process wait for a processor inside the block.

    Without the kernel's counters, of a trial with one thread the share is wall time over processor time, less 1.

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
    with _watching_delays() as delays:
        before = read_processors()
        delays.begin()
        cpu_start, own_start, start = time.process_time(), time.thread_time(), time.perf_counter()
        yield wait
        wall, own, cpu = time.perf_counter() - start, time.thread_time() - own_start, time.process_time() - cpu_start
        delays.look()
    call = Call(wall, cpu, threads, delays.waits(wall, own))
    if not delays.is_known:
        wait.ended(lambda: max(wall / cpu - 1, 0.0) if threads == 1 and cpu > 0 else None)
    elif wall >= _LONG_ENOUGH_SECONDS:
        after, watched_cpu = read_processors(), time.process_time() - cpu_start
        wait.ended(lambda: share_waited(call, others_had(before, after, watched_cpu)))
    else:
        wait.ended(lambda: _share_of_short(call, before, start, cpu_start))


def _share_of_short(call: Call, before: Processors | None, start: float, cpu_start: float) -> float:
    """Watch the processors a little longer after a short call that seems to have waited."""
    if share_waited(call, None) <= DISTURBED_FROM:
        return share_waited(call, None)
    time.sleep(max(_LONG_ENOUGH_SECONDS - (time.perf_counter() - start), 0.0))
    watched, watched_cpu = time.perf_counter() - start, time.process_time() - cpu_start
    return share_waited(call, others_had(before, read_processors(), watched_cpu, call.wall / watched))


def others_had(before: Processors | None, after: Processors | None, cpu: float, share: float = 1.0) -> Others | None:
    """Return what others had of the processors in a part of the time between two readings; None without one of them.

    Parameters
    ----------
    before, after : Processors or None
    cpu : float
        Processor time of this process between them.
    share : float, default=1
        The part, of the time between them.

    Examples
    --------
    >>> others_had(Processors(10.0, 0.0), Processors(11.5, 0.0), 1.0)
    Others(ran=0.5, stolen=0.0)
    """
    if before is None or after is None:
        return None
    return Others(share * max(after.busy - before.busy - cpu, 0.0), share * (after.stolen - before.stolen))


def read_processors() -> Processors | None:
    """Return what the processors did that threads of this process may use; None if the kernel does not say."""
    try:
        lines = [line.split() for line in _STAT.read_text(encoding="ascii").splitlines()]
        used = set().union(*map(_affinity, _TASKS.iterdir()))
    except OSError:
        return None
    seconds = {line[0]: [int(field) / os.sysconf("SC_CLK_TCK") for field in line[1:]] for line in lines if line}
    rows = [seconds[name] for name in (f"cpu{number}" for number in used) if name in seconds]
    if not rows or len(rows) < len(used):
        return None
    # The fields: user, nice, system, idle, iowait, irq, softirq, steal (proc(5)).
    busy = sum(row[place] for row in rows for place in (0, 1, 2, 5, 6))
    return Processors(busy, sum(row[7] for row in rows))


def _affinity(task: Path) -> set[int]:
    with suppress(OSError):
        return os.sched_getaffinity(int(task.name))
    return set()


@contextmanager
def _watching_delays() -> Iterator["_Delays"]:
    """Keep an eye on the delay of each thread, so that those that end are counted as well."""
    delays, ended = _Delays(), threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            delays.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield delays
    finally:
        ended.set()
        watcher.join()


class _Delays:
    """How long each thread of this process waited for a processor, from `begin` to the last `look`."""

    def __init__(self) -> None:
        self._own = str(threading.get_native_id())
        self._before: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._watchers: set[str] = set()

    @property
    def is_known(self) -> bool:
        """The kernel counts."""
        return bool(self._before)

    def begin(self) -> None:
        """Count from now on. Python's threads that run beside this one now are those that watch it."""
        self._watchers = {str(thread.native_id) for thread in threading.enumerate()} - {self._own}
        self._before = self._last = _read_delays()

    def look(self) -> None:
        """Note the delays so far."""
        self._last = self._last | _read_delays()

    def waits(self, wall: float, own: float) -> tuple[float, ...]:
        """Return the seconds that each thread waited, in a block of which this thread ran `own` seconds."""
        waited = {
            task: min((count - self._before.get(task, 0)) / 1e9, wall)
            for task, count in self._last.items()
            if task not in self._watchers
        }
        # The readings before and after a short block take as long as the block: what it ran, it did not wait.
        waited[self._own] = min(waited.get(self._own, 0.0), max(wall - own, 0.0))
        return tuple(waited.values())


def _read_delays() -> dict[str, int]:
    """Return the nanoseconds that each thread has waited for a processor; none if the kernel does not count them."""
    delays = {}
    with suppress(OSError):
        for task in _TASKS.iterdir():
            # It may have ended since. A kernel that does not count says 0 of all, of the time that it ran too.
            with suppress(OSError, ValueError):
                ran, waited, *_ = map(int, (task / "schedstat").read_bytes().split())
                if ran:
                    delays[task.name] = waited
    return delays
