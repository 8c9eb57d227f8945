"""Counters of the kernel: who started whom, how long threads waited for a processor, and how busy processors were."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PROCESSES = Path("/proc")


def descendants() -> set[int]:
    """Return the numbers of all that run; at little cost where the kernel lists the children of each thread.

    Returns
    -------
    pids : set of int
    """
    try:
        open_pids = _children("self")
    except OSError:
        with suppress(psutil.Error):
            return {process.pid for process in psutil.Process().children(recursive=True)}
        return set()
    found: set[int] = set()
    while open_pids:
        found.add(pid := open_pids.pop())
        # It may have ended since.
        with suppress(OSError):
            open_pids |= _children(str(pid)) - found
    return found


def seconds_of_descendants() -> float:
    """Return the processor time of those that run and, on POSIX, of those that ended and were waited for.

    Returns
    -------
    seconds : float
    """
    ended = os.times()
    total = ended.children_user + ended.children_system
    for pid in descendants():
        with suppress(psutil.Error):
            times = psutil.Process(pid).cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _children(process: str) -> set[int]:
    tasks = (_PROCESSES / process / "task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_bytes().split()}


_TASKS = Path("/proc/self/task")
# Threads that end inside the block leave what was read of them last.
_SAMPLE_SECONDS = 0.05


@contextmanager
def watch_delays() -> Iterator["RunDelays"]:
    """Keep an eye on the delay of each thread, so that those that end are counted as well.

    Yields
    ------
    delays : RunDelays
    """
    delays, ended = RunDelays(), threading.Event()

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


class RunDelays:
    """Delays of the threads of this process, and of those that it starts, from `begin` to the last `look`."""

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
        """Return the seconds that each thread waited, in a block of which this thread ran `own` seconds.

        Parameters
        ----------
        wall : float
            Seconds that the block took.
        own : float
            Seconds that this thread ran in it.

        Returns
        -------
        seconds : tuple of float
            One per thread.
        """
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
    delays = _delays_in(_TASKS)
    for pid in descendants() if delays else ():
        delays |= _delays_in(_PROCESSES / str(pid) / "task")
    return delays


def _delays_in(tasks: Path) -> dict[str, int]:
    delays = {}
    with suppress(OSError):
        for task in tasks.iterdir():
            # It may have ended since. A kernel that does not count says 0 of all, of the time that it ran too.
            with suppress(OSError, ValueError):
                ran, waited, *_ = map(int, (task / "schedstat").read_bytes().split())
                if ran:
                    delays[task.name] = waited
    return delays


_STAT = Path("/proc/stat")
_PRESSURE = Path("/proc/pressure/cpu")
# From here on ticks of 10 ms must have seen some of what this process ran; a kernel that does not count sees none.
_COUNTED_FROM_SECONDS, _LEAST_COUNTED = 0.1, 0.1


@dataclass(frozen=True)
class ExternalLoad:
    """Load on the processors that is not of the call that ran.

    Attributes
    ----------
    ran : float
        Seconds that other processes ran.
    stolen : float
        Seconds that the hypervisor took.
    """

    ran: float
    stolen: float


@dataclass(frozen=True)
class ProcessorTimes:
    """Times of the processors that this process may use, since the machine started, summed over them.

    Attributes
    ----------
    busy : float
        Seconds in which they ran something.
    stolen : float
        Seconds that the hypervisor took.
    """

    busy: float
    stolen: float


def external_load(
    before: ProcessorTimes | None, after: ProcessorTimes | None, cpu: float, share: float = 1.0
) -> ExternalLoad | None:
    """Return what others had of the processors in a part of the time between two readings; None if it is not known.

    Parameters
    ----------
    before, after : ProcessorTimes or None
    cpu : float
        Processor time of this process, and of those that it started, between them.
    share : float, default=1
        The part, of the time between them.

    Returns
    -------
    load : ExternalLoad or None

    Examples
    --------
    >>> external_load(ProcessorTimes(10.0, 0.0), ProcessorTimes(11.5, 0.0), 1.0)
    ExternalLoad(ran=0.5, stolen=0.0)
    """
    if before is None or after is None:
        return None
    busy = after.busy - before.busy
    if cpu >= _COUNTED_FROM_SECONDS and busy < _LEAST_COUNTED * cpu:
        return None
    return ExternalLoad(share * max(busy - cpu, 0.0), share * (after.stolen - before.stolen))


def read_processors() -> ProcessorTimes | None:
    """Return what the processors did that threads of this process may use; None if the kernel does not say.

    Returns
    -------
    times : ProcessorTimes or None
    """
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
    return ProcessorTimes(busy, sum(row[7] for row in rows))


def _affinity(task: Path) -> set[int]:
    with suppress(OSError):
        return os.sched_getaffinity(int(task.name))
    return set()


def read_pressure() -> float | None:
    """Return the seconds for which something waited for a processor, at most, since the machine started.

    The kernel gives the mean over the processors that are busy: one of them may have been waited for all of the time.
    None if it does not say.

    Returns
    -------
    seconds : float or None
    """
    try:
        words = _PRESSURE.read_text(encoding="ascii").split("\n", 1)[0].split()
        total = next(word.partition("=")[2] for word in words if word.startswith("total="))
        return int(total) / 1e6 * (os.cpu_count() or 1)
    except (OSError, ValueError, StopIteration):
        return None
