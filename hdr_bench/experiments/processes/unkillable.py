"""Processes that trials have started, and that cannot be killed: the times beside them are disturbed."""

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import psutil

from hdr_bench.experiments.processes.leftovers import is_running, name_of
from hdr_bench.records.result import Result

_processes: list[psutil.Process] = []
_lock = threading.Lock()


def note_unkillable(processes: Iterable[psutil.Process]) -> tuple[str, ...]:
    """Remember processes that could not be killed, for every later trial of this process; return their names.

    Parameters
    ----------
    processes : iterable of psutil.Process

    Returns
    -------
    names : tuple of str
    """
    new = list(processes)
    with _lock:
        _processes.extend(new)
    return tuple(map(name_of, new))


def names_of_unkillable() -> tuple[str, ...]:
    """Return the names of those that still run.

    Returns
    -------
    names : tuple of str
    """
    with _lock:
        _processes[:] = [process for process in _processes if is_running(process)]
        return tuple(map(name_of, _processes))


def with_remarks(result: Result, left: Sequence[str], beside: Sequence[str]) -> Result:
    """Return a result that names the processes that could not be ended.

    Parameters
    ----------
    result : Result
    left : sequence of str
        Those of this trial.
    beside : sequence of str
        Those of earlier trials, which ran beside this one: its times count as disturbed.

    Returns
    -------
    result : Result
    """
    remarks = [f"this trial started {name}, which could not be ended" for name in left]
    remarks += [
        f"{name} of an earlier trial, which could not be ended, still ran: times are disturbed" for name in beside
    ]
    changes: dict[str, Any] = {
        "warnings": (*result.warnings, *remarks),
        "n_concurrent": result.n_concurrent + len(beside),
    }
    if beside and result.measurements:
        # Then the number of those that share the machine decides.
        unknown = {"fit_wait_share": None, "predict_wait_share": None, "latency_wait_share": None}
        changes["measurements"] = result.measurements.model_copy(update=unknown)
    return result.model_copy(update=changes)
