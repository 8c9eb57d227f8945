"""A trial's process watched from outside: its time, and the memory of it and of all that it started."""

import time
from dataclasses import dataclass

import psutil

from hdr_bench.experiments.memory import read_children, resident_of_children
from hdr_bench.experiments.result import Status
from hdr_bench.experiments.work import Stage

_LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True)
class Ended:
    """A limit that was passed."""

    status: Status
    reason: str


class Watch:
    """The limits of a running trial.

    Parameters
    ----------
    pid : int
        The trial's process.
    time_limit : float or None
        Seconds from now.
    memory_limit : int or None
        Bytes above what the process has when its fit begins.
    """

    def __init__(self, pid: int, time_limit: float | None, memory_limit: int | None) -> None:
        self._pid, self._time_limit, self._memory_limit = pid, time_limit, memory_limit
        self._start = time.monotonic()
        self._baseline: int | None = None
        self._others = read_children() or set()

    def at(self, stage: Stage) -> None:
        """Note a stage: memory counts from the one in which the method itself begins."""
        if stage.resident_bytes is not None and self._memory_limit is not None:
            self._baseline = stage.resident_bytes

    def pause(self) -> float | None:
        """Return the seconds until the next look; None where there is nothing to look for."""
        left = None if self._time_limit is None else max(self._time_limit - self._elapsed(), 0.0)
        if self._baseline is None:
            return left
        return _LOOK_EVERY_SECONDS if left is None else min(left, _LOOK_EVERY_SECONDS)

    def passed(self) -> Ended | None:
        """Return the limit that is passed now, if one is."""
        if self._time_limit is not None and self._elapsed() >= self._time_limit:
            return Ended("timeout", f"ended after {self._elapsed():.1f} s by the time limit of {self._time_limit:g} s")
        if self._baseline is None or self._memory_limit is None:
            return None
        # What the trial has started may have lost its parent, and be this process's by now.
        adopted = (read_children() or set()) - self._others - {self._pid}
        used = sum(map(resident_bytes, (self._pid, *adopted))) - self._baseline
        if used <= self._memory_limit:
            return None
        return Ended(
            "out of memory",
            f"ended at {used / 1e6:,.0f} MB by the memory limit of {self._memory_limit / 1e6:,.0f} MB",
        )

    def _elapsed(self) -> float:
        return time.monotonic() - self._start


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and of all that it started, in bytes; of those that still run."""
    try:
        process = psutil.Process(pid)
        return int(process.memory_info().rss) + resident_of_children(process)
    except psutil.Error:
        return 0
