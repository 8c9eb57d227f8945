"""Kernel counters: child processes, how long threads waited for a processor, and how busy the processors were."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PROCESSES = Path("/proc")


def descendants() -> set[int]:
    """Return the process IDs of all running descendants; cheap if the kernel lists the children of each thread.

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
        # The process may have ended since.
        with suppress(OSError):
            open_pids |= _children(str(pid)) - found
    return found


def seconds_of_descendants() -> float:
    """Return the processor time of running descendants and, on POSIX, of those that ended and were waited for.

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
# Threads that end inside the block count with their last reading.
_SAMPLE_SECONDS = 0.05


@contextmanager
def watch_delays() -> Iterator["RunDelays"]:
    """Sample the delay of each thread, so that threads that end are counted as well.

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
    """Delays of the threads of this process and of its descendants, from `begin` to the last `look`."""

    def __init__(self) -> None:
        self._own = str(threading.get_native_id())
        self._before: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._watchers: set[str] = set()

    @property
    def is_known(self) -> bool:
        """Whether the kernel counts delays."""
        return bool(self._before)

    def begin(self) -> None:
        """Start counting. Python threads that already run beside this one are watchers, and are not counted."""
        self._watchers = {str(thread.native_id) for thread in threading.enumerate()} - {self._own}
        self._before = self._last = _read_delays()

    def look(self) -> None:
        """Record the delays so far."""
        self._last = self._last | _read_delays()

    def waits(self, wall: float, own: float) -> tuple[float, ...]:
        """Return the seconds that each thread waited, in a block in which this thread ran for `own` seconds.

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
        # For a short block, the readings take as long as the block itself; but time that a thread ran, it did not wait.
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
            # The thread may have ended. A kernel that does not count reports 0 for everything, including the run time.
            with suppress(OSError, ValueError):
                ran, waited, *_ = map(int, (task / "schedstat").read_bytes().split())
                if ran:
                    delays[task.name] = waited
    return delays


_STAT = Path("/proc/stat")
_PRESSURE = Path("/proc/pressure/cpu")
# After this much run time, ticks of 10 ms must have recorded some of it; otherwise the kernel does not count.
_COUNTED_FROM_SECONDS, _LEAST_COUNTED = 0.1, 0.1


@dataclass(frozen=True)
class ExternalLoad:
    """Load on the processors from outside the measured call.

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
    """Times of the processors that this process may use, since the machine started, summed over processors.

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
    """Return the external load in a part of the time between two readings; None if unknown.

    Parameters
    ----------
    before, after : ProcessorTimes or None
    cpu : float
        Processor time of this process and its descendants between the readings.
    share : float, default=1
        The part, as a fraction of the time between the readings.

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
    """Return the times of the processors that this process's threads may use; None if the kernel does not report them.

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
    """Return an upper bound of the seconds that tasks waited for a processor since the machine started.

    The kernel gives the mean over the busy processors: tasks may have waited for one of them all of the time. None if
    the kernel does not report it.

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
