"""Processes that trials have started, and that cannot be killed: the times beside them are disturbed."""

import threading
from collections.abc import Iterable

import psutil

from hdr_bench.experiments.leftovers import is_running, name_of

_processes: list[psutil.Process] = []
_lock = threading.Lock()


def note_unkillable(processes: Iterable[psutil.Process]) -> tuple[str, ...]:
    """Remember processes that could not be killed, for every later trial of this process; return their names."""
    new = list(processes)
    with _lock:
        _processes.extend(new)
    return tuple(map(name_of, new))


def names_of_unkillable() -> tuple[str, ...]:
    """Return the names of those that still run."""
    with _lock:
        _processes[:] = [process for process in _processes if is_running(process)]
        return tuple(map(name_of, _processes))
