"""The processes that this one has started, and those that they have started: which they are, and what they computed."""

import os
from contextlib import suppress
from pathlib import Path

import psutil

_PROCESSES = Path("/proc")


def descendants() -> set[int]:
    """Return the numbers of all that run; at little cost where the kernel lists the children of each thread."""
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
    """Return the processor time of those that run and, on POSIX, of those that ended and were waited for."""
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
