"""Processes that trials leave running: finding them, ending them, and remembering those that cannot be killed.

What a host starts, and all descendants, inherit a mark in their environment. It names the process that started the
host, so that processes that escaped from a killed host can be found, in the same run and in later ones. A host's guard
immediately ends what the host has left. If a runner, a host and its guard are killed together by ``kill -9``, processes
started by a trial keep running until the next run on this machine ends them, or indefinitely if they have cleared their
environment too.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil

from hdr_bench.kernel import descendants
from hdr_bench.process_tree import MARK, namespace, start_time

# The guard imports this when its host has ended, so imports are kept to a minimum.
if TYPE_CHECKING:
    from hdr_bench.records.result import Result

_END_WITHIN_SECONDS = 3.0
# A resource tracker removes shared memory left by killed processes, and ends after the last of them.
_TRACKERS_END_WITHIN_SECONDS = 1.0
_LOOK_EVERY_SECONDS = 0.05
# A single look may miss a process that keeps forking, between the end of one and the start of the next.
_EMPTY_LOOKS = 3


def processes_with_mark(mark: str) -> list[psutil.Process]:
    """Return this user's running processes with a mark.

    Parameters
    ----------
    mark : str

    Returns
    -------
    processes : list of psutil.Process
    """
    return [process for process, found in _marks() if found == mark]


def abandoned_processes() -> list[psutil.Process]:
    """Return the running processes of hosts whose user, e.g. a runner, was killed.

    Returns
    -------
    processes : list of psutil.Process
    """
    return [process for process, mark in _marks() if not _is_in_use(mark)]


def tree_of(process: psutil.Process) -> set[psutil.Process]:
    """Return a process, everything that it started, and the session that it leads.

    Parameters
    ----------
    process : psutil.Process

    Returns
    -------
    processes : set of psutil.Process
    """
    found = {process, *_session(process.pid)}
    # Processes in their own sessions are found as descendants only while their parents run.
    with suppress(psutil.Error):
        found.update(process.children(recursive=True))
    return found


def children() -> list[psutil.Process]:
    """Return all processes that this process started or adopted.

    Returns
    -------
    processes : list of psutil.Process
    """
    return list(_processes(descendants()))


def end(find: Callable[[], Iterable[psutil.Process]]) -> list[psutil.Process]:
    """Kill processes until no more are found; return those that cannot be killed.

    Parameters
    ----------
    find : callable
        Returns the processes; called after each round, as a process may start others before it ends.

    Returns
    -------
    left : list of psutil.Process
    """
    start = time.monotonic()
    n_empty = 0
    while n_empty < _EMPTY_LOOKS:
        found = [process for process in find() if is_running(process)]
        n_empty = 0 if found else n_empty + 1
        elapsed = time.monotonic() - start
        if elapsed > _END_WITHIN_SECONDS:
            return found
        others = [process for process in found if not is_tracker(process)]
        for process in others or (found if elapsed > _TRACKERS_END_WITHIN_SECONDS else []):
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=_LOOK_EVERY_SECONDS)
    return []


def is_running(process: psutil.Process) -> bool:
    """Return whether a process is still running, reaping it if it is an ended child of this process.

    Parameters
    ----------
    process : psutil.Process

    Returns
    -------
    is_running : bool
    """
    with suppress(psutil.Error):
        if process.status() != psutil.STATUS_ZOMBIE:
            return process.is_running()
        process.wait(timeout=0)
    return False


def is_tracker(process: psutil.Process) -> bool:
    """Return whether a process is a resource tracker of multiprocessing or loky.

    Parameters
    ----------
    process : psutil.Process

    Returns
    -------
    is_tracker : bool
    """
    with suppress(psutil.Error):
        return "resource_tracker" in " ".join(process.cmdline())
    return False


def name_of(process: psutil.Process) -> str:
    """Return the name of a process for messages.

    Parameters
    ----------
    process : psutil.Process

    Returns
    -------
    name : str
    """
    with suppress(psutil.Error):
        return f"{process.name()} (process {process.pid})"
    return f"process {process.pid}"


def _processes(pids: Iterable[int]) -> Iterator[psutil.Process]:
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            yield psutil.Process(pid)


def _marks() -> Iterator[tuple[psutil.Process, str]]:
    """Yield this user's running processes that have a mark, with the mark."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if not hasattr(os, "getuid") or process.uids().real == os.getuid():
                mark = process.environ().get(MARK)
                if mark is not None and process.pid != os.getpid() and namespace(process.pid) == namespace():
                    yield process, mark


def _is_in_use(mark: str) -> bool:
    pid, _, rest = mark.partition("-")
    # A mark in another form is not from this library.
    return not pid.isdecimal() or start_time(int(pid)) == rest.partition("-")[0]


def _session(pid: int) -> Iterator[psutil.Process]:
    if not hasattr(os, "getsid"):
        return
    for member in psutil.pids():
        with suppress(OSError, psutil.Error):
            if os.getsid(member) == pid:
                yield psutil.Process(member)


# Processes that trials have started and that cannot be killed: concurrent times are disturbed.
_unkillable: list[psutil.Process] = []
_lock = threading.Lock()


def note_unkillable(processes: Iterable[psutil.Process]) -> tuple[str, ...]:
    """Remember unkillable processes for all later trials of this process, and return their names.

    Parameters
    ----------
    processes : iterable of psutil.Process

    Returns
    -------
    names : tuple of str
    """
    new = list(processes)
    with _lock:
        _unkillable.extend(new)
    return tuple(map(name_of, new))


def names_of_unkillable() -> tuple[str, ...]:
    """Return the names of those that are still running.

    Returns
    -------
    names : tuple of str
    """
    with _lock:
        _unkillable[:] = [process for process in _unkillable if is_running(process)]
        return tuple(map(name_of, _unkillable))


def with_remarks(result: "Result", left: Sequence[str], beside: Sequence[str]) -> "Result":
    """Return a result with remarks on the processes that could not be killed.

    Parameters
    ----------
    result : Result
    left : sequence of str
        Processes of this trial.
    beside : sequence of str
        Processes of earlier trials, which ran concurrently: the times count as disturbed.

    Returns
    -------
    result : Result
    """
    remarks = [f"this trial started {name}, which could not be killed" for name in left]
    remarks += [
        f"{name} of an earlier trial, which could not be killed, was still running: times are disturbed"
        for name in beside
    ]
    changes: dict[str, Any] = {
        "warnings": (*result.warnings, *remarks),
        "n_concurrent": result.n_concurrent + len(beside),
    }
    if beside and result.measurements:
        # Otherwise decided by the number of concurrent trials.
        unknown = {"fit_wait_share": None, "predict_wait_share": None, "latency_wait_share": None}
        changes["measurements"] = result.measurements.model_copy(update=unknown)
    return result.model_copy(update=changes)
