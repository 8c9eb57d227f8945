"""What the kernel tells of the whole machine: what its processors did, and how long something waited for one."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.experiments.delays import _TASKS

_STAT = Path("/proc/stat")
_PRESSURE = Path("/proc/pressure/cpu")
# From here on ticks of 10 ms must have seen some of what this process ran; a kernel that does not count sees none.
_COUNTED_FROM_SECONDS, _LEAST_COUNTED = 0.1, 0.1


@dataclass(frozen=True)
class Others:
    """What others had of the processors while a call ran, in seconds: other processes, and the hypervisor."""

    ran: float
    stolen: float


@dataclass(frozen=True)
class Processors:
    """What processors did since the machine started, summed over those that this process may use, in seconds."""

    busy: float
    stolen: float


def others_had(before: Processors | None, after: Processors | None, cpu: float, share: float = 1.0) -> Others | None:
    """Return what others had of the processors in a part of the time between two readings; None if it is not known.

    Parameters
    ----------
    before, after : Processors or None
    cpu : float
        Processor time of this process, and of those that it started, between them.
    share : float, default=1
        The part, of the time between them.

    Examples
    --------
    >>> others_had(Processors(10.0, 0.0), Processors(11.5, 0.0), 1.0)
    Others(ran=0.5, stolen=0.0)
    """
    if before is None or after is None:
        return None
    busy = after.busy - before.busy
    if cpu >= _COUNTED_FROM_SECONDS and busy < _LEAST_COUNTED * cpu:
        return None
    return Others(share * max(busy - cpu, 0.0), share * (after.stolen - before.stolen))


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


def read_pressure() -> float | None:
    """Return the seconds for which something waited for a processor, at most, since the machine started.

    The kernel gives the mean over the processors that are busy: one of them may have been waited for all of the time.
    None if it does not say.
    """
    try:
        words = _PRESSURE.read_text(encoding="ascii").split("\n", 1)[0].split()
        total = next(word.partition("=")[2] for word in words if word.startswith("total="))
        return int(total) / 1e6 * (os.cpu_count() or 1)
    except (OSError, ValueError, StopIteration):
        return None
